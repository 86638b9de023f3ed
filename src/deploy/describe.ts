import type { ObjectId } from '../kube/object.js'
import type { TargetResult } from './deploy.js'
import type { Prepared } from './prepare.js'

/** What programs get of a deploy. */
export function describeDeploy(
  { request, connection }: Prepared,
  results: readonly TargetResult[],
): Record<string, unknown> {
  const { domain, clusterDomain, commit, redact } = request
  const { server, context } = connection.api
  return {
    domain,
    cluster: clusterDomain,
    server,
    context,
    ...(commit && { commit }),
    targets: results.map(({ target, outcome, digest, applied, health, milliseconds }) => ({
      target,
      outcome,
      digest,
      milliseconds,
      objects: applied.map(({ manifest, outcome, refusal }) => ({
        ...showFields(manifest.id),
        outcome,
        ...(refusal && { refusal: { ...refusal, message: redact(refusal.message) } }),
      })),
      ...(health && {
        health: {
          ended: health.ended,
          all: health.all,
          unhealthy: health.unhealthy.map(({ id, state, message, isOwn }) => ({
            ...showFields(id),
            state,
            message: redact(message),
            isOwn,
          })),
          causes: health.causes.map(
            ({ reason, message, objects, owners, isTerminal, events, hint, log }) => ({
              reason,
              message: redact(message),
              objects: objects.map(showFields),
              owners: owners.map(showFields),
              isTerminal,
              events: events.map(redact),
              ...(hint && { hint }),
              ...(log && { log }),
            }),
          ),
        },
      }),
    })),
  }
}

function showFields({ group, kind, namespace, name }: ObjectId) {
  return { group, kind, ...(namespace !== undefined && { namespace }), name }
}
