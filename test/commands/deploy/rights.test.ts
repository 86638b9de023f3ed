import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { allow, makeAccount, type Rule } from '../../helpers/account.js'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../../helpers/deploy.js'
import { configMap, deployment } from '../../helpers/manifests.js'

const all = ['get', 'list', 'watch', 'create', 'patch']
const enough: Rule[] = [
  ['', ['configmaps'], all],
  ['apps', ['deployments'], all],
]

/** A target of a ConfigMap and a Deployment, deployed by an account with these rights. */
async function makeLimited(rules: readonly Rule[]): Promise<DeployTest> {
  const test = await makeDeploy()
  test.artifact('web', [configMap('settings'), deployment('web')])
  test.useKubeconfig(await makeAccount(test, rules))
  return test
}

itOnCluster(
  'deploys with rights in one namespace alone, and says once that it is not recorded',
  { timeout },
  async () => {
    const test = await makeLimited(enough)
    const { stdout, stderr } = await test.succeed()
    expect(stdout).toMatch(/^web {2}healthy {4}2 created/)
    expect(stderr.match(/this deploy is not recorded in the cluster/g)).toHaveLength(1)
    const { document } = await test.deployJson()
    expect([document.ok, document.warnings, document.targets[0].outcome]).toEqual([true, [], 'healthy'])
  },
)

itOnCluster('names each right that is missing, before it applies what it could', { timeout }, async () => {
  const test = await makeLimited([
    ['', ['configmaps'], all],
    ['apps', ['deployments'], ['get', 'list', 'create']],
  ])
  const { exitCode, stderr } = await test.deploy()
  expect([exitCode, stderr.split('\n')]).toEqual([
    1,
    [
      expect.stringMatching(/^error: Rights are missing for this deploy to https:\/\/127\.0\.0\.1:\d+\.$/),
      '  context test may not:',
      `  patch deployments.apps in the namespace ${test.namespace}`,
      `  watch deployments.apps in the namespace ${test.namespace}`,
      'next: Ask for these rights, or use another --context. Nothing has been applied.',
    ],
  ])
  expect(await test.get('v1 configmaps/settings')).toBeUndefined()
})

itOnCluster('names --wait target when Deployments of others may not be seen', { timeout }, async () => {
  const test = await makeLimited(enough)
  const { exitCode, stderr } = await test.deploy(['--wait', 'all'])
  expect([exitCode, stderr.split('\n').slice(1)]).toEqual([
    1,
    [
      '  context test may not:',
      '  list deployments.apps in all namespaces',
      '  watch deployments.apps in all namespaces',
      'next: Use --wait target to wait for the objects of this deploy alone, or ask for the rights. Nothing has been applied.',
    ],
  ])
  expect(await test.get('v1 configmaps/settings')).toBeUndefined()
})

itOnCluster('needs no right to watch what it does not wait for', { timeout }, async () => {
  const write = ['get', 'create', 'patch']
  const test = await makeLimited([
    ['', ['configmaps'], write],
    ['apps', ['deployments'], write],
  ])
  expect((await test.succeed(['--wait', 'none'])).stdout).toMatch(/^web {2}applied {4}2 created/)
})

itOnCluster(
  'is content with rights for the names it changes, and with none to create what is there',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('settings')])
    await test.succeed()
    test.artifact('web', [configMap('settings', 'two')])
    test.useKubeconfig(await makeAccount(test, [['', ['configmaps'], ['get', 'patch'], ['settings']]]))
    expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}1 configured/)
    test.artifact('web', [configMap('settings', 'three'), configMap('other')])
    const { exitCode, stderr } = await test.deploy()
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining(`  patch configmaps in the namespace ${test.namespace}`),
    ])
  },
)

itOnCluster('waits in two namespaces without the right to see all', { timeout }, async () => {
  const [test, other] = await Promise.all([makeLimited(enough), makeDeploy()])
  await allow(other, enough, test.namespace)
  const inside = deployment('web').replace('  name: web\n', `  name: web\n  namespace: ${other.namespace}\n`)
  test.artifact('web', [deployment('web'), inside])
  const { document } = await test.deployJson()
  expect(document.targets).toMatchObject([{ outcome: 'healthy', health: { ended: 'healthy', all: 2 } }])
})

itOnCluster('tells refused credentials from a cluster that cannot be reached', { timeout }, async () => {
  const test = await makeLimited(enough)
  const kubeconfig = readFileSync(test.kubeconfig, 'utf8')
  test.useKubeconfig(kubeconfig.replace(/token: .*/, 'token: stale'))
  expect(await test.deploy()).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^error: https:\S+ does not accept the credentials of the kubeconfig\.\n/),
  })
  test.useKubeconfig(kubeconfig.replace(/server: .*/, 'server: https://127.0.0.1:1'))
  const { exitCode, stderr } = await test.deploy()
  expect([exitCode, stderr.split('\n')]).toEqual([
    1,
    [
      'error: https://127.0.0.1:1 cannot be reached.',
      '  the connection is refused (127.0.0.1:1)',
      'next: Check that the cluster runs: `lo status` tells. Nothing has been applied.',
    ],
  ])
})
