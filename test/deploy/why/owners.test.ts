import { expect, it } from 'vitest'
import {
  ago,
  crashing,
  deployment,
  event,
  explainNow,
  ofPod,
  picture,
  pod,
  replicaSet,
  running,
  stored,
  unhealthy,
  waiting,
} from './evidence.js'

const invalid = waiting('InvalidImageName')
const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

it('looks at the pods of the newest ReplicaSet alone', () => {
  const web = deployment('web', 10)
  const [old, young] = [replicaSet(web, 9), replicaSet(web, 10)]
  const related = [old, young, pod(old, 'a', invalid), pod(young, 'b', crashing(1, {}))]
  expect(picture({ unhealthy: [unhealthy(web)], related })).toEqual([
    'pod web-rs10-b of Deployment shop/web: CrashLoopBackOff: container app fails with exit code 1',
  ])
})

it.each([
  ['the ReplicaSet of a change is not known yet', deployment('web', 2)],
  [
    'the controller has not seen the change yet',
    deployment('web', 1, { metadata: { generation: 2 }, status: { observedGeneration: 1 } }),
  ],
])('blames no pod of the past while %s', (_what, web) => {
  const set = replicaSet(web, 1)
  expect(picture({ unhealthy: [unhealthy(web)], related: [set, pod(set, 'a', invalid)] })).toEqual([
    'Deployment shop/web: InProgress: 0 of 3 replicas are ready',
  ])
})

it('follows a custom resource down to its pods', () => {
  const db = stored('Cluster', 'db')
  const set = stored('StatefulSet', 'db', { owner: db })
  const related = [set, pod(set, '0', crashing(1, {}))]
  expect(picture({ unhealthy: [unhealthy(db)], related })).toEqual([
    'pod db-0 of Cluster.postgresql.cnpg.io shop/db: CrashLoopBackOff: container app fails with exit code 1',
  ])
})

it('follows a custom resource through a Deployment', () => {
  const app = stored('Cluster', 'app')
  const web = deployment('web', 1, {
    owner: app,
    metadata: {
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      ownerReferences: [{ uid: app.metadata.uid }],
    },
  })
  const set = replicaSet(web)
  expect(
    picture({ unhealthy: [unhealthy(app)], related: [web, set, pod(set, 'a', crashing(1, {}))] }),
  ).toEqual([
    'pod web-rs1-a of Cluster.postgresql.cnpg.io shop/app: CrashLoopBackOff: container app fails with exit code 1',
  ])
})

it('knows the pods of an object by its uid alone', () => {
  const db = stored('StatefulSet', 'db')
  const { id } = unhealthy(db)
  const one = { id, uid: db.metadata.uid!, state: 'progressing', message: 'x' } as const
  expect(explainNow({ unhealthy: [one], related: [pod(db, '0', invalid)] })[0]!.reason).toBe(
    'InvalidImageName',
  )
})

it('never ends the wait for an older pod of a StatefulSet, but says that it may be in the way', () => {
  const db = stored('StatefulSet', 'db', { status: { updateRevision: 'db-2' } })
  const old = stored('Pod', 'db-0', {
    owner: db,
    metadata: { labels: { 'controller-revision-hash': 'db-1' } },
    status: invalid,
  })
  expect(picture({ unhealthy: [unhealthy(db)], related: [old] })).toEqual([
    'pod db-0 of StatefulSet shop/db: InvalidImageName: the image is not a valid name of an image',
    '  next: an older pod blocks the rollout: kubectl delete pod db-0 --namespace shop',
  ])
})

it('leaves out pods that a DaemonSet is about to replace', () => {
  const annotations = { 'deprecated.daemonset.template.generation': '2' }
  const agent = stored('DaemonSet', 'agent', { metadata: { annotations } })
  const old = stored('Pod', 'agent-a', {
    owner: agent,
    metadata: { labels: { 'pod-template-generation': '1' } },
    status: invalid,
  })
  expect(picture({ unhealthy: [unhealthy(agent)], related: [old] })).toEqual([
    'DaemonSet shop/agent: InProgress: 0 of 3 replicas are ready',
  ])
})

it('speaks of evicted pods only when nothing came after them', () => {
  const { unhealthy, related } = ofPod({
    phase: 'Failed',
    reason: 'Evicted',
    message: 'The node was low on resource: memory.',
  })
  const late = pod(related[0]!, 'b', running())
  expect(explainNow({ unhealthy, related: [...related, late] }).map(cause => cause.reason)).toEqual([
    'ContainersNotReady',
  ])
})

