import type { SimulatorOptions } from '../../../src/hcloud/simulator/simulator.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { type Simulation, simulate } from '../../helpers/hcloud.js'

/** What an API answers, as a test looks at it. */
export interface Answered {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever they expect
  body: any
}

type Ask = (method: string, path: string, body?: unknown) => Promise<Answered>

/** The bare API of a simulation. `ask` is checked against the document; `askWrongly` may ask what the API does not know. */
export interface Bare extends Simulation {
  ask: Ask
  askWrongly: Ask
  /** Asks, and lets the time pass that its actions take. */
  done: Ask
}

export function bare(options: SimulatorOptions = {}): Bare {
  const simulation = simulate(options)
  const { simulator, world } = simulation
  const through =
    (fetch: typeof globalThis.fetch): Ask =>
    async (method, path, body) => {
      const response = await fetch(`https://api.hetzner.cloud/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${simulatedToken}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: world.signal,
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined }
    }
  const ask = through(world.fetch)
  return {
    ...simulation,
    ask,
    askWrongly: through(simulator.fetch),
    done: async (method, path, body) => {
      const answered = await ask(method, path, body)
      await world.sleep(30_000)
      return answered
    },
  }
}

/** The body of a server that needs nothing else. */
export const plainServer = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  server_type: 'cx33',
  location: 'fsn1',
  image: 'ubuntu-24.04',
  ...more,
})

export const plainNetwork = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  ip_range: '10.0.0.0/16',
  subnets: [{ type: 'cloud', ip_range: '10.0.0.0/16', network_zone: 'eu-central' }],
  ...more,
})

const health_check = { protocol: 'tcp', port: 6443, interval: 3, timeout: 2, retries: 2 }

export const plainService = (listen_port = 6443) => ({
  protocol: 'tcp',
  listen_port,
  destination_port: 6443,
  proxyprotocol: false,
  health_check,
})

export const plainBalancer = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  load_balancer_type: 'lb11',
  location: 'fsn1',
  ...more,
})
