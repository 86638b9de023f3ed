import type { Event } from '../events.js'
import type { Prepared } from './prepare.js'

/** What is about to be changed, said before the first write. */
export function startOf({ request, connection }: Prepared): Event {
  const { domain, clusterDomain, targets, commit } = request
  const { server, context } = connection.api
  return {
    type: 'deploy-started',
    domain,
    clusterDomain,
    server,
    context,
    targets: targets.map(({ target }) => target),
    objects: targets.reduce((sum, { manifests }) => sum + manifests.length, 0),
    commit,
  }
}