it('says nothing about a pod that is about to go, until it should be gone', () => {
  const at = (seconds: number) => {
    const evidence = ofPod(invalid)
    evidence.related[1]!.metadata.deletionTimestamp = ago(seconds)
    return picture(evidence)[0]
  }
  expect(at(29)).toBe('Deployment shop/web: InProgress: 0 of 3 replicas are ready')
  expect(at(30)).toBe('pod web-rs1-a of Deployment shop/web: Terminating: node node-1 does not end the pod')
})

const quota = 'exceeded quota: compute, requested: limits.cpu=1, used: limits.cpu=4, limited: limits.cpu=4'
const failed = (message: string) => ({
  conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }],
})

it('says why there are no pods at all', () => {
  const web = deployment('web')
  const status = failed(`pods "web-rs1-" is forbidden: ${quota}`)
  const related = [replicaSet(web, 1, { status })]
  expect(picture({ unhealthy: [unhealthy(deployment('web', 1, { status }))], related })).toEqual([
    `! ReplicaSet web-rs1 of Deployment shop/web: FailedCreate: pods are forbidden: ${quota}`,
    '  next: raise the ResourceQuota, or lower resources.requests',
  ])
})

it('says why some pods are missing beside those that start', () => {
  const web = deployment('web')
  const set = replicaSet(web, 1, { status: failed(`pods "web-rs1-" is forbidden: ${quota}`) })
  const causes = explainNow({ unhealthy: [unhealthy(web)], related: [set, pod(set, 'a', running())] })
  expect(causes.map(cause => cause.reason)).toEqual(['FailedCreate', 'ContainersNotReady'])
})

it.each([
  ['a moment ago', 20, undefined, false],
  ['long enough', 21, undefined, true],
  ['long ago, but the deploy has just begun', 999, 5, false],
])('gives what is forbidden time to be allowed: created %s', (_what, age, begun, isTerminal) => {
  const db = stored('StatefulSet', 'db', { metadata: { creationTimestamp: ago(age) } })
  const message =
    'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: error looking up service account shop/db: serviceaccount "db" not found'
  const since = begun === undefined ? {} : { since: new Date(ago(begun)) }
  const [cause] = explainNow({
    unhealthy: [unhealthy(db)],
    events: [event(db, 'FailedCreate', message)],
    ...since,
  })
  expect(cause).toMatchObject({ message: 'pods are forbidden: serviceaccount "db" not found', isTerminal })
})

it('gives what is forbidden its time anew once the API server answers again, since nobody could allow it before', () => {
  const db = stored('StatefulSet', 'db', { metadata: { creationTimestamp: ago(999) } })
  const message = 'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: exceeded quota'
  const isTerminal = (seconds: number) => {
    const times = { since: new Date(ago(500)), answersSince: new Date(ago(seconds)) }
    const events = [event(db, 'FailedCreate', message)]
    return explainNow({ unhealthy: [unhealthy(db)], events, ...times })[0]!.isTerminal
  }
  expect([isTerminal(20), isTerminal(21)]).toEqual([false, true])
})

it('lets the condition of a Job decide when its crashes are too many', () => {
  const job = stored('Job', 'migrate')
  const related = [pod(job, 'a', crashing(9, {}), { restartPolicy: 'OnFailure' })]
  const isTerminal = (state: 'progressing' | 'failed') =>
    explainNow({ unhealthy: [unhealthy(job, { state })], related })[0]!.isTerminal
  expect([isTerminal('progressing'), isTerminal('failed')]).toEqual([false, true])
})

