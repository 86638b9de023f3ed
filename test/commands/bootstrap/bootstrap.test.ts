import { createInterface } from 'node:readline'
import { expect, inject } from 'vitest'
import { makeBootstrap, pathWithHelm } from '../../helpers/bootstrap.js'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { configMap, custom, definition, deployment } from '../../helpers/manifests.js'
import { writeFiles } from '../../helpers/project.js'
import { recordRequests } from '../../helpers/recorder.js'

const outcomes = (document: { entries: { entry: string; outcome: string }[] }) =>
  Object.fromEntries(document.entries.map(({ entry, outcome }) => [entry, outcome]))
const itWithHelm = Object.keys(inject('helms')).length > 0 ? itOnCluster : itOnCluster.skip

itOnCluster(
  'applies addons in the order of the graph, and waits where somebody depends',
  { timeout },
  async () => {
    const { addon, entries, bootstrap, get } = await makeBootstrap()
    addon('net', [deployment('net'), configMap('net')])
    addon('store', [configMap('store')])
    addon('top', [configMap('top')])
    entries('top: { dependsOn: [net] }', 'net', 'store')
    const { exitCode, stdout, stderr } = await bootstrap()
    expect(stderr).toContain('3 addons, to https://')
    const story = stderr.split('\n').filter(line => /^(net|top): appl/.test(line))
    expect(story).toEqual([
      'net: applying',
      'net: applied, and others wait until it is ready',
      'top: applying',
    ])
    expect(stdout).toMatch(
      /^(?:store {2}created {5}1 object .*\n)?net {4}created {5}2 objects .*\n(?:store {2}created {5}1 object .*\n)?top {4}created {5}1 object .*$/,
    )
    expect(exitCode).toBe(0)
    expect(await get('apps/v1 deployments/net')).toMatchObject({ status: { availableReplicas: 1 } })
  },
)

itOnCluster('changes nothing the second time', { timeout }, async () => {
  const { addon, entries, bootstrap, bootstrapJson, cluster, useKubeconfig } = await makeBootstrap()
  addon('a', [configMap('a'), deployment('web')])
  entries('a')
  expect(await bootstrap()).toMatchObject({ exitCode: 0 })
  const { kubeconfig, writes } = await recordRequests(cluster)
  useKubeconfig(kubeconfig)
  const { document } = await bootstrapJson()
  expect(outcomes(document)).toEqual({ a: 'unchanged' })
  expect(writes().filter(line => !line.startsWith('PATCH'))).toEqual([])
})

itOnCluster('tries again while another addon brings a kind', { timeout }, async () => {
  const { addon, entries, bootstrap, group } = await makeBootstrap()
  addon('boxes', [custom(group, 'Box', 'small')])
  addon('slow', [deployment('slow', { trouble: { 'ready-after': '3s' } })])
  addon('kinds', [definition(group, 'Box')])
  entries('boxes', 'slow', 'kinds: { dependsOn: [slow] }')
  const { exitCode, stderr } = await bootstrap()
  expect(exitCode).toBe(0)
  expect(stderr).toContain('boxes: the cluster does not know a kind yet; trying again in 3 seconds')
})

itOnCluster('tries again while an addon itself brings a kind, once its pods run', { timeout }, async () => {
  const { addon, entries, start, group, get, kubectl } = await makeBootstrap()
  addon('operator', [custom(group, 'Box', 'small'), deployment('operator')])
  entries('operator')
  const running = start()
  const story = createInterface({ input: running.stderr })
  for await (const line of story) if (line.includes('trying again')) break
  expect(await get('apps/v1 deployments/operator')).toBeDefined()
  // As an operator does it that has just started.
  await kubectl(['apply', '-f', '-'], definition(group, 'Box'))
  const { exitCode, stderr } = await running
  expect(stderr).toContain('operator: the cluster does not know a kind yet; trying again in 3 seconds')
  expect(exitCode).toBe(0)
  expect(await get(`${group}/v1 boxs/small`)).toBeDefined()
})

itOnCluster('establishes definitions before the objects of the same addon', { timeout }, async () => {
  const { addon, entries, bootstrap, group } = await makeBootstrap()
  addon('all', [custom(group, 'Box', 'small'), definition(group, 'Box')])
  entries('all')
  const { exitCode, stderr } = await bootstrap()
  expect(exitCode).toBe(0)
  expect(stderr).not.toContain('trying again')
})

