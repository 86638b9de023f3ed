import { expect, it } from 'vitest'
import { grown, one, standing } from './clusters.js'
import { sweep } from './sweep.js'

it('ends as if nothing had happened when a growing from one control plane to three is killed anywhere and run again', async () => {
  const { points, wrong } = await sweep({
    before: standing(one),
    wanted: grown,
    work: driver => driver.provision(),
  })
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(20)
}, 900_000)