it.each([
  [
    'a Job whose pods are gone',
    stored('Job', 'migrate', {
      status: {
        conditions: [
          {
            type: 'Failed',
            status: 'True',
            reason: 'BackoffLimitExceeded',
            message: 'Job has reached the specified backoff limit',
          },
        ],
      },
    }),
    'failed',
    ['! Job shop/migrate: BackoffLimitExceeded: Job has reached the specified backoff limit'],
  ],
  [
    'a rollout that takes too long',
    deployment('web', 1, {
      status: {
        conditions: [
          {
            type: 'Progressing',
            status: 'False',
            reason: 'ProgressDeadlineExceeded',
            message: 'ReplicaSet "web-rs1" has timed out progressing.',
          },
        ],
      },
    }),
    'failed',
    ['! Deployment shop/web: ProgressDeadlineExceeded: the rollout has timed out'],
  ],
  [
    'a custom resource',
    stored('Cluster', 'db', {
      status: {
        conditions: [
          { type: 'Ready', status: 'False', reason: 'ClusterIsNotReady', message: 'Cluster Is\nNot Ready' },
        ],
      },
    }),
    'progressing',
    ['Cluster.postgresql.cnpg.io shop/db: ClusterIsNotReady: Cluster Is Not Ready'],
  ],
  [
    'a custom resource whose condition is of the generation before',
    stored('Cluster', 'db', {
      metadata: { generation: 2 },
      status: { conditions: [{ type: 'Ready', status: 'False', reason: 'Old', observedGeneration: 1 }] },
    }),
    'progressing',
    ['Cluster.postgresql.cnpg.io shop/db: InProgress: 0 of 3 replicas are ready'],
  ],
  [
    'an object that is not there',
    stored('ConfigMap', 'web'),
    'missing',
    ['ConfigMap shop/web: NotFound: 0 of 3 replicas are ready'],
  ],
  [
    'an object that waits for finalizers',
    stored('PersistentVolumeClaim', 'files', {
      metadata: { deletionTimestamp: '2026-11-24T09:00:00Z', finalizers: ['kubernetes.io/pvc-protection'] },
    }),
    'terminating',
    [
      'PersistentVolumeClaim shop/files: Terminating: waits for the finalizer kubernetes.io/pvc-protection, deleted at 2026-11-24T09:00:00Z',
      '  next: a pod still uses the claim',
    ],
  ],
  [
    'a namespace with something left in it',
    stored('Namespace', 'shop', {
      metadata: { namespace: undefined },
      status: {
        phase: 'Terminating',
        conditions: [
          {
            type: 'NamespaceDeletionDiscoveryFailure',
            status: 'False',
            message: 'All resources successfully discovered',
          },
          {
            type: 'NamespaceContentRemaining',
            status: 'True',
            message: 'Some resources are remaining: persistentvolumeclaims. has 1 resource instances',
          },
          {
            type: 'NamespaceFinalizersRemaining',
            status: 'True',
            message:
              'Some content in the namespace has finalizers remaining: kubernetes.io/pvc-protection in 1 resource instances',
          },
        ],
      },
    }),
    'terminating',
    [
      'Namespace shop: NamespaceFinalizersRemaining: Some content in the namespace has finalizers remaining: kubernetes.io/pvc-protection in 1 resource instances; Some resources are remaining: persistentvolumeclaims. has 1 resource instances',
    ],
  ],
] as const)('explains %s', (_what, object, state, lines) => {
  expect(picture({ unhealthy: [unhealthy(object, { state })] })).toEqual(lines)
})

const claim = stored('PersistentVolumeClaim', 'data-db-0', { status: { phase: 'Pending' } })
const provisioning = event(claim, 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found')

it('explains a claim by what its provisioner says', () => {
  const waits = event(claim, 'ExternalProvisioning', 'waiting for a volume', {
    lastTimestamp: ago(1),
    type: 'Normal',
  })
  expect(picture({ unhealthy: [unhealthy(claim)], events: [waits, provisioning] })).toEqual([
    'PersistentVolumeClaim shop/data-db-0: ProvisioningFailed: storageclass.storage.k8s.io "fast" not found',
    '  next: kubectl get storageclass shows which there are',
  ])
})

it('explains a pod that waits for a claim by the claim', () => {
  const message = '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.'
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }]
  const evidence = ofPod({ conditions }, [], { nodeName: undefined, volumes })
  expect(picture({ ...evidence, events: [provisioning] })[0]).toBe(
    'PersistentVolumeClaim data-db-0 of Deployment shop/web: ProvisioningFailed: storageclass.storage.k8s.io "fast" not found',
  )
})

it('explains a Service by what its load balancer lacks', () => {
  const service = stored('Service', 'web')
  const said = event(
    service,
    'SyncLoadBalancerFailed',
    'Error syncing load balancer: failed to ensure load balancer: neither load-balancer.hetzner.cloud/location nor load-balancer.hetzner.cloud/network-zone set',
  )
  expect(explainNow({ unhealthy: [unhealthy(service)], events: [said] })[0]!.reason).toBe(
    'SyncLoadBalancerFailed',
  )
})

it('does not take events of an object that had the same name', () => {
  const old = stored('PersistentVolumeClaim', 'data-db-0', { metadata: { uid: 'old' } })
  const events = [event(old, 'ProvisioningFailed', 'old')]
  expect(explainNow({ unhealthy: [unhealthy(claim)], events })[0]!.reason).toBe('InProgress')
})

it('says nothing about pods that are ready', () => {
  expect(explainNow(ofPod(ready))[0]!.reason).toBe('InProgress')
})
