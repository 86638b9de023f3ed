import { contains, parseRange } from '../range.js'
import { firewallsOf } from './routes/firewalls.js'
import type { FirewallItem, ServerItem, State } from './state.js'

/** The server that a public address leads to. */
export function serverAt(state: State, address: string): ServerItem | undefined {
  const servers = [...state.servers.values(), ...state.leaving.values()]
  return servers.find(({ ipv4 }) => ipv4 !== undefined && state.primaryIps.get(ipv4)?.ip === address)
}

/** What a private address leads to from a server: another network may have the same addresses. */
export function neighbourAt(
  { servers, loadBalancers }: State,
  from: ServerItem,
  address: string,
): ServerItem | 'load balancer' | undefined {
  const isIts = (one: { network: number; ip: string }) =>
    one.ip === address && from.networks.some(({ network }) => network === one.network)
  const server = [...servers.values()].find(({ networks }) => networks.some(isIts))
  if (server) return server
  const isBalancer = [...loadBalancers.values()].some(({ network }) => network && isIts(network))
  return isBalancer ? 'load balancer' : undefined
}

/** Whether the firewalls of a server let somebody from the outside in: one that has none lets in everybody. */
export function isLetIn(state: State, server: ServerItem, port: number, from: string): boolean {
  const firewalls = firewallsOf(server, state).flatMap(({ id }) => state.firewalls.get(id) ?? [])
  return firewalls.length === 0 || firewalls.some(firewall => lets(firewall, port, from))
}

function lets({ rules }: FirewallItem, port: number, from: string): boolean {
  const own = parseRange(`${from}/32`)!
  return rules.some(
    rule =>
      rule.direction === 'in' &&
      rule.protocol === 'tcp' &&
      rule.port === String(port) &&
      rule.source_ips.some(range => {
        const source = parseRange(range)
        return source !== undefined && contains(source, own)
      }),
  )
}

/** The keys of the project that a server was made with. */
export function uploadedKeys({ sshKeys }: State, server: ServerItem): string[] {
  const isMeant = (name: string, id: number) => server.sshKeys.some(key => key === name || key === String(id))
  return [...sshKeys.values()].filter(({ name, id }) => isMeant(name, id)).map(({ publicKey }) => publicKey)
}
