import type { Planned } from '../../events.js'
import type { Belongings } from './belongings.js'
import type { Bill } from './cost.js'
import { formatAmount, type Money } from './money.js'
import { balancerName, networkName } from './names.js'
import { balancerType, type Candidate } from './offers.js'
import type { Plan } from './plan.js'
import type { Slot } from './slots.js'

/** Where a new server is ordered first. */
export type Choose = (slot: Slot) => Candidate

export interface DescribeOptions {
  cluster: string
  choose: Choose
  /** Whether what the spec does not want any more is removed. */
  prunes: boolean
  /** Whether the key that servers let in is replaced. */
  renewsKey?: boolean
}

/** Everything that would be made, changed, kept or removed, a line each. */
export function describePlan(plan: Plan, { cluster, choose, prunes, renewsKey }: DescribeOptions): Planned[] {
  const { surplus, balancer } = plan
  const network = `network ${networkName(cluster)}`
  return [
    renewsKey
      ? { action: 'change', what: 'SSH key: that of this token, or of this file, in its place' }
      : made('SSH key', plan.sshKey !== 'create'),
    plan.network === 'create'
      ? made(network, false)
      : stays(network, plan.needsSubnet ? ['add its subnet'] : []),
    ...plan.firewalls.flatMap(({ wanted, found, setRules, apply }) => {
      const what = `firewall ${wanted.name}`
      if (!found) return made(what, false)
      const changes = [...(setRules ? ['set rules'] : []), ...(apply ? ['apply to servers'] : [])]
      // What becomes of it otherwise stands with the rest of what is left over.
      return changes.length === 0 && surplus.firewalls.includes(found) ? [] : stays(what, changes)
    }),
    ...plan.placementGroups.map(({ name, found }) => made(`placement group ${name}`, found !== undefined)),
    ...(balancer
      ? [
          balancer.found
            ? stays(`load balancer ${balancer.found.name}`, balancer.repairs)
            : made(`load balancer ${balancerName(cluster)} (${balancerType})`, false),
        ]
      : []),
    ...plan.servers.map(({ slot, found, repairs, differences }): Planned => {
      if (!found) return made(`server ${slot.name} (${formatCandidate(choose(slot))})`, false)
      const kept = differences.map(difference => `stays as it is, though ${difference}`)
      const line = stays(`server ${found.name} (${found.server_type.name}, ${found.location.name})`, repairs)
      return kept.length > 0 ? { ...line, what: `${line.what}; ${kept.join('; ')}` } : line
    }),
    ...leftOver(surplus, prunes),
  ]
}

function made(what: string, isThere: boolean): Planned {
  return { action: isThere ? 'keep' : 'create', what }
}

function stays(what: string, changes: readonly string[]): Planned {
  return changes.length > 0
    ? { action: 'change', what: `${what}: ${changes.join(', ')}` }
    : { action: 'keep', what }
}

function formatCandidate({ type, location }: Candidate): string {
  return `${type.name}, ${location}`
}

function leftOver(surplus: Plan['surplus'], prunes: boolean): Planned[] {
  const all = [
    ...surplus.servers.map(({ name }) => `server ${name}`),
    ...surplus.loadBalancers.map(({ name }) => `load balancer ${name}`),
    ...surplus.placementGroups.map(({ name }) => `placement group ${name}`),
    ...surplus.firewalls.map(({ name }) => `firewall ${name}`),
  ]
  return all.map(what =>
    prunes ? { action: 'delete', what } : { action: 'keep', what: `${what}: not in the spec any more` },
  )
}

/** What was made from the inside of the cluster: a provision leaves it alone. */
export function describeInside({ services, volumes }: Pick<Belongings, 'services' | 'volumes'>): Planned[] {
  return [
    ...services.map(({ name }) => made(`load balancer ${name} of a Service`, true)),
    ...volumes.map(({ name, size }) => made(`volume ${name} (${size} GB)`, true)),
  ]
}

/** `12.34 EUR per month net, 14.68 gross; 0.0199 per hour net, 0.0237 gross`, and what has no price. */
export function formatBill({ monthly, hourly, currency, unknown }: Bill): string {
  const both = ({ net, gross }: Money, decimals: number) => [
    formatAmount(net, decimals),
    formatAmount(gross, decimals),
  ]
  const [monthNet, monthGross] = both(monthly, 2)
  const [hourNet, hourGross] = both(hourly, 4)
  const known = `${monthNet} ${currency} per month net, ${monthGross} gross; ${hourNet} per hour net, ${hourGross} gross`
  return unknown.length > 0 ? `${known}; without ${unknown.join(', ')}, which has no price` : known
}
