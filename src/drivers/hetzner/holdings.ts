import type { PrimaryIp } from '../../hcloud/resources/primary-ips.js'
import type { Belongings } from './belongings.js'
import type { Decision } from './decide.js'

/** How many of a kind that the account limits there are. */
export interface Holding {
  noun: string
  /** Of the cluster. */
  now: number
  afterwards: number
  /** Of everybody else in the project. */
  others: number
}

export interface HoldingsRequest extends Pick<Decision, 'survey' | 'plan'>, Pick<Belongings, 'services'> {
  /** All of the project. */
  primaryIps: readonly PrimaryIp[]
  prunes: boolean
}

/** What the project has before and after a plan, of what new accounts have low limits for. */
export function planHoldings({ survey, plan, services, primaryIps, prunes }: HoldingsRequest): Holding[] {
  const { found, foreign } = survey
  const own = new Set(found.servers.map(({ id }) => id))
  const leaving = prunes ? plan.surplus.servers : []
  const added = plan.servers.filter(one => !one.found).length
  const addresses = primaryIps.filter(({ type }) => type === 'ipv4')
  const isOwn = ({ assignee_id }: PrimaryIp) => assignee_id !== null && own.has(assignee_id)
  const goes = (address: PrimaryIp) =>
    address.auto_delete && leaving.some(({ id }) => id === address.assignee_id)
  const ownAddresses = addresses.filter(isOwn)
  const balancers = found.loadBalancers.length + services.length
  const balancersAfter =
    balancers +
    (plan.balancer && !plan.balancer.found ? 1 : 0) -
    (prunes ? plan.surplus.loadBalancers.length : 0)
  return [
    {
      noun: 'server',
      now: own.size,
      afterwards: own.size + added - leaving.length,
      others: foreign.servers.length,
    },
    {
      noun: 'IPv4 address',
      now: ownAddresses.length,
      afterwards: ownAddresses.length + added - ownAddresses.filter(goes).length,
      others: addresses.length - ownAddresses.length,
    },
    {
      noun: 'load balancer',
      now: balancers,
      afterwards: balancersAfter,
      // Those of its services are not marked as the cluster's before a destroy.
      others: found.loadBalancers.length + survey.services.length + foreign.loadBalancers.length - balancers,
    },
  ]
}

/** A line about what there will be, and one about limits when that is more than now. */
export function formatHoldings(holdings: readonly Holding[]): string[] {
  const list = (count: (one: Holding) => number) =>
    holdings.map(one => `${count(one)} ${count(one) === 1 ? one.noun : pluralOf(one.noun)}`).join(', ')
  const counts = (count: (one: Holding) => number) => holdings.map(count).join(', ')
  const grows = holdings.some(({ now, afterwards }) => afterwards > now)
  return [
    `project:    ${list(({ afterwards }) => afterwards)} (now ${counts(({ now }) => now)}); of others ${counts(({ others }) => others)}`,
    ...(grows
      ? [
          'limits:     the API does not tell them, and new accounts often have few: see Limits in the Hetzner Console',
        ]
      : []),
  ]
}

const pluralOf = (noun: string) => `${noun}${noun.endsWith('s') ? 'es' : 's'}`
