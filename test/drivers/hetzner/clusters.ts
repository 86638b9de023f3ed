import type { Found } from '../../../src/drivers/hetzner/plan.js'
import { readWanted, type Wanted } from '../../../src/drivers/hetzner/wanted.js'
import type { Hcloud } from '../../../src/hcloud/hcloud.js'
import { type HetznerConfig, hetznerConfig } from '../../../src/project/spec/hetzner.js'

export const uid = '0123456789abcdef'

/** The cluster prod with this config. */
export function wantedOf(config: Record<string, unknown> = {}): Wanted {
  const parsed = hetznerConfig().parse(config) as HetznerConfig
  return readWanted({ name: 'prod', version: 'v1.33.5', file: 'cluster.lok8s.yaml' }, parsed)
}

export const controlPlane = (replicas: number) => ({ controlPlane: { replicas, type: 'cx33' } })
export const workers = (...pools: [name: string, replicas: number][]) => ({
  workers: pools.map(([name, replicas]) => ({ name, replicas, type: ['cx43', 'cpx42'] })),
})

/** Everything in a project that has the labels of the cluster prod. */
export async function findAll(hcloud: Hcloud): Promise<Found> {
  const selector = 'lok8s.dev/cluster=prod'
  return {
    sshKeys: await hcloud.sshKeys.list({ selector }),
    networks: await hcloud.networks.list({ selector }),
    firewalls: await hcloud.firewalls.list({ selector }),
    placementGroups: await hcloud.placementGroups.list({ selector }),
    loadBalancers: await hcloud.loadBalancers.list({ selector }),
    servers: await hcloud.servers.list({ selector }),
  }
}
