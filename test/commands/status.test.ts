import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, inject } from 'vitest'
import { settledVersions } from '../helpers/api-objects.js'
import { itOnCluster, ownCluster, clusterTimeout as timeout } from '../helpers/cluster.js'
import { kubeconfigOf, makeDecoy } from '../helpers/decoy.js'
import { type DeployTest, makeDeploy } from '../helpers/deploy.js'
import { runMain } from '../helpers/main.js'
import { configMap, deployment, namespace } from '../helpers/manifests.js'
import { recordRequests } from '../helpers/recorder.js'

/** What `lo status` says of the targets, as it is shown, and as programs get it. */
async function statusOf(test: DeployTest) {
  const env = { HOME: test.cluster.root }
  const shown = await test.lo(['status', test.domain], { env })
  const { stdout } = await test.lo(['status', test.domain, '--json'], { env })
  return { exitCode: shown.exitCode, lines: shown.stdout.split('\n'), document: JSON.parse(stdout) }
}

const rowOf = (lines: string[], target: string) =>
  lines
    .find(line => line.startsWith(`  ${target} `))
    ?.trim()
    .replace(/^\S+ +/, '')

itOnCluster('says of each target whether it is built, deployed and healthy', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('done', [configMap('done'), deployment('done')])
  test.artifact('ill', [configMap('ill'), deployment('ill', { trouble: { 'image-pull-error': 'denied' } })])
  test.artifact('moved', [configMap('moved')])
  await test.deploy(['--timeout', '4s'])
  test.artifact('moved', [configMap('moved', 'two')])
  test.artifact('new', [configMap('new')])
  test.artifact('broken', ['kind: nothing\n'])
  test.artifact('unbuilt', [])
  rmSync(path.join(test.root, `clusters/${test.domain}/artifacts/unbuilt`), { recursive: true })

  const { exitCode, lines, document } = await statusOf(test)
  expect(exitCode).toBe(0)
  expect(rowOf(lines, 'done')).toBe('deployed, 2 of 2 healthy')
  expect(rowOf(lines, 'ill')).toBe('deployed, unhealthy last time, 1 of 2 healthy')
  expect(rowOf(lines, 'moved')).toBe('another version is deployed, 1 of 1 healthy')
  expect(rowOf(lines, 'new')).toBe('not deployed')
  expect(rowOf(lines, 'broken')).toBe('its artifact is broken, not deployed')
  expect(rowOf(lines, 'unbuilt')).toBe('not built, not deployed')
  expect(lines.join('\n')).toContain(`Deployment ${test.namespace}/ill: 0 of 1 replicas are available`)
  expect(lines.join('\n')).toMatch(new RegExp(`of Deployment ${test.namespace}/ill: \\w+: .*denied`))
  const facts = document.targets.map(({ target, built, deployed, record }: Record<string, never>) => [
    target,
    built,
    deployed,
    (record as { state?: string } | undefined)?.state,
  ])
  expect(facts).toEqual([
    ['broken', 'broken', 'no', undefined],
    ['done', 'yes', 'current', 'healthy'],
    ['ill', 'yes', 'current', 'unhealthy'],
    ['moved', 'yes', 'outdated', 'healthy'],
    ['new', 'yes', 'no', undefined],
    ['unbuilt', 'no', 'no', undefined],
  ])
})

itOnCluster(
  'names the commit that was deployed, what is gone, and targets without a folder',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a'), configMap('b')])
    test.artifact('old', [configMap('old')])
    await git(test, ['init', '--quiet'])
    await git(test, ['add', '.'])
    await git(test, [
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.com',
      'commit',
      '--quiet',
      '--message=one',
    ])
    const commit = await git(test, ['rev-parse', '--short=12', 'HEAD'])
    await test.succeed([], withGit)
    await test.kubectl(['delete', 'configmap', 'b'])
    rmSync(path.join(test.root, `clusters/${test.domain}/targets/old`), { recursive: true })
    const { lines, document } = await statusOf(test)
    expect(rowOf(lines, 'web')).toBe(`deployed from commit ${commit}, 1 of 2 healthy`)
    expect(lines).toContain(`    ConfigMap ${test.namespace}/b: is not there`)
    expect(lines).toContain('  old: deployed earlier, has no folder in targets/ any more')
    expect(document).toMatchObject({ orphans: ['old'], targets: [{ record: { commit } }] })

    // What is changed and not committed is another version than the commit.
    test.artifact('web', [configMap('a', 'two')])
    await test.succeed([], withGit)
    expect(rowOf((await statusOf(test)).lines, 'web')).toBe(
      `deployed from commit ${commit} with changes, 1 of 1 healthy`,
    )
  },
)

