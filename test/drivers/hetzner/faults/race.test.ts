import { expect, it } from 'vitest'
import { LoError } from '../../../../src/errors.js'
import { prod } from '../prod.js'
import { namesOf, usual } from './runs.js'

it('fault 65: of two machines that begin a cluster at the same moment one goes on, and the other leaves nothing', async () => {
  const all = await prod()
  const ends = await Promise.allSettled([all.open(usual).provision(), all.open(usual).provision()])
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const [refused] = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
  expect(refused).toBeInstanceOf(LoError)
  expect(refused).toMatchObject({
    code: 'CLUSTER_BUSY',
    message: 'Somebody else has just begun to make the cluster prod.',
  })
  expect(namesOf(all, 'ssh_keys')).toHaveLength(1)
  expect(await all.open(usual).provision()).toBe('unchanged')
  await all.open(usual).destroy()
  expect(Object.values(all.simulator.everything()).flat()).toEqual([])
})
