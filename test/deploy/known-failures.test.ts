import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

/**
 * What users of other tools that deploy have met and reported, with the test that says how it is here. Without a test
 * of that name the promise is gone: this list keeps it from going unnoticed.
 */
const failures: [failure: string, file: string, test: string][] = [
  [
    'a rollout passes while old pods are available (helm#12861)',
    'commands/deploy/rollouts',
    'old pods that still serve never make a broken rollout healthy',
  ],
  [
    'a Deployment of no replicas is waited for in vain (garden#655)',
    'commands/deploy/kinds',
    'does not wait for what has nothing to do: no replicas, no node that matches, a schedule',
  ],
  [
    'a DaemonSet that matches no node is waited for in vain',
    'commands/deploy/kinds',
    'does not wait for what has nothing to do: no replicas, no node that matches, a schedule',
  ],
  [
    'a StatefulSet with OnDelete or a partition is waited for in vain (skaffold#7589)',
    'commands/deploy/kinds',
    'does not wait for updates that OnDelete or a partition leaves to others',
  ],
  [
    'an image that does not exist passes at once (skaffold#8252)',
    'commands/deploy/rollouts',
    'an image that does not exist is no success of the first deploy either, however soon it is asked',
  ],
  [
    'a CronJob is pending for ever (tilt#2136)',
    'commands/deploy/kinds',
    'does not wait for what has nothing to do: no replicas, no node that matches, a schedule',
  ],
  // Kubernetes 1.20, on which the tests can run too, has no suspended Jobs.
  [
    'a suspended Job is pending for ever (tilt#2136)',
    'deploy/health/job',
    'a suspended job and a cron job are ready at once (tilt#2136)',
  ],
  [
    'a Job whose time to live is over is missed',
    'commands/deploy/kinds',
    'a Job that is done and gone has done its work',
  ],
  [
    'a first apply of a definition and its objects fails (helmfile#208, tilt#1650)',
    'commands/deploy/phases',
    'takes targets one after the other: definitions, resources, health',
  ],
  [
    'a dry run in a namespace that is yet to come fails (timoni#101)',
    'commands/deploy/namespaces',
    'makes the namespace of a deployment domain, and puts into it what names none',
  ],
  ['a webhook that is not up yet fails the deploy', 'deploy/races', 'is waited for'],
  [
    'an API of somebody else that is unavailable fails the deploy (kapp)',
    'commands/deploy/whole-cluster',
    'looks at the whole cluster, and changes nothing that is as it should be',
  ],
  [
    'an APIService of its own that is unavailable passes',
    'deploy/health/cluster',
    'judges an APIService with %s',
  ],
  [
    'a crash loop of an init container is not explained',
    'commands/deploy/rollouts',
    'an init container that crashes again and again is named, with the last lines of its log',
  ],
  [
    'a claim that waits for its first consumer blocks',
    'commands/deploy/kinds',
    'does not wait for a volume before its first consumer, nor for an address that nobody gives out',
  ],
  [
    'a Service of type LoadBalancer waits for ever where nobody gives out addresses',
    'commands/deploy/kinds',
    'does not wait for a volume before its first consumer, nor for an address that nobody gives out',
  ],
  [
    'a wait for nothing hangs until the timeout (argo-cd#12211)',
    'commands/deploy/health',
    'returns at once when there is nothing to wait for',
  ],
  [
    'a missing right to list or watch is a hang (werf#4646)',
    'commands/deploy/rights',
    'names --wait target when Deployments of others may not be seen',
  ],
  [
    'what happened before the watch began is never seen (argo-cd#12211)',
    'deploy/watches',
    'from an expired version begins with a new list',
  ],
  [
    'an object of more than 256 KiB cannot be applied',
    'commands/deploy/apply',
    'applies objects that are larger than an annotation may be',
  ],
  [
    'a new version of a definition leads to "field not declared in schema" (flux2#4906)',
    'commands/deploy/definitions',
    'objects follow their definition to a version with other fields, whether the old one is still served or not',
  ],
  [
    'an immutable field is not explained',
    'deploy/recreate',
    'of a %s is explained, and left as it is; with --force-recreate it is made again',
  ],
  [
    'a finalizer that holds an object hangs the deploy',
    'deploy/recreate',
    'is explained with its finalizer, and nothing else is applied',
  ],
  [
    'replicas of an autoscaler are set back',
    'commands/deploy/apply',
    'leaves the replicas to an autoscaler, as long as no target claims them',
  ],
  [
    'a ConfigMap with a new hash comes after its users, or the old one is pruned too early',
    'commands/deploy/nothing-deleted',
    'a ConfigMap whose name has a new hash is there before the pods that use it, and the old one stays',
  ],
  [
    'a move between targets deletes the object (flux2#2421)',
    'commands/deploy/nothing-deleted',
    'an object that moves to another target, earlier or later, stays the same one',
  ],
  [
    'the namespace of a domain renames a Namespace (flux2#4570)',
    'commands/deploy/namespaces',
    'makes the namespace of a deployment domain, and puts into it what names none',
  ],
  [
    'a definition that is gone breaks every deploy after it (kustomize-controller#90)',
    'commands/deploy/nothing-deleted',
    'objects whose definition somebody has taken from the cluster are named before anything is applied',
  ],
  [
    'what others have made is pruned (krane#515), or all of it when a target is empty (flux2#2660)',
    'commands/deploy/nothing-deleted',
    'what has left its target stays, and so does what was never in one',
  ],
  [
    'many objects make a deploy slow, and its outcome vague',
    'commands/deploy/apply',
    'applies more objects than one kubectl takes, and names the one that is refused',
  ],
  [
    'many definitions make every deploy slow',
    'commands/deploy/definitions',
    'asks no more in a cluster with a hundred groups of definitions, and not for those of others',
  ],
  ...[
    'that still checks',
    'that applies definitions',
    'in the middle of a run',
    'between two stages',
    'that waits',
  ].map((phase): [string, string, string] => [
    `Ctrl-C or SIGTERM leaves a deploy ${phase} half done and unknown`,
    'deploy/interrupt',
    phase,
  ]),
  [
    'SIGKILL leaves a state that the next run cannot mend',
    'deploy/interrupt',
    'ends a deploy that %s: the next run finishes',
  ],
  [
    'an API server that restarts ends the deploy',
    'deploy/outage',
    'the API server dies and comes back: a deploy goes on in each phase; when it stays away, the time is over',
  ],
  [
    'a timeout is a success',
    'commands/deploy/health',
    'exits with 3 when it is not healthy in time, and says what it has waited for',
  ],
  [
    'values of Secrets are shown',
    'commands/deploy/secrets',
    'no value of a Secret is shown of what is not healthy: in no log, event or message',
  ],
]

it.each(failures)('there is a test against: %s', (_failure, file, test) => {
  const text = readFileSync(path.resolve(import.meta.dirname, '..', `${file}.test.ts`), 'utf8')
  const names = [...text.matchAll(/^ *(?:it|itOnCluster)?\S*\(?\s*(['"`])(.+?)\1,/gm)].map(
    ([, , name]) => name,
  )
  expect(names.filter(name => name!.includes(test))).not.toEqual([])
})
