import type { KubeObject } from '../../kube/object.js'
import type { Finding } from './cause.js'
import { type Container, containersOf } from './container.js'
import { logOf } from './crash.js'
import { clean } from './message.js'
import { listAt, textAt } from './read.js'
import { safeIdOf, uidOf, type World } from './world.js'

/** Everything runs, and still the pod is not ready: a probe, an init container that takes its time, or a gate. */
export function explainUnready(pod: KubeObject, world: World): Finding | undefined {
  const running = containersOf(pod).filter(container => container.runningSince !== undefined)
  const init = running.find(container => container.isInit)
  if (init) return finding(pod, 'PodInitializing', `init container ${init.name} has not ended yet`, init)
  const unready = running.find(container => !container.isReady)
  if (unready) return explainProbe(pod, unready, world)
  return explainGate(pod)
}

function explainProbe(pod: KubeObject, container: Container, world: World): Finding {
  const { name, runningSince = 0 } = container
  const newest = world
    .eventsOf({ id: safeIdOf(pod), uid: uidOf(pod) })
    .find(event => event.reason === 'Unhealthy' && event.container === name && event.time >= runningSince)
  if (!newest)
    return finding(pod, 'ContainersNotReady', `container ${name} runs, but is not ready`, container)
  const said = newest.message.replace(/^[RLS](?=\w+ probe )/, first => first.toLowerCase())
  return finding(pod, 'Unhealthy', `container ${name}: ${said}`, container)
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate */
function explainGate(pod: KubeObject): Finding | undefined {
  const ready = listAt(pod, 'status', 'conditions').find(({ type }) => type === 'Ready')
  if (textAt(ready, 'reason') !== 'ReadinessGatesNotReady') return undefined
  return finding(pod, 'ReadinessGatesNotReady', textAt(ready, 'message'))
}

function finding(pod: KubeObject, reason: string, message: string, container?: Container): Finding {
  return {
    reason,
    message: clean(message),
    object: safeIdOf(pod),
    subject: pod,
    logOf: container && logOf(pod, container, false),
  }
}
