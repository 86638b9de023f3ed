import { type Body, checkBody } from '../body.js'
import { invalid } from '../refusal.js'
import type { FirewallRuleItem } from '../state.js'

/** https://docs.hetzner.com/cloud/firewalls/overview#limits */
const mostRules = 50
const mostAddresses = 100

const protocols = ['tcp', 'udp', 'icmp', 'esp', 'gre']

/** The rules of a body: https://docs.hetzner.cloud/reference/cloud#tag/firewalls. */
export function checkRules(rules: unknown): FirewallRuleItem[] {
  const list = (rules ?? []) as Body[]
  if (list.length > mostRules) throw invalid('rules', `more than ${mostRules} rules`)
  return list.map((rule, index) => checkRule(rule, `rules.${index}`))
}

function checkRule(rule: Body, place: string): FirewallRuleItem {
  const shape = {
    direction: 'text!',
    protocol: 'text!',
    port: 'text',
    source_ips: 'texts',
    destination_ips: 'texts',
    description: 'text',
  } as const
  const checked = checkBody(rule, shape, place)
  const { direction, protocol, port } = checked as { direction: string; protocol: string; port?: string }
  if (direction !== 'in' && direction !== 'out') throw invalid(`${place}.direction`, 'is not known')
  if (!protocols.includes(protocol)) throw invalid(`${place}.protocol`, 'is not known')
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (hasPorts !== (port !== undefined))
    throw invalid(`${place}.port`, hasPorts ? 'is required' : 'is not allowed')
  if (port !== undefined && !isPort(port)) throw invalid(`${place}.port`, 'is no port or port range')
  const [used, unused] =
    direction === 'in' ? ['source_ips', 'destination_ips'] : ['destination_ips', 'source_ips']
  const addresses = (checked[used!] ?? []) as string[]
  if (addresses.length === 0) throw invalid(`${place}.${used}`, 'is required')
  if (addresses.length > mostAddresses) throw invalid(`${place}.${used}`, `more than ${mostAddresses}`)
  if (((checked[unused!] ?? []) as string[]).length > 0) throw invalid(`${place}.${unused}`, 'is not allowed')
  return {
    direction,
    protocol,
    port: port ?? null,
    source_ips: direction === 'in' ? addresses : [],
    destination_ips: direction === 'out' ? addresses : [],
    description: (checked.description ?? null) as string | null,
  }
}

function isPort(text: string): boolean {
  const [first, last = first, ...more] = text.split('-').map(Number)
  const isOne = (port: number | undefined) => Number.isInteger(port) && port! >= 1 && port! <= 65_535
  return /^[\d-]+$/.test(text) && more.length === 0 && isOne(first) && isOne(last) && first! <= last!
}
