import { listOf, textAt } from './read.js'
import { healthy, type Rule } from './rule.js'

/**
 * Always healthy. Nothing in the cluster says whether anyone gives out load balancers, so an address that never comes
 * must not hold up a deploy; it is only told.
 */
export const service: Rule = object => {
  if (textAt(object, 'spec', 'type') !== 'LoadBalancer') return healthy('exists')
  const [address] = listOf(object, 'status', 'loadBalancer', 'ingress')
    .map(one => textAt(one, 'ip') || textAt(one, 'hostname'))
    .filter(one => one)
  return healthy(address ? `load balancer address ${address}` : 'no load balancer address yet')
}
