import { expect, it } from 'vitest'
import { inUse, threeAndTwo } from './clusters.js'
import { sweep } from './sweep.js'

it('ends as if nothing had happened when a destroy is killed anywhere and run again', async () => {
  const { points, wrong } = await sweep({
    before: inUse,
    wanted: threeAndTwo,
    work: driver => driver.destroy(),
  })
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(20)
}, 900_000)
