import { startWith } from '../build/subject.js'
import type { Applied } from '../deploy/apply/apply.js'
import { formatRefusal, type RefusalReason } from '../deploy/apply/refusal.js'
import { redactSecrets } from '../deploy/artifact/redact.js'
import { LoError } from '../errors.js'
import type { RefusedAddon } from './run.js'

/** What the cluster has against the objects of an addon, and what has been done all the same. */
export function refusedAddon(subject: string, applied: readonly Applied[]): RefusedAddon {
  const refused = applied.filter(({ refusal }) => refusal)
  const reasons = [...new Set(refused.map(({ refusal }) => refusal!.reason))]
  const redact = redactSecrets(applied.map(({ manifest }) => manifest))
  const problems = refused.map(({ manifest, refusal }) => ({
    file: manifest.file,
    message: redact(formatRefusal(manifest, refusal!).join('\n')),
  }))
  const done = applied.filter(({ outcome }) => outcome !== 'failed' && outcome !== 'skipped').length
  const error = new LoError('APPLY_FAILED', `${startWith(subject)} cannot be applied.`, {
    problems,
    detail: `${done} of its ${applied.length} objects are applied.`,
    hint: hints.find(([reason]) => reasons.includes(reason))?.[1] ?? 'Mend the addon or its values.',
  })
  return { reasons, error }
}

/** The most helpful first. */
const hints: readonly [RefusalReason, string][] = [
  [
    'conflict',
    'Take these fields over with `lo bootstrap --force-conflicts`, or leave them out of the addon.',
  ],
  ['immutable', 'Delete and make them again with `lo bootstrap --force-recreate`, or undo the change.'],
  ['terminating', 'Wait until it is gone, or let go of what holds it with `lo bootstrap --force-recreate`.'],
  ['forbidden', 'The kubeconfig needs the rights of an administrator.'],
  ['unknown-kind', 'Add the addon that brings this kind, and name it in `dependsOn`.'],
  ['missing-namespace', 'Add the Namespace to the addon, or name the entry that brings it in `dependsOn`.'],
  ['webhook', 'Look at the pods behind the webhook, and run it again.'],
  ['unavailable', 'Run it again: what has been applied stays as it is.'],
  ['unreachable', 'Run it again: what has been applied stays as it is.'],
]
