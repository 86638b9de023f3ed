import path from 'node:path'
import { expect, it } from 'vitest'
import { lo } from '../../helpers/lo.js'
import { clusterSpec, configMapTarget, makeProject, readTree } from '../../helpers/project.js'
import {
  configMap,
  domainFolder,
  makeTargets,
  readArtifact,
  readArtifacts,
  targetOf,
} from '../../helpers/targets.js'

const deploySpec = (domain: string, more = '') =>
  `apiVersion: cluster.lok8s.dev/v1beta1\nkind: Deploy\nmetadata: { name: api }\nspec:\n  clusterRef: { domain: ${domain} }\n${more}`
const api = 'clusters/api.example.com'

function makeDeployment(spec: string): string {
  return makeProject({
    'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com'),
    [`${api}/deploy.lok8s.yaml`]: spec,
    ...configMapTarget('api.example.com', 'web', '${LOK8S_SPEC_CLUSTER_NAME}'),
  })
}

it('builds a deployment domain with what the spec of its cluster says', async () => {
  const cwd = makeDeployment(deploySpec('example.com'))
  expect(await lo(['build', 'api.example.com'], { cwd })).toMatchObject({ exitCode: 0 })
  expect(readTree(path.join(cwd, api, 'artifacts'))['web/artifacts.yaml']).toContain('name: test\n')
})

it('builds a deployment domain by its own settings', async () => {
  const cwd = makeDeployment(deploySpec('example.com', '  build: { artifacts: split }\n'))
  expect(await lo(['build', 'api.example.com'], { cwd })).toMatchObject({ exitCode: 0 })
  expect(Object.keys(readTree(path.join(cwd, api, 'artifacts')))).toContain('web/ConfigMap.test.yaml')
})

it.each([
  ['to a domain that is not there', 'gone.example.com', 'there is no domain "gone.example.com"'],
  ['to itself', 'api.example.com', 'is a deployment domain itself'],
])('refuses a deployment domain that refers %s', async (_what, domain, message) => {
  const cwd = makeDeployment(deploySpec(domain))
  const before = readTree(cwd)
  const { exitCode, stderr } = await lo(['build', 'api.example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(`${api}/deploy.lok8s.yaml:5:`)
  expect(stderr).toContain(message)
  expect(readTree(cwd)).toEqual(before)
})

it('refuses to build by a spec that is wrong', async () => {
  const cwd = makeTargets(targetOf('web', configMap('a')), {
    [`${domainFolder}/cluster.lok8s.yaml`]: clusterSpec('example.com', '  build: { artifact: split }\n'),
  })
  const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('did you mean "artifacts"?')
  expect(() => readArtifacts(cwd)).toThrow('ENOENT')
})

/** A plugin that makes a ConfigMap of `$PATH_SECRETS`. */
const secrets = {
  'web/kustomization.yaml': 'generators: [x.yaml]\n',
  'web/x.yaml': 'apiVersion: x.dev/v1\nkind: X\nmetadata: { name: x }\n',
  '../../../.kustomize/x.dev/v1/x/X': `#!/bin/sh\necho "${configMap('a').replaceAll('\n', '\\n')}data: { key: '$PATH_SECRETS' }"\n`,
}

it.each([
  [
    'the secrets of the domain, where there are any',
    { '../secrets/.keep': '' },
    {},
    (cwd: string) => path.join(cwd, domainFolder, 'secrets'),
  ],
  ['what the environment says, where there are none', {}, { PATH_SECRETS: '/elsewhere' }, () => '/elsewhere'],
  ['nothing, where there is nothing', {}, {}, () => ''],
])('tells plugins by PATH_SECRETS of %s', async (_what, files, env, expected) => {
  const cwd = makeTargets({ ...secrets, ...files })
  expect(await lo(['build', 'example.com'], { cwd, env: env as Record<string, string> })).toMatchObject({
    exitCode: 0,
  })
  expect(readArtifact(cwd)['artifacts.yaml']).toContain(`data:\n  key: ${expected(cwd) || '""'}\n`)
})

const encrypted = {
  [`${domainFolder}/cluster.lok8s.yaml`]: clusterSpec(
    'example.com',
    '  build: { encrypt: { type: sops } }\n',
  ),
}
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { password: hunter2 }\n'

it.each([
  ['--split'],
  ['--no-split'],
])('refuses a Secret where the spec asks for encryption (%s)', async flag => {
  const cwd = makeTargets({ ...targetOf('web', secret), ...targetOf('db', configMap('db')) }, encrypted)
  const { exitCode, stdout, stderr } = await lo(['build', 'example.com', flag], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(
    'error: Target "web" renders a Secret, and spec.build.encrypt asks for encryption.',
  )
  expect(stdout + stderr).not.toContain('hunter2')
  expect(Object.keys(readArtifacts(cwd)).map(file => path.dirname(file))).toEqual(['db', 'db'])
})

it('builds a Secret where the spec asks for nothing', async () => {
  const cwd = makeTargets(targetOf('web', secret))
  expect(await lo(['build', 'example.com'], { cwd })).toMatchObject({ exitCode: 0 })
  expect(readArtifact(cwd)['artifacts.yaml']).toContain('kind: Secret\n')
})

it('does not take text for a Secret', async () => {
  const cwd = makeTargets(targetOf('web', configMap('a', 'data:\n  key: |\n    kind: Secret\n')), encrypted)
  expect(await lo(['build', 'example.com'], { cwd })).toMatchObject({ exitCode: 0 })
})
