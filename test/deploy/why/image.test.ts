import { expect, it } from 'vitest'
import { readPullAnswer } from '../../../src/deploy/why/image.js'
import { ago, explainNow, ofPod, picture, waiting } from './evidence.js'

const image = 'registry.example.com/shop/web:1.2'
const pull = (tail: string) =>
  `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${tail}`

it.each([
  [
    'containerd, wrong credentials',
    pull(
      'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://registry.example.com/token?scope=repository%3Ashop%2Fweb%3Apull: 401 Unauthorized',
    ),
    'denied',
    'registry.example.com says 401 Unauthorized',
  ],
  [
    'containerd, no credentials',
    pull(
      'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
    ),
    'denied',
    'registry.example.com has no image shop/web:1.2, or does not show it without a login',
  ],
  [
    'containerd, forbidden',
    pull(
      'unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/1.2: 403 Forbidden',
    ),
    'denied',
    'registry.example.com says 403 Forbidden',
  ],
  [
    'containerd, no such tag',
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
    'missing',
    'registry.example.com has no image shop/web:1.2',
  ],
  [
    'CRI-O, no such tag',
    `rpc error: code = Unknown desc = reading manifest 1.2 in registry.example.com/shop/web: manifest unknown`,
    'missing',
    'registry.example.com has no image shop/web:1.2',
  ],
  [
    'Docker, denied',
    "rpc error: code = Unknown desc = Error response from daemon: pull access denied for shop/web, repository does not exist or may require 'docker login'",
    'denied',
    'registry.example.com has no image shop/web:1.2, or does not show it without a login',
  ],
  [
    'another architecture',
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": no match for platform in manifest: not found`,
    'platform',
    `${image} is not built for the architecture of the node`,
  ],
  [
    'an unknown host',
    pull(
      'failed to do request: Head "https://registry.example.com/v2/shop/web/manifests/1.2": dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host',
    ),
    'transport',
    'registry.example.com: dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host',
  ],
  [
    'a refused connection',
    pull(
      'failed to do request: Head "https://registry.example.com/v2/shop/web/manifests/1.2": dial tcp 10.1.2.3:443: connect: connection refused',
    ),
    'transport',
    'registry.example.com: dial tcp 10.1.2.3:443: connect: connection refused',
  ],
  [
    'a registry that is down',
    pull(
      'unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/1.2: 503 Service Unavailable',
    ),
    'transport',
    'registry.example.com says 503 Service Unavailable',
  ],
  [
    'a rate limit, though its text speaks of authentication',
    'rpc error: code = Unknown desc = failed to copy: httpReadSeeker: failed open: unexpected status code https://registry.example.com/v2/shop/web/manifests/sha256:af: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit.',
    'transport',
    'registry.example.com says 429 Too Many Requests',
  ],
  [
    'a time-out',
    pull('net/http: TLS handshake timeout'),
    'transport',
    'registry.example.com: net/http: TLS handshake timeout',
  ],
  ['something new', 'rpc error: code = Unknown desc = the moon is full', 'other', 'the moon is full'],
])('reads the answer of a pull: %s', (_what, answer, kind, message) => {
  expect(readPullAnswer(answer, image)).toMatchObject({ kind, message })
})

it('is not misled by words in the name of an image', () => {
  const image = 'registry.example.com/not-found/denied: 401 Unauthorized'
  const answer = `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": the moon is full`
  expect(readPullAnswer(answer, image).kind).toBe('other')
})

it('counts an image without a host as one of docker.io', () => {
  const answer = 'rpc error: code = NotFound desc = docker.io/library/nginx:9.9: not found'
  expect(readPullAnswer(answer, 'nginx:9.9').message).toBe('docker.io has no image nginx:9.9')
})

const unauthorized = pull(
  'unexpected status from GET request to https://registry.example.com/token: 401 Unauthorized',
)
const missing = `rpc error: code = NotFound desc = ${image}: not found`

it.each([
  ['ErrImagePull says it itself', waiting('ErrImagePull', missing), []],
  [
    'a back-off carries it, as of Kubernetes 1.31',
    waiting('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${missing}`),
    [],
  ],
  [
    'only an event knows it, before Kubernetes 1.31',
    waiting('ImagePullBackOff', `Back-off pulling image "${image}"`),
    [['Failed', `Failed to pull image "${image}": ${missing}`]],
  ],
] as [
  string,
  Record<string, unknown>,
  [string, string][],
][])('finds what the registry said: %s', (_what, status, events) => {
  const [cause] = explainNow(ofPod(status, events))
  expect(cause).toMatchObject({
    reason: 'ErrImagePull',
    message: 'registry.example.com has no image shop/web:1.2',
    isTerminal: true,
  })
})

it('says that it backs off when nothing else is known, and goes on waiting', () => {
  const status = waiting('ImagePullBackOff', `Back-off pulling image "${image}"`)
  expect(picture(ofPod(status))).toEqual([
    `pod web-rs1-a of Deployment shop/web: ErrImagePull: Back-off pulling image "${image}"`,
  ])
})

it.each([
  ['a denied pull of a new pod may still be helped by a pull secret', unauthorized, 19, false],
  ['a denied pull has no hope after two tries', unauthorized, 20, true],
  ['a missing image has none at once', missing, 0, true],
  ['a time-out is no reason to stop', pull('context deadline exceeded'), 600, false],
])('%s', (_what, message, age, isTerminal) => {
  const status = { ...waiting('ErrImagePull', message), startTime: ago(age) }
  expect(explainNow(ofPod(status))[0]!.isTerminal).toBe(isTerminal)
})

it.each([
  ['was tried last before it', 40, false],
  ['was tried again since', 20, true],
])('judges a pod that is older than the deploy by its pulls since: %s', (_what, seconds, isTerminal) => {
  const status = waiting('ErrImagePull', unauthorized)
  const evidence = ofPod(status, [
    ['Failed', `Failed to pull image "${image}": x`, { lastTimestamp: ago(seconds) }],
  ])
  const since = new Date(ago(30))
  expect(explainNow({ ...evidence, since })[0]!.isTerminal).toBe(isTerminal)
})

it('names the pull secret that kubelet looked for', () => {
  const evidence = ofPod(waiting('ErrImagePull', unauthorized), [
    [
      'FailedToRetrieveImagePullSecret',
      'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
      { count: 4 },
    ],
  ])
  expect(picture(evidence)).toEqual([
    '! pod web-rs1-a of Deployment shop/web: ErrImagePull: registry.example.com says 401 Unauthorized',
    '  event FailedToRetrieveImagePullSecret x4, 10 s ago: Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
    '  next: make the pull secret regcred: there is none in the namespace',
  ])
})

it('ends the wait for a name that cannot be one of an image', () => {
  const evidence = ofPod(
    waiting('InvalidImageName', 'Failed to apply default image tag "Web:1": invalid'),
    [],
    {
      containers: [{ name: 'app', image: 'Web:1' }],
    },
  )
  expect(picture(evidence)).toEqual([
    '! pod web-rs1-a of Deployment shop/web: InvalidImageName: Web:1 is not a valid name of an image',
  ])
})
