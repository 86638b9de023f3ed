import { expect } from 'vitest'
import { until } from '../../drivers/rehearsal/processes.js'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { deployment, job } from '../../helpers/manifests.js'
import { recordRequests } from '../../helpers/recorder.js'
import { cronJob, daemonSet, statefulSet } from '../../helpers/workloads.js'

const newImage = { image: 'registry.test/app:2' }
const imageOf = { spec: { containers: [newImage] } }

itOnCluster(
  'does not wait for what has nothing to do: no replicas, no node that matches, a schedule',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [
      deployment('none', { replicas: 0 }),
      statefulSet('empty', { spec: 'replicas: 0\n' }),
      daemonSet('nowhere', { pod: 'nodeSelector:\n  disk: none\n' }),
      await cronJob('yearly', test.api),
    ])
    expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}4 created/)
    expect(await test.get('apps/v1 daemonsets/nowhere')).toMatchObject({
      status: { desiredNumberScheduled: 0 },
    })
  },
)

itOnCluster(
  'waits for each node of a DaemonSet, and for each replica of a StatefulSet in turn',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [daemonSet('agent'), statefulSet('db', { spec: 'replicas: 2\n' })])
    await test.succeed()
    expect(await test.get('apps/v1 daemonsets/agent')).toMatchObject({ status: { numberAvailable: 2 } })
    expect(await test.get('apps/v1 statefulsets/db')).toMatchObject({ status: { readyReplicas: 2 } })
  },
)

itOnCluster(
  'does not wait for updates that OnDelete or a partition leaves to others',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const onDelete = 'replicas: 1\nupdateStrategy:\n  type: OnDelete\n'
    const partition =
      'replicas: 2\nupdateStrategy:\n  type: RollingUpdate\n  rollingUpdate:\n    partition: 1\n'
    const both = (more: object) => [
      statefulSet('left', { spec: onDelete, ...more }),
      statefulSet('half', { spec: partition, ...more }),
    ]
    test.artifact('web', both({}))
    await test.succeed()
    test.artifact('web', both(newImage))
    expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}2 configured/)
    expect(await test.get('v1 pods/left-0')).not.toMatchObject(imageOf)
    expect(await test.get('v1 pods/half-0')).not.toMatchObject(imageOf)
    // What the partition lets through has been waited for.
    expect(await test.get('v1 pods/half-1')).toMatchObject({
      ...imageOf,
      status: {
        conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
      },
    })
  },
)

itOnCluster('a Job that is done and gone has done its work', { timeout }, async () => {
  const test = await makeDeploy()
  const passing = job('passing', { spec: 'ttlSecondsAfterFinished: 0' })
  test.artifact('web', [passing, deployment('slow', { trouble: { 'ready-after': '3s' } })])
  const deploy = test.start()
  const isDone = async () => {
    const { status } = (await test.get('batch/v1 jobs/passing')) ?? {}
    return status?.['succeeded'] === 1 || deploy.exitCode !== null
  }
  await until(isDone)
  // As the controller for finished Jobs does it, which older clusters do not have.
  await test.kubectl(['delete', 'job', 'passing', '--ignore-not-found', '--wait=false'])
  const { exitCode, stdout } = await deploy
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^web {2}healthy {4}2 created/)])
})

itOnCluster('a Job that is deleted before it is done is missed', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('web', [job('long', { trouble: { 'never-ready': 'true' } })])
  const deploy = test.start(['--timeout', '4s'])
  await until(async () => (await test.get('batch/v1 jobs/long')) !== undefined)
  await test.kubectl(['delete', 'job', 'long', '--wait=false'])
  const { exitCode, stderr } = await deploy
  expect(exitCode).toBe(3)
  expect(stderr).toMatch(new RegExp(`Job ${test.namespace}/long: NotFound: (has been deleted|is not there)`))
})

itOnCluster(
  'does not wait for a volume before its first consumer, nor for an address that nobody gives out',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const name = `late-${test.namespace}`
    test.cleanUp(`/apis/storage.k8s.io/v1/storageclasses/${name}`)
    test.artifact('web', [storageClass(name), claim('data', name), loadBalancer('web')])
    expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}3 created/)
    expect(await test.get('v1 persistentvolumeclaims/data')).toMatchObject({ status: { phase: 'Pending' } })
    expect(await test.get('v1 services/web')).toMatchObject({ status: { loadBalancer: {} } })
  },
)

itOnCluster(
  'waits for a volume of a class that binds at once, and says why it is not there',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const name = `now-${test.namespace}`
    test.cleanUp(`/apis/storage.k8s.io/v1/storageclasses/${name}`)
    const recorder = await recordRequests(test.cluster)
    test.useKubeconfig(recorder.kubeconfig)
    const immediate = storageClass(name).replace('WaitForFirstConsumer', 'Immediate')
    test.artifact('web', [immediate, claim('data', name), deployment('web')])
    const { exitCode, stderr } = await test.deploy(['--timeout', '5s'])
    expect(exitCode).toBe(3)
    expect(stderr).toContain(`PersistentVolumeClaim ${test.namespace}/data`)
    // What the controller says is no warning. What is said of a pod that goes its way is not even asked for.
    expect(stderr).toMatch(
      /ExternalProvisioning: waiting for a volume to be created, .* "example.com\/nobody"/,
    )
    const events = recorder.requests.find(({ path }) => path.includes('/events?'))
    const query = new URL(events!.path, recorder.server).searchParams
    expect(query.get('fieldSelector')?.split(',')).toContain('reason!=Scheduled')
  },
)

const storageClass = (name: string) => `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: ${name}
provisioner: example.com/nobody
volumeBindingMode: WaitForFirstConsumer
`

const claim = (name: string, storageClass: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
spec:
  accessModes:
  - ReadWriteOnce
  resources:
    requests:
      storage: 1Gi
  storageClassName: ${storageClass}
`

const loadBalancer = (name: string) => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  ports:
  - port: 80
    protocol: TCP
  selector:
    app: ${name}
  type: LoadBalancer
`
