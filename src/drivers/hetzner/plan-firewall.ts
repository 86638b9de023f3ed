import type { Firewall, FirewallRule, FirewallTarget } from '../../hcloud/resources/firewalls.js'

/** Whether a firewall lets in exactly whom it should; the order of rules and addresses is of no meaning. */
export function hasRules({ rules }: Firewall, wanted: readonly FirewallRule[]): boolean {
  const is = rules.map(({ direction, protocol, port, source_ips, destination_ips }) =>
    formOf(direction, protocol, port ?? '', direction === 'in' ? source_ips : destination_ips),
  )
  const should = wanted.map(({ direction, protocol, port = '', source_ips }) =>
    formOf(direction, protocol, port, source_ips),
  )
  return JSON.stringify(is.sort()) === JSON.stringify(should.sort())
}

function formOf(direction: string, protocol: string, port: string, addresses: readonly string[]): string {
  return JSON.stringify([direction, protocol, port, [...new Set(addresses.map(canonical))].sort()])
}

/** The API writes IPv6 addresses in the form of RFC 5952, whatever form they came in. */
function canonical(range: string): string {
  const [address, prefix] = range.split('/')
  if (!address?.includes(':')) return range
  return `${new URL(`http://[${address}]/`).hostname.slice(1, -1)}/${prefix}`
}

/** Whether it covers all these, whatever else it covers. */
export function isAppliedTo({ applied_to }: Firewall, targets: readonly FirewallTarget[]): boolean {
  return targets.every(target =>
    applied_to.some(one =>
      target.type === 'server'
        ? one.server?.id === target.server.id
        : one.label_selector?.selector === target.label_selector.selector,
    ),
  )
}