itOnCluster('says of a deploy that was killed that it was not finished', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('web', [configMap('a')])
  await test.succeed()
  const record = `lok8s-deploy.${test.domain}`
  const left = JSON.stringify({
    data: { web: JSON.stringify({ digest: '0'.repeat(64), state: 'applying' }) },
  })
  await test.kubectl([
    'patch',
    'configmap',
    record,
    '--namespace',
    'kube-system',
    '--type=merge',
    '--patch',
    left,
  ])
  expect(rowOf((await statusOf(test)).lines, 'web')).toBe(
    'another version is deployed, applying last time, 1 of 1 healthy',
  )
})

itOnCluster(
  'tells a cluster that does not answer from one that is not there, and knows what is built',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a')])
    const { kubeconfig, port } = await makeDecoy()
    test.useKubeconfig(kubeconfig)
    const silent = await statusOf(test)
    expect(silent.exitCode).toBe(0)
    expect(silent.lines.find(line => line.startsWith('Server:'))).toMatch(
      new RegExp(`^Server: {2}https://127\\.0\\.0\\.1:${port}, does not answer: `),
    )
    expect(silent.document).toMatchObject({
      ok: true,
      trouble: expect.any(String),
      targets: [{ target: 'web', built: 'yes', deployed: 'unknown' }],
    })
    test.useKubeconfig(kubeconfigOf({ nowhere: 'https://127.0.0.1:1' }))
    expect((await statusOf(test)).lines.join('\n')).toContain('does not answer: the connection is refused')

    rmSync(test.kubeconfig)
    const gone = await statusOf(test)
    expect(gone.exitCode).toBe(0)
    expect(gone.lines).toContain(`Server:  none: run \`lo provision ${test.cluster.domain}\``)
    expect(gone.document).not.toHaveProperty('server')
  },
)

itOnCluster('refuses to speak of the cluster of another domain', { timeout }, async () => {
  const test = await makeDeploy()
  writeFileSync(
    path.join(test.root, 'clusters', test.cluster.domain, 'cluster.lok8s.yaml'),
    'apiVersion: cluster.lok8s.dev/v1beta1\nkind: Rehearsal\nmetadata: { name: test }\nspec:\n  cluster: { domain: shared.test }\n',
  )
  const mark = { metadata: { name: 'lok8s-cluster' }, data: { domain: 'other.example.com' } }
  const recorder = await recordRequests(test.cluster, ({ path }) =>
    path.endsWith('/configmaps/lok8s-cluster') ? { status: 200, body: JSON.stringify(mark) } : 'pass',
  )
  test.useKubeconfig(recorder.kubeconfig)
  const { exitCode, stderr } = await test.lo(['status', test.domain], { env: { HOME: test.cluster.root } })
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringContaining('is the cluster of other.example.com, not of shared.test'),
  ])
})

itOnCluster('shows the cluster and its nodes, and writes nothing', { timeout }, async () => {
  const cluster = await ownCluster({ delay: '100ms', domain: 'alone.test', nodes: 2 })
  const test = await makeDeploy({ cluster, hasNamespace: false })
  test.artifact('web', [namespace(test.namespace), configMap('a'), deployment('web')])
  await test.succeed()
  const before = await settledVersions(test.api)
  const recorder = await recordRequests(cluster)
  test.useKubeconfig(recorder.kubeconfig)
  const { lines } = await statusOf(test)
  expect(rowOf(lines, 'web')).toBe('deployed, 3 of 3 healthy')
  expect(recorder.writes()).toEqual([])
  expect(await settledVersions(test.api)).toEqual(before)

  const { stdout } = await runMain(['status', cluster.domain], { cwd: cluster.root, env: cluster.env })
  expect(stdout.split('\n')).toEqual([
    'Domain:  alone.test',
    expect.stringMatching(/^Cluster: Rehearsal, running, Kubernetes v1\.\d+\.\d+/),
    expect.stringMatching(/^Server: {2}https:\/\/127\.0\.0\.1:\d+$/),
    'Nodes:   2 of 2 ready',
  ])
})

/** What `lo` finds besides its renderers. */
const withGit = { PATH: `${inject('renderers').kustomize}:${process.env['PATH']}` }

async function git({ root }: DeployTest, args: string[]): Promise<string> {
  const { stdout } = await execa('git', ['-C', root, ...args], {
    env: { HOME: root, GIT_CONFIG_NOSYSTEM: '1' },
  })
  return stdout
}
