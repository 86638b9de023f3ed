import { expect } from 'vitest'
import { settledVersions } from '../../helpers/api-objects.js'
import { itOnCluster, ownCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { configMap, custom, definition, deployment, job, namespace } from '../../helpers/manifests.js'

const secret = `apiVersion: v1
kind: Secret
metadata:
  name: keys
  labels:
    answer: "yes"
data:
  old: b2xk
stringData:
  token: plain # in clear
  "no": "1e3"
type: Opaque
`

// These need a cluster of their own, since they look at all of it; one for all of them, since it takes a while to start.
itOnCluster(
  'looks at the whole cluster, and changes nothing that is as it should be',
  { timeout },
  async () => {
    const cluster = await ownCluster({ delay: '100ms', domain: 'alone.test' })
    const test = await makeDeploy({ cluster, hasNamespace: false, spec: '' })
    const { api, group } = test
    const objects = [
      definition(group, 'Box'),
      custom(group, 'Box', 'box'),
      configMap('settings'),
      secret,
      deployment('web', { replicas: 2 }),
      job('task'),
      service,
      role,
    ]
    test.artifact('base', [namespace('other')])
    test.artifact('web', objects)
    await test.succeed()
    const before = await settledVersions(api)
    const record = await test.record()

    // A second deploy writes nothing at all, in either layout.
    const second = await test.succeed()
    expect(second.stdout.replace(/ {2}\S+s$/gm, '')).toBe(
      'base  healthy    1 unchanged\nweb   healthy    8 unchanged',
    )
    test.artifact('web', objects, 'split')
    const third = await test.succeed(['--force-conflicts', '--force-recreate'])
    expect(third.stdout).toContain('web   healthy    8 unchanged')
    expect(await settledVersions(api)).toEqual(before)
    expect(await test.record()).toEqual(record)
    expect(await test.get('v1 secrets/keys')).toMatchObject({
      data: { old: 'b2xk', token: 'cGxhaW4=', no: 'MWUz' },
      metadata: { labels: { answer: 'yes' } },
    })

    // All Deployments are waited for, whoever has made them.
    const broken = deployment('broken', { trouble: { 'image-pull-error': 'denied' } })
    await test.kubectl(['apply', '--filename', '-'], broken)
    const all = await test.deploy(['web', '--timeout', '4s'])
    expect([all.exitCode, all.stdout]).toEqual([3, expect.stringMatching(/^web {2}unhealthy {2}8 unchanged/)])
    expect(all.stderr).toMatch(new RegExp(`of Deployment ${test.namespace}/broken: \\w+: .*denied`))
    expect(all.stderr).toContain(
      'next: All of these are Deployments of others: --wait target leaves them out.',
    )
    expect((await test.succeed(['web', '--wait', 'target'])).stdout).toMatch(/^web {2}healthy {4}8 unchanged/)
    await test.kubectl(['delete', 'deployment', 'broken'])

    // An API of others that is down is no reason to fail.
    await api.request('POST', '/apis/apiregistration.k8s.io/v1/apiservices', { body: brokenApi })
    test.artifact('web', [...objects, configMap('more')])
    expect((await test.succeed(['web'])).stdout).toMatch(/^web {2}healthy {4}1 created, 8 unchanged/)
  },
)

const service = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - name: http
    port: 80
    protocol: TCP
  selector:
    app: web
`

const role = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
rules:
- apiGroups:
  - ""
  resources:
  - configmaps
  verbs:
  - get
`

const brokenApi = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1.broken.example.com' },
  spec: {
    group: 'broken.example.com',
    version: 'v1',
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
    service: { namespace: 'default', name: 'nothing' },
  },
}

itOnCluster('waits for what it mends itself, and not for what it mends later', { timeout }, async () => {
  const cluster = await ownCluster({ delay: '100ms', domain: 'mended.test' })
  const test = await makeDeploy({ cluster, hasNamespace: false, spec: '' })
  test.artifact('first', [configMap('first')])
  test.artifact('web', [deployment('web', { trouble: { 'never-ready': 'true' } })])
  expect(await test.deploy(['--timeout', '2s'])).toMatchObject({ exitCode: 3 })
  test.artifact('web', [deployment('web', { trouble: { 'ready-after': '4s' } })])
  const { exitCode, stdout } = await test.deploy(['--wait', 'all', '--timeout', '60s'])
  expect(stdout).toMatch(/^first +healthy/m)
  expect(stdout).toMatch(/^web +healthy/m)
  expect(exitCode).toBe(0)
  expect(await test.get('apps/v1 deployments/web')).toMatchObject({
    status: { readyReplicas: 1, updatedReplicas: 1 },
  })
})
