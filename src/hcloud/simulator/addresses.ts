import { formatAddress, freeAddress, parseRange } from '../range.js'
import { Refusal } from './refusal.js'
import type { NetworkItem, State } from './state.js'
import type { Settings } from './world.js'

/** The lowest public address that nobody has: one that has just been given back is given out again. */
export function publicAddress(
  { primaryIps, loadBalancers }: State,
  { publicRange }: Pick<Settings, 'publicRange'>,
): string {
  const taken = [
    ...[...primaryIps.values()].map(({ ip }) => ip),
    ...[...loadBalancers.values()].map(({ address }) => address),
  ]
  return freeAddress(parseRange(publicRange)!, new Set(taken))!
}

/** The lowest IPv6 network that nobody has. */
export function publicNetwork({ primaryIps }: State): string {
  const taken = new Set([...primaryIps.values()].map(({ ip }) => ip))
  for (let number = 1; ; number += 1) {
    const network = `2001:db8:${number.toString(16)}::/64`
    if (!taken.has(network)) return network
  }
}

/** An address for something in a network zone. Throws what the API answers when there is none. */
export function privateAddress(network: NetworkItem, zone: string, state: State): string {
  // The gateway is the first address of the whole network.
  const taken = new Set([...addressesIn(network, state), formatAddress(parseRange(network.range)!.first + 1)])
  for (const subnet of network.subnets.filter(one => one.zone === zone && one.type !== 'vswitch')) {
    const address = freeAddress(parseRange(subnet.range)!, taken)
    if (address) return address
  }
  throw new Refusal(422, 'no_subnet_available', 'no subnet or IP is available within the network')
}

function addressesIn({ id }: NetworkItem, state: State): string[] {
  const servers = [...state.servers.values(), ...state.leaving.values()]
  return [
    ...servers.flatMap(({ networks }) => networks.filter(({ network }) => network === id)),
    ...[...state.loadBalancers.values()].flatMap(({ network }) => (network?.network === id ? [network] : [])),
  ].map(({ ip }) => ip)
}
