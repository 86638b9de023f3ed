import { expect, it } from 'vitest'
import { usualDelays } from '../../../src/hcloud/simulator/world.js'
import { boot, download, ready } from '../../helpers/machines.js'
import { controlPlane, workers } from './clusters.js'
import { prod } from './prod.js'

/** Seconds of what nothing can be done about: servers are made at once, control planes join one after the other. */
function criticalPath(controlPlanes: number): number {
  const { create_server, attach_to_network, start_server } = usualDelays
  const server = create_server + attach_to_network + start_server
  return (server + boot + download + ready.first + (controlPlanes - 1) * ready.server) / 1000
}

it('takes little more than the critical path for three control planes and three workers, with less than 60 calls', async () => {
  const all = await prod()
  await all.open({ ...controlPlane(3), ...workers(['default', 3]) }).provision()
  expect(all.world.now() / 1000 / criticalPath(3)).toBeLessThan(1.1)
  expect(all.simulator.calls.length).toBeLessThan(60)
})

it('makes a hundred nodes in hardly more time than ten, without ever being told to slow down', async () => {
  const all = await prod({ settings: { limits: { servers: 200, primary_ips: 400, load_balancers: 10 } } })
  await all.open({ ...controlPlane(3), ...workers(['default', 97]) }).provision()
  expect(all.simulator.calls.filter(({ status }) => status === 429)).toEqual([])
  expect(all.machines.cluster.nodes.size).toBe(100)
  expect(all.world.now() / 1000 / criticalPath(3)).toBeLessThan(1.25)
})
