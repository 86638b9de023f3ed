import { describe, expect, onTestFinished } from 'vitest'
import { clusterTimeout, itOnCluster } from '../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../helpers/deploy.js'
import { configMap, deployment, job, podTemplate } from '../helpers/manifests.js'

const indent = (text: string) => text.replace(/^(?=.)/gm, '    ')
const withSelector = (label: string) =>
  deployment('web', { replicas: 0 }).replaceAll('app: web', `app: ${label}`)
const statefulSet = (size: string) => `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  replicas: 0
  selector:
    matchLabels:
      app: db
  serviceName: db
  template:
${indent(podTemplate('db'))}  volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes:
      - ReadWriteOnce
      resources:
        requests:
          storage: ${size}
`
const claim = (mode: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes:
  - ${mode}
  resources:
    requests:
      storage: 1Gi
  storageClassName: later
`
const service = (more: string) => `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
${more}  ports:
  - port: 80
    protocol: TCP
`
const frozen = (value: string) => `${configMap('settings', value)}immutable: true\n`

describe('what cannot be changed', () => {
  itOnCluster.each([
    ['Deployment', 'apps/v1 deployments/web', 'spec.selector', withSelector('web'), withSelector('web2')],
    ['StatefulSet', 'apps/v1 statefulsets/db', 'spec', statefulSet('1Gi'), statefulSet('2Gi')],
    [
      'Job',
      'batch/v1 jobs/once',
      'spec.template',
      job('once'),
      job('once', { image: 'registry.test/app:2' }),
    ],
    [
      'PersistentVolumeClaim',
      'v1 persistentvolumeclaims/data',
      'spec',
      claim('ReadWriteOnce'),
      claim('ReadWriteMany'),
    ],
    ['Service', 'v1 services/web', 'spec.clusterIP', service(''), service('  clusterIP: None\n')],
    ['ConfigMap', 'v1 configmaps/settings', 'data', frozen('one'), frozen('two')],
  ])(
    'of a %s is explained, and left as it is; with --force-recreate it is made again',
    async (kind, path, field, old, changed) => {
      const test = await makeDeploy()
      test.artifact('web', [configMap('a'), old])
      await test.succeed(['--wait', 'none'])
      const before = await test.get(path)

      test.artifact('web', [configMap('a', 'two'), changed])
      const refused = await test.deploy(['--wait', 'none'])
      expect(refused.exitCode).toBe(1)
      expect(refused.stdout).toMatch(/^web {2}failed +1 configured/)
      expect(refused.stderr).toMatch(
        new RegExp(`: ${kind} ${test.namespace}/\\w+: ${field.replaceAll('.', '\\.')}`),
      )
      expect(refused.stderr).toContain('next: Delete and make them again with --force-recreate')
      expect((await test.get(path))?.metadata.uid).toBe(before?.metadata.uid)

      const forced = await test.succeed(['--wait', 'none', '--force-recreate'])
      const loss = kind === 'PersistentVolumeClaim' ? ', with its data,' : ''
      expect(forced.stderr).toContain(`cannot be changed; it is deleted${loss} and made again`)
      expect(forced.stdout).toMatch(/^web {2}applied +1 created, 1 unchanged/)
      expect((await test.get(path))?.metadata.uid).not.toBe(before?.metadata.uid)
      // Kubernetes 1.20 writes a StatefulSet with claims again whenever it is applied.
      expect((await test.succeed(['--wait', 'none'])).stdout).toMatch(/2 unchanged|1 configured, 1 unchanged/)
    },
    clusterTimeout,
  )
})

const held = (name: string) => configMap(name, 'one', 'finalizers:\n- example.com/hold\n')

/** An object that is being deleted, and held; what holds it is removed after the test. */
async function makeHeld(test: DeployTest, name: string): Promise<void> {
  await test.kubectl(['apply', '-f', '-'], held(name))
  await test.kubectl(['delete', 'configmap', name, '--wait=false'])
  onTestFinished(() => void release(test, name))
}

async function release(test: DeployTest, name: string, namespace = test.namespace): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`
  const patch = { contentType: 'application/merge-patch+json', body: { metadata: { finalizers: null } } }
  await test.api.request('PATCH', path, patch).catch(() => {})
}

