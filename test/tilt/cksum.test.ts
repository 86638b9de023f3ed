import { execa } from 'execa'
import { expect, it } from 'vitest'
import { cksum } from '../../src/tilt/cksum.js'

it.each(['', 'a', 'example.com', 'ä€', 'x'.repeat(70_000)])('is what cksum prints', async text => {
  const { stdout } = await execa('cksum', { input: text })
  expect(cksum(text)).toBe(Number(stdout.split(' ')[0]))
})
