import { expect, it } from 'vitest'
import { apiOf, itOnCluster, startCluster, clusterTimeout as timeout } from '../helpers/cluster.js'
import { lo, loJson } from '../helpers/lo.js'
import { clusterSpec, makeProject, readTree } from '../helpers/project.js'

const domain = 'example.com'
const specFile = `clusters/${domain}/cluster.lok8s.yaml`
const deploySpec = `apiVersion: cluster.lok8s.dev/v1beta1
kind: Deploy
metadata: { name: api }
spec: { clusterRef: { domain: ${domain} } }
`

it.each([
  'provision',
  'destroy',
])('refuses to %s a deployment domain, and names the one it means', async command => {
  const cwd = makeProject({
    [specFile]: clusterSpec(domain),
    'clusters/api.example.com/deploy.lok8s.yaml': deploySpec,
  })
  expect(await lo([command, 'api.example.com', '--yes'], { cwd })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: [
      'error: api.example.com has no cluster of its own: it deploys into that of example.com.',
      'next: Name example.com instead.',
    ].join('\n'),
  })
})

it.each(['provision', 'destroy'])('says that it cannot %s a kind without a driver', async command => {
  const spec = clusterSpec(domain, '  kubernetes: { version: v1.33.5 }\n').replace('Rehearsal', 'kubeone')
  const { exitCode, document } = await loJson([command, domain], { cwd: makeProject({ [specFile]: spec }) })
  expect(exitCode).toBe(2)
  expect(document.error).toMatchObject({
    code: 'DRIVER_MISSING',
    message: 'lo has no driver yet that makes clusters of kind kubeone.',
    hint: expect.stringContaining('Rehearsal'),
  })
})

it('makes nothing when there are no binaries', async () => {
  const cwd = makeProject({ [specFile]: clusterSpec(domain), 'assets/etcd': '#!/bin/sh\n' })
  const before = readTree(cwd)
  const { exitCode, stderr } = await lo(['provision', domain], { cwd, env: { KUBEBUILDER_ASSETS: 'assets' } })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(
    '(KUBEBUILDER_ASSETS) has no kube-apiserver, kube-controller-manager, kube-scheduler.',
  )
  expect(readTree(cwd)).toEqual(before)
  expect((await lo(['destroy', domain], { cwd })).stdout).toBe('There is nothing to remove.')
})

it('says what is wrong with the time that pods should take', async () => {
  const annotations = 'name: test, annotations: { rehearsal.lok8s.dev/ready-after: soon }'
  const cwd = makeProject({ [specFile]: clusterSpec(domain).replace('name: test', annotations) })
  const { exitCode, stderr } = await lo(['provision', domain], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('rehearsal.lok8s.dev/ready-after is "soon", which is no duration.')
})

itOnCluster('tells where the cluster is, and changes nothing the second time', { timeout }, async () => {
  const cluster = await startCluster()
  const api = await apiOf(cluster)
  const mark = '/api/v1/namespaces/kube-system/configmaps/lok8s-cluster'
  const before = await api.request('GET', mark)
  const { exitCode, document } = await loJson(['provision', cluster.domain], {
    cwd: cluster.root,
    env: cluster.env,
  })
  expect(exitCode).toBe(0)
  expect(document).toEqual({
    ok: true,
    domain: cluster.domain,
    cluster: 'test',
    kind: 'Rehearsal',
    outcome: 'unchanged',
    server: api.server,
    kubeconfig: cluster.kubeconfig,
    warnings: [],
  })
  expect(await api.request('GET', mark)).toEqual(before)
})
