import type { Context } from '../../../context.js'
import type { DriverCluster, DriverOptions, SimulatedCluster } from '../../driver.js'
import { openHetzner } from '../open-hetzner.js'
import { readConfig } from '../read-config.js'
import { openSimulation } from './open-simulation.js'

/** The driver at work on a Hetzner that exists in memory only: no token is needed, and nothing leaves this machine. */
export function simulateHetzner(
  cluster: DriverCluster,
  ctx: Context,
  { troubles, ...options }: DriverOptions & { troubles: readonly string[] },
): SimulatedCluster {
  const ssh = readConfig(cluster).firewall?.ssh ?? []
  const simulation = openSimulation({ cluster: cluster.name, ssh, troubles }, ctx)
  const { simulator, machines, reach } = simulation
  return {
    driver: openHetzner(cluster, simulation.ctx, { ...options, reach }),
    now: simulation.ctx.now,
    effort: () => ({
      calls: simulator.calls.length,
      tooMany: simulator.calls.filter(({ status }) => status === 429).length,
      scripts: machines.sent.length,
    }),
  }
}
