import type { KubeObject } from '../../kube/object.js'
import type { Finding } from './cause.js'
import type { Container } from './container.js'
import { ageOf, grace, isOlderThanDeploy } from './grace.js'
import { clean } from './message.js'
import { textAt } from './read.js'
import { safeIdOf, uidOf, type World } from './world.js'

const pullReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable'])

/** An image that cannot be had: what the registry says, rather than that kubelet backs off. */
export function explainImage(pod: KubeObject, container: Container, world: World): Finding | undefined {
  const object = safeIdOf(pod)
  const message = clean(container.waitingMessage)
  if (container.waiting === 'InvalidImageName') {
    const said = `${container.image || 'the image'} is not a valid name of an image`
    return { reason: 'InvalidImageName', message: said, object, subject: pod, isTerminal: true }
  }
  if (!pullReasons.has(container.waiting)) return undefined
  const fault = readPullAnswer(clean(answerOf(pod, container, world)) || message, container.image)
  return {
    reason: 'ErrImagePull',
    message: fault.message,
    object,
    subject: pod,
    isTerminal: isHopeless(fault, pod, world),
    hint: fault.kind === 'denied' ? (missingSecret(pod, world) ?? fault.hint) : fault.hint,
  }
}

/** Since Kubernetes 1.31 `ImagePullBackOff` carries the error; before, only events and other pods know it. */
function answerOf(
  pod: KubeObject,
  { waiting, waitingMessage, image, name }: Container,
  world: World,
): string {
  if (waiting === 'ErrImagePull') return waitingMessage
  const carried = /^Back-off pulling image "[^"]*": ErrImagePull: (.+)$/s.exec(waitingMessage)?.[1]
  if (carried) return carried
  const own = world
    .eventsOf({ id: safeIdOf(pod), uid: uidOf(pod) })
    .find(
      event => event.reason === 'Failed' && event.container === name && /^Failed to pull/.test(event.message),
    )
  const said = own && /^Failed to pull image "[^"]*": (.+)$/.exec(own.message)?.[1]
  return said ?? world.pullAnswer(textAt(pod, 'metadata', 'namespace'), image) ?? ''
}

export interface PullFault {
  kind: 'denied' | 'missing' | 'platform' | 'transport' | 'other'
  message: string
  hint?: string
}

/**
 * What the answer of a container runtime means. The wording is that of containerd, CRI-O and Docker; the name of the
 * image is taken out first, since it may contain any of the words.
 */
export function readPullAnswer(answer: string, image: string): PullFault {
  const { registry, path } = splitImage(image)
  const bare = withoutNames(answer, image)
  const status = /\b[45]\d\d [A-Z][a-z]+(?: [A-Z][a-z]+)*/.exec(bare)?.[0] ?? ''
  if (/no match for platform|no matching manifest|no image found in.* for architecture/i.test(bare)) {
    const hint = 'build the image for the architecture of the nodes too, or choose nodes that it is built for'
    return { kind: 'platform', message: `${image} is not built for the architecture of the node`, hint }
  }
  if (isTransport(bare)) {
    const said = /^(?:429|5)/.test(status) ? ` says ${status}` : `: ${lastPart(answer)}`
    return { kind: 'transport', message: `${registry}${said}`, ...transportHint(bare) }
  }
  if (/^40[13]/.test(status)) {
    return { kind: 'denied', message: `${registry} says ${status}`, hint: loginHint(registry) }
  }
  if (denials.test(bare)) {
    const message = `${registry} has no image ${path}, or does not show it without a login`
    return { kind: 'denied', message, hint: `check the image's name; ${loginHint(registry)}` }
  }
  if (/not found|(?:manifest|name) unknown|does not exist|no such image/i.test(bare)) {
    const hint = 'check the name and the tag, and whether the image has been pushed'
    return { kind: 'missing', message: `${registry} has no image ${path}`, hint }
  }
  return { kind: 'other', message: lastPart(answer) || `${image} cannot be pulled` }
}

const denials =
  /unauthorized|access denied|denied: |is denied|authorization failed|authentication required|no basic auth credentials|insufficient_scope/i

const loginHint = (registry: string) =>
  `make a pull secret for ${registry} in the namespace and name it in imagePullSecrets`

/** Nothing the registry decided: the next try may succeed. */
function isTransport(bare: string): boolean {
  return (
    /\b(?:429|5\d\d) [A-Z]|toomanyrequests|rate limit|\bdial (?:tcp|udp|unix)\b|no such host|timeout|timed out/i.test(
      bare,
    ) ||
    /deadline exceeded|connection (?:refused|reset)|no route to host|network is unreachable/i.test(bare) ||
    /x509|tls: |\bEOF\b|context canceled|server misbehaving|no space left/i.test(bare)
  )
}

function transportHint(bare: string): { hint?: string } {
  if (/429|toomanyrequests|rate limit/i.test(bare)) {
    return { hint: 'log in to the registry with a pull secret, or use a mirror' }
  }
  if (/no such host/.test(bare)) return { hint: 'check the name of the registry, and the DNS of the nodes' }
  if (/x509/.test(bare)) return { hint: 'make the nodes trust the certificate of the registry' }
  return {}
}

/**
 * A denied pull of an old pod says nothing about a pull secret that is applied only now, so only an answer since then
 * counts.
 */
function isHopeless(fault: PullFault, pod: KubeObject, world: World): boolean {
  if (fault.kind === 'transport' || fault.kind === 'other') return false
  if (isOlderThanDeploy(pod, world)) {
    const events = world.eventsOf({ id: safeIdOf(pod), uid: uidOf(pod) })
    const isTriedAgain = events.some(({ reason, time }) => reason === 'Failed' && time >= world.since)
    if (!isTriedAgain) return false
  }
  return fault.kind !== 'denied' || ageOf(pod, world) >= grace.pullDenied
}

/** Since 1.27 kubelet says which pull secrets it looked for in vain. */
function missingSecret(pod: KubeObject, world: World): string | undefined {
  const events = world.eventsOf({ id: safeIdOf(pod), uid: uidOf(pod) })
  const said = events.find(event => event.reason === 'FailedToRetrieveImagePullSecret')?.message ?? ''
  const names = /secrets \(([^)]+)\)/.exec(said)?.[1]
  return names && `make the pull secret ${names}: there is none in the namespace`
}

/** As a runtime reads it: the first part is a host when it looks like one. https://pkg.go.dev/github.com/distribution/reference */
function splitImage(image: string): { registry: string; path: string } {
  const [, host, path] = /^([^/]*[.:][^/]*|localhost)\/(.+)$/.exec(image) ?? []
  return host && path ? { registry: host, path } : { registry: 'docker.io', path: image }
}

function withoutNames(answer: string, image: string): string {
  const plain = answer.replace(/"[^"]*"/g, '""').replace(/https?:\/\/[^\s"]+/g, '')
  const { path } = splitImage(image)
  const names = [image, `docker.io/library/${image}`, `docker.io/${image}`, path, path.replace(/[:@].*$/, '')]
  return names.filter(name => name.length > 1).reduce((text, name) => text.replaceAll(name, ''), plain)
}

/** Without the wrapping that each layer of the runtime puts around an error. */
function lastPart(answer: string): string {
  return answer
    .replace(/^(?:rpc error: code = \w+ desc = |Error response from daemon: )+/, '')
    .replace(
      /(?:failed to (?:pull and unpack image|resolve reference|copy)|failed to do request)(?: "[^"]*")?: /g,
      '',
    )
    .replace(/^(?:Get|Head|GET|HEAD) "[^"]*": /, '')
}
