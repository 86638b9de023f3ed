import { defineDriver } from '../driver.js'

/** k3s on servers of Hetzner Cloud, from a token alone. */
export const hetzner = defineDriver({
  kind: 'Hetzner',
  summary: 'k3s on servers of Hetzner Cloud, from HCLOUD_TOKEN alone',
  open: async (cluster, ctx, options) => {
    const { openHetzner } = await import('./open-hetzner.js')
    return openHetzner(cluster, ctx, options)
  },
  simulate: async (cluster, ctx, options) => {
    const { simulateHetzner } = await import('./simulation/simulate-hetzner.js')
    return simulateHetzner(cluster, ctx, options)
  },
})