describe('an object that is held while it is deleted', () => {
  itOnCluster(
    'is explained with its finalizer, and nothing else is applied',
    async () => {
      const test = await makeDeploy()
      await makeHeld(test, 'a')
      test.artifact('web', [configMap('a'), configMap('b')])
      const { exitCode, stdout, stderr } = await test.deploy(['--timeout', '1s'])
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/^web {2}failed +nothing applied/)
      expect(stderr).toContain(`ConfigMap ${test.namespace}/a is being deleted; waiting until it is gone`)
      expect(stderr).toContain(
        `ConfigMap ${test.namespace}/a: it is being deleted, and does not go: waits for the finalizer example.com/hold`,
      )
      expect(stderr).toContain('0 of 2 objects are applied, 1 are refused, 1 were not reached.')
      expect(stderr).toContain('--force-recreate')
      expect(await test.get('v1 configmaps/b')).toBeUndefined()
    },
    clusterTimeout,
  )

  itOnCluster(
    'is waited for, and made again when it is gone',
    async () => {
      const test = await makeDeploy()
      await makeHeld(test, 'a')
      test.artifact('web', [configMap('a', 'new')])
      const deploy = test.start(['--timeout', '60s'])
      for await (const line of deploy.iterable({ from: 'stderr' })) {
        if (line.includes('waiting until it is gone')) await release(test, 'a')
      }
      expect(await deploy).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 created') })
      expect(await test.get('v1 configmaps/a')).toMatchObject({ data: { key: 'new' } })
    },
    clusterTimeout,
  )

  itOnCluster(
    'is released and made again with --force-recreate',
    async () => {
      const test = await makeDeploy()
      await makeHeld(test, 'a')
      test.artifact('web', [configMap('a', 'new'), configMap('b')])
      const { stdout, stderr } = await test.succeed(['--timeout', '4s', '--force-recreate'])
      expect(stderr).toContain(`ConfigMap ${test.namespace}/a is held back; its finalizers are removed`)
      expect(stdout).toContain('2 created')
      expect(await test.get('v1 configmaps/a')).toMatchObject({ data: { key: 'new' } })
    },
    clusterTimeout,
  )
})

describe('a Namespace that is held while it is deleted', () => {
  /** A namespace beside that of the test, with a ConfigMap that holds it. */
  async function makeHeldNamespace(test: DeployTest): Promise<string> {
    const name = `${test.namespace}-held`
    await test.kubectl(['create', 'namespace', name])
    await test.kubectl(['apply', '--namespace', name, '-f', '-'], held('holder'))
    await test.kubectl(['delete', 'namespace', name, '--wait=false'])
    onTestFinished(async () => {
      await release(test, 'holder', name)
      await test.api.request('DELETE', `/api/v1/namespaces/${name}`).catch(() => {})
    })
    return name
  }
  const namespace = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`
  const within = (name: string) => configMap('a', 'new', `namespace: ${name}\n`)

  itOnCluster(
    'is explained with the objects in it and their finalizer',
    async () => {
      const test = await makeDeploy()
      const name = await makeHeldNamespace(test)
      test.artifact('web', [namespace(name), within(name)])
      const { exitCode, stderr } = await test.deploy(['--timeout', '15s'])
      expect(exitCode).toBe(1)
      expect(stderr).toContain(`Namespace ${name}: it is being deleted, and does not go: `)
      expect(stderr).toContain('example.com/hold in 1 resource instances')
      expect(stderr).toContain('configmaps. has 1 resource instances')
    },
    clusterTimeout,
  )

  itOnCluster(
    'is made again with --force-recreate, and what is in it',
    async () => {
      const test = await makeDeploy()
      const name = await makeHeldNamespace(test)
      const before = await test.api.request('GET', `/api/v1/namespaces/${name}`)
      test.artifact('web', [namespace(name), within(name)])
      const { stdout } = await test.succeed(['--timeout', '10s', '--force-recreate'])
      expect(stdout).toContain('2 created')
      const after = await test.api.request('GET', `/api/v1/namespaces/${name}`)
      expect(after.metadata.uid).not.toBe(before.metadata.uid)
      expect(after.metadata.deletionTimestamp).toBeUndefined()
    },
    clusterTimeout,
  )
})
