import type { KubeObject } from '../../kube/object.js'
import type { Finding } from './cause.js'
import type { Container } from './container.js'
import { ageOf, grace } from './grace.js'
import { clean } from './message.js'
import { safeIdOf, type World } from './world.js'

const notYet = new Set(['', 'ContainerCreating', 'PodInitializing', 'CrashLoopBackOff'])

/** A container that kubelet refuses to create or cannot run, for any other reason than its image. */
export function explainConfig(pod: KubeObject, container: Container, world: World): Finding | undefined {
  if (notYet.has(container.waiting)) return undefined
  // kubelet names the pod and its uid at the end of some messages.
  const said = clean(container.waitingMessage).replace(/ \(pod: ".*$/, '')
  return {
    reason: clean(container.waiting),
    message: said || `container ${clean(container.name)} cannot be created`,
    object: safeIdOf(pod),
    subject: pod,
    ...judge(container.waiting, said, ageOf(pod, world)),
  }
}

/** A ConfigMap may come, a user that the image does not have will not. Caches that are not in sync yet are neither. */
function judge(reason: string, said: string, age: number): { isTerminal: boolean; hint?: string } {
  if (reason !== 'CreateContainerConfigError') return { isTerminal: false }
  if (/runAsNonRoot/.test(said)) {
    return { isTerminal: true, hint: 'set securityContext.runAsUser to a number other than 0' }
  }
  const [, kind, name] = /^(configmap|secret) "([^"]+)" not found/.exec(said) ?? []
  const isMissing = kind !== undefined || /^couldn't find key/.test(said)
  const hint = kind && `add the ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${name} to the namespace`
  return { isTerminal: isMissing && age >= grace.missingConfig, ...(hint && { hint }) }
}
