import { expect, it } from 'vitest'
import { bereft, threeAndTwo } from './clusters.js'
import { sweep } from './sweep.js'

it('ends as if nothing had happened when a replacement of a lost control plane is killed anywhere and run again', async () => {
  const { points, wrong } = await sweep({
    before: bereft,
    wanted: threeAndTwo,
    work: driver => driver.provision(),
  })
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(20)
}, 900_000)
