import { expect, it } from 'vitest'
import { threeAndTwo } from './clusters.js'
import { sweep } from './sweep.js'

it('ends as if nothing had happened when a provision is killed anywhere and run again', async () => {
  const { points, wrong } = await sweep({
    wanted: threeAndTwo,
    work: driver => driver.provision(),
  })
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(20)
}, 900_000)
