import { expect, it } from 'vitest'
import { standing, threeAndTwo, upgraded } from './clusters.js'
import { sweep } from './sweep.js'

it('ends as if nothing had happened when an upgrade is killed anywhere and run again', async () => {
  const { points, wrong } = await sweep({
    before: standing(threeAndTwo),
    wanted: upgraded,
    work: driver => driver.provision(),
  })
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(20)
}, 900_000)
