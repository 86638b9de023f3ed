import type { Context } from '../../context.js'
import { epoch } from './clock.js'
import type { ActionItem, ServerItem, State } from './state.js'

/** How long everything takes, in milliseconds. */
export interface Delays {
  /** One call, from here and back. */
  call: number
  create_server: number
  attach_to_network: number
  start_server: number
  delete_server: number
  create_load_balancer: number
  /** Every other action. */
  other: number
}

/** A server takes 25 s: https://github.com/hetznercloud/terraform-provider-hcloud shows 22 to 25 s in its reports. */
export const usualDelays: Delays = {
  call: 100,
  create_server: 15_000,
  attach_to_network: 3000,
  start_server: 7000,
  delete_server: 3000,
  create_load_balancer: 3000,
  other: 1000,
}

/** What of the simulated Hetzner can be set, and changed at any time. */
export interface Settings {
  /** Those it accepts; what a token is for. */
  tokens: Record<string, 'read-write' | 'read-only'>
  delays: Delays
  /** How many of a kind the account may have, such as `server_limit`. */
  limits: { servers: number; primary_ips: number; load_balancers: number }
  /** `<type>@<location>` of which there are none left, whatever the catalogue says. */
  soldOut: Set<string>
  /** Whether a target of a load balancer answers on a port. */
  isListening: (server: ServerItem, port: number) => boolean
  /** Where public addresses come from. */
  publicRange: string
  /** Lists say null instead of how much there is in all. */
  hidesTotals: boolean
  /** Answers have fields and words that are not documented. */
  isFromTheFuture: boolean
  /** Told when a server starts and when it is gone: somebody may let it live. */
  onServer: (what: 'started' | 'stopped' | 'deleted', server: ServerItem) => void
}

/** What routes work with. */
export interface World {
  state: State
  settings: Settings
  now: () => number
  newId: () => number
  /** Starts an action; it begins when those in `after` have ended. */
  act: (start: {
    command: string
    resources: ActionItem['resources']
    effect?: () => void
    after?: ActionItem
  }) => ActionItem
}

export type Clock = Pick<Context, 'now' | 'sleep'>

/** A moment as the API writes it: without fractions of a second. */
export function dateOf(moment: number): string {
  return new Date(epoch + Math.floor(moment / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