itOnCluster('skips what depends on a failure, and nothing else', { timeout }, async () => {
  const { addon, entries, bootstrap, bootstrapJson, get } = await makeBootstrap()
  addon('bad', [configMap('bad').replace('name: bad', 'name: Bad_Name')])
  addon('mid', [configMap('mid')])
  addon('top', [configMap('top')])
  addon('good', [configMap('good')])
  entries('bad', 'mid: { dependsOn: [bad] }', 'top: { dependsOn: [mid] }', 'good')
  const { exitCode, stderr } = await bootstrap()
  expect(exitCode).toBe(1)
  expect(stderr).toContain('error: Addon "bad" cannot be applied.')
  expect(stderr).toContain('mid is skipped, since it depends on bad, which failed')
  expect(stderr).toContain('top is skipped, since it depends on bad, which failed')
  expect(stderr).toContain('error: 1 of 4 addons of shared.test failed: bad.')
  expect(await get('v1 configmaps/good')).toBeDefined()
  expect(await get('v1 configmaps/mid')).toBeUndefined()
  const { document } = await bootstrapJson()
  expect(outcomes(document)).toEqual({ bad: 'failed', mid: 'skipped', top: 'skipped', good: 'unchanged' })
  expect(document).toMatchObject({ ok: false, error: { code: 'BOOTSTRAP_FAILED' } })
})

itWithHelm('renders charts, into the namespace of their release', { timeout }, async () => {
  const { addon, entries, bootstrap, get, namespace, root } = await makeBootstrap()
  addon('chart', [configMap('beside')])
  writeFiles(`${root}/.lok8s/addons/chart`, {
    'kustomization.yaml': 'generators: [chart.yaml]\nresources: [all.yaml]\n',
    'chart.yaml': `apiVersion: khelm.mgoltzsche.github.com/v2\nkind: ChartRenderer\nmetadata: { name: r, namespace: ${namespace} }\nchart: charts/own\n`,
    'charts/own/Chart.yaml': 'apiVersion: v2\nname: own\nversion: 1.0.0\n',
    'charts/own/templates/a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}" }\ndata: { size: "{{ .Values.size }}", domain: "${LOK8S_SPEC_CLUSTER_DOMAIN}", port: "${LOK8S_USER_API_PORT}" }\n',
  })
  entries('chart: { values: { size: 3 } }')
  const { exitCode } = await bootstrap([], { PATH: pathWithHelm() })
  expect(exitCode).toBe(0)
  expect(await get('v1 configmaps/r')).toMatchObject({
    data: { size: '3', domain: 'shared.test', port: expect.stringMatching(/^\d+$/) },
  })
  expect(await get('v1 configmaps/beside')).toBeDefined()
})

itOnCluster('says before anything is applied that helm is missing', { timeout }, async () => {
  const { addon, entries, bootstrap, get, root } = await makeBootstrap()
  addon('plain', [configMap('plain')])
  addon('chart', [configMap('beside')])
  writeFiles(`${root}/.lok8s/addons/chart`, {
    'chart.yaml':
      'apiVersion: khelm.mgoltzsche.github.com/v2\nkind: ChartRenderer\nmetadata: { name: r }\nchart: own\n',
    'own/Chart.yaml': '',
  })
  entries('plain', 'chart')
  const { exitCode, stderr } = await bootstrap()
  expect(exitCode).toBe(2)
  expect(stderr).toContain('https://helm.sh/docs/intro/install')
  expect(await get('v1 configmaps/plain')).toBeUndefined()
})

itOnCluster('applies at most as many at once as LOK8S_BOOTSTRAP_PARALLEL says', { timeout }, async () => {
  const { addon, entries, bootstrap } = await makeBootstrap()
  for (const name of ['a', 'b', 'c']) addon(name, [configMap(name)])
  entries('a', 'b', 'c')
  const { stderr } = await bootstrap(['--verbose'], { LOK8S_BOOTSTRAP_PARALLEL: '1' })
  const steps = stderr
    .split('\n')
    .flatMap(line => /^[abc](?=: applying)|apply(?= --server-side)/.exec(line)?.[0] ?? [])
  expect(steps).toEqual(['a', 'apply', 'b', 'apply', 'c', 'apply'])
})

itOnCluster('takes over what another manager has set only when told so', { timeout }, async () => {
  const { addon, entries, bootstrap, kubectl } = await makeBootstrap()
  addon('a', [configMap('a', 'ours')])
  entries('a')
  await kubectl(['apply', '--server-side', '--field-manager=other', '-f', '-'], configMap('a', 'theirs'))
  const refused = await bootstrap()
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain('Take these fields over with `lo bootstrap --force-conflicts`')
  expect(await bootstrap(['--force-conflicts'])).toMatchObject({ exitCode: 0 })
})

itOnCluster('says after an interrupt what is applied and what is not', { timeout }, async () => {
  const { addon, entries, start, get } = await makeBootstrap()
  addon('first', [deployment('first', { trouble: { 'ready-after': '600s' } })])
  addon('second', [configMap('second')])
  entries('first', 'second: { dependsOn: [first] }')
  const running = start()
  const sign = 'others wait until it is ready'
  let said = ''
  running.stderr.on('data', part => {
    const wasTold = said.includes(sign)
    said += part
    // Once: a second signal ends it at once.
    if (!wasTold && said.includes(sign)) running.kill('SIGINT')
  })
  const { exitCode, stderr } = await running
  expect(exitCode).toBe(130)
  expect(stderr).toContain('Applied: first')
  expect(stderr).toContain('Not applied: second')
  expect(await get('v1 configmaps/second')).toBeUndefined()
})
