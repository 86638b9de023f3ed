import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import type { ApiError } from '../../src/kube/api.js'
import { connect } from '../../src/kube/connect.js'
import { until } from '../drivers/rehearsal/processes.js'
import { clusterTimeout, itOnCluster } from '../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../helpers/deploy.js'
import { deployment } from '../helpers/manifests.js'
import { makeFolder } from '../helpers/project.js'

/** A service account that may do everything, with a token that can be replaced. */
async function makeAccount(test: DeployTest) {
  const { kubectl, namespace } = test
  const binding = ['clusterrolebinding', namespace]
  await kubectl(['create', 'serviceaccount', 'deployer'])
  await kubectl([
    'create',
    ...binding,
    '--clusterrole=cluster-admin',
    `--serviceaccount=${namespace}:deployer`,
  ])
  onTestFinished(() => void kubectl(['delete', ...binding]))
  return {
    makeToken: async (name: string): Promise<string> => {
      const secret = `apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
metadata:
  name: ${name}
  annotations:
    kubernetes.io/service-account.name: deployer
`
      await kubectl(['apply', '-f', '-'], secret)
      let token = ''
      await until(async () => {
        token = await kubectl(['get', 'secret', name, '--output=jsonpath={.data.token}'])
        return token !== ''
      })
      return Buffer.from(token, 'base64').toString()
    },
    revoke: (name: string) => kubectl(['delete', 'secret', name]),
  }
}

/** For ten seconds more the API server takes a revoked token from its memory. */
async function isRefused(test: DeployTest, token: string): Promise<boolean> {
  const file = path.join(makeFolder(), 'kubeconfig')
  writeFileSync(file, withUser(test, { token }))
  const api = await connect(file, { now: () => performance.now() })
  const answer = api.request('GET', '/api/v1/nodes').then(
    () => 200,
    error => (error as ApiError).status,
  )
  return (await answer.finally(api.close)) === 401
}

/** The kubeconfig of the cluster with this user instead. */
function withUser({ cluster }: DeployTest, user: Record<string, unknown>): string {
  const config = parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { user: unknown }[] }
  config.users[0]!.user = user
  return stringify(config)
}

itOnCluster.each<[string, (test: DeployTest, file: string) => Record<string, unknown>]>([
  ['a file', (_test, tokenFile) => ({ tokenFile })],
  [
    'a program',
    (test, file) => {
      const command = path.join(test.root, 'get-token')
      const credential =
        '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"%s"}}'
      writeFileSync(command, `#!/bin/sh\nprintf '${credential}' "$(/bin/cat '${file}')"\n`)
      chmodSync(command, 0o755)
      return {
        exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command, interactiveMode: 'Never' },
      }
    },
  ],
])(
  'a token of %s that is revoked while the deploy waits is replaced by the new one',
  async (_where, userWith) => {
    const test = await makeDeploy()
    const { makeToken, revoke } = await makeAccount(test)
    const file = path.join(test.root, 'token')
    const old = await makeToken('old')
    writeFileSync(file, old)
    test.useKubeconfig(withUser(test, userWith(test, file)))
    test.artifact('a', [deployment('a', { trouble: { 'ready-after': '10m' } })])
    test.artifact('b', [deployment('b')])
    const deploy = test.start(['--timeout', '2m'])
    await until(async () => (await test.get('apps/v1 deployments/a'))?.status !== undefined)
    writeFileSync(file, await makeToken('new'))
    await revoke('old')
    await until(() => isRefused(test, old))
    const patch =
      '{"spec":{"template":{"metadata":{"annotations":{"rehearsal.lok8s.dev/ready-after":"1ms"}}}}}'
    await test.kubectl(['patch', 'deployment', 'a', '--patch', patch])
    const { exitCode, stdout } = await deploy
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^a {2}healthy.*\nb {2}healthy/)
  },
  clusterTimeout,
)

itOnCluster(
  'a token that is revoked for good ends the deploy with the time',
  async () => {
    const test = await makeDeploy()
    const { makeToken, revoke } = await makeAccount(test)
    test.useKubeconfig(withUser(test, { token: await makeToken('only') }))
    test.artifact('a', [deployment('a', { trouble: { 'ready-after': '14s' } })])
    test.artifact('b', [deployment('b')])
    const deploy = test.start(['--timeout', '20s'])
    await until(async () => (await test.get('apps/v1 deployments/a'))?.status !== undefined)
    // For ten seconds more the API server takes it from its memory, and `a` takes longer.
    await revoke('only')
    const { exitCode, stdout, stderr } = await deploy
    expect(exitCode).not.toBe(0)
    expect(stdout).toMatch(/\nb {2}failed {5}nothing applied/)
    expect(stderr).toContain(`Deployment ${test.namespace}/b: Unauthorized`)
  },
  clusterTimeout,
)
