import { expect, it } from 'vitest'
import { csiLabels } from '../from-inside.js'
import { inUse, threeAndTwo, withVolumes } from './clusters.js'
import { sweep } from './sweep.js'

const own = {
  'lok8s.dev/managed-by': 'lo',
  'lok8s.dev/cluster': 'prod',
  'lok8s.dev/uid': '<uid>',
}

it('leaves the volumes, each marked and on its own, when a destroy is killed anywhere and run again', async () => {
  const { points, wrong, end } = await sweep({
    before: inUse,
    wanted: threeAndTwo,
    work: driver => driver.destroy(),
  })
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(50)
  const { volumes, clusters: _gone, ...others } = end
  const volume = { server: null, status: 'available' }
  expect(volumes).toEqual([
    { ...volume, name: 'pvc-1', size: 10, labels: { ...csiLabels, ...own } },
    { ...volume, name: 'pvc-2', size: 20, labels: { ...csiLabels, ...own } },
  ])
  expect(Object.values(others).flat()).toEqual([])
}, 900_000)

it('leaves nothing when a destroy with all volumes is killed anywhere and run again', async () => {
  const { points, wrong, end } = await sweep({
    before: inUse,
    wanted: withVolumes,
    work: driver => driver.destroy(),
  })
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(50)
  const { clusters: _gone, ...others } = end
  expect(Object.values(others).flat()).toEqual([])
}, 900_000)
