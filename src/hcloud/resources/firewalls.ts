import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import { actionsOf } from './change.js'
import { collectionOf, type Kind, type Resource } from './collection.js'
import { type Creatable, createOnce, type Named } from './create.js'

/** Traffic that is let in from these addresses; `port` only with tcp and udp: `22`, or `80-90`. */
export interface FirewallRule {
  direction: 'in'
  protocol: 'tcp' | 'udp' | 'icmp'
  port?: string
  source_ips: string[]
  description: string
}

/** What a firewall covers: one server, or all with certain labels. */
export type FirewallTarget =
  | { type: 'server'; server: { id: number } }
  | { type: 'label_selector'; label_selector: { selector: string } }

/** https://docs.hetzner.cloud/reference/cloud#tag/firewalls; only what `lo` uses. */
export interface Firewall extends Resource {
  rules: {
    direction: 'in' | 'out'
    protocol: string
    port: string | null
    source_ips: string[]
    destination_ips: string[]
    description?: string | null
  }[]
  applied_to: {
    type: 'server' | 'label_selector'
    server?: { id: number }
    label_selector?: { selector: string }
  }[]
}

export interface FirewallWanted extends Named {
  rules: FirewallRule[]
  apply_to: FirewallTarget[]
}

type FirewallId = Pick<Firewall, 'id' | 'name'>

export interface Firewalls extends Creatable<Firewall, FirewallWanted> {
  /** Replaces all rules. */
  setRules: (firewall: FirewallId, rules: FirewallRule[]) => Promise<Action[]>
  applyTo: (firewall: FirewallId, targets: FirewallTarget[]) => Promise<Action[]>
  removeFrom: (firewall: FirewallId, targets: FirewallTarget[]) => Promise<Action[]>
}

const kind: Kind = { many: 'firewalls', one: 'firewall', noun: 'firewall' }

export function openFirewalls(api: Api): Firewalls {
  const act = actionsOf(api, kind)
  return {
    ...collectionOf<Firewall>(api, kind),
    create: wanted => createOnce<Firewall>(api, kind, wanted),
    setRules: (firewall, rules) => act(firewall, 'set_rules', { rules }),
    applyTo: (firewall, targets) => act(firewall, 'apply_to_resources', { apply_to: targets }),
    removeFrom: (firewall, targets) => act(firewall, 'remove_from_resources', { remove_from: targets }),
  }
}
