import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { lo } from '../../helpers/lo.js'
import { clusterSpec } from '../../helpers/project.js'
import { configMap, domainFolder, makeTargets, readArtifact, targetOf } from '../../helpers/targets.js'

const specWith = (spec: string) => clusterSpec('example.com', spec)
const build = (cwd: string, env: Record<string, string> = {}, ...flags: string[]) =>
  lo(['build', 'example.com', ...flags], { cwd, env })
const keyOf = (cwd: string) => parse(readArtifact(cwd)['artifacts.yaml']!).data.key as string
const makeValue = (value: string) =>
  makeTargets(targetOf('web', configMap('a', `data: { key: ${JSON.stringify(value)} }\n`)))

const env = {
  LOK8S_USER_A: 'one',
  LOK8S_USER_AB: 'two',
  LOK8S_USER_EMPTY: '',
  LOK8S_USER_NEST: '${LOK8S_USER_A}$LOK8S_USER_A',
  LOK8S_USER_PATTERN: 'x$&$1$$y',
  OTHER: 'never',
}

it.each([
  ['a name in braces', '${LOK8S_USER_A}!', 'one!'],
  ['a bare name', '$LOK8S_USER_A!', 'one!'],
  ['the longest identifier', '$LOK8S_USER_AB', 'two'],
  ['an empty value', '<${LOK8S_USER_EMPTY}>', '<>'],
  ['one pass', '$LOK8S_USER_NEST', '${LOK8S_USER_A}$LOK8S_USER_A'],
  ['a value full of dollars', '$LOK8S_USER_PATTERN', 'x$&$1$$y'],
  ['the name of the cluster', '${LOK8S_SPEC_CLUSTER_NAME}', 'test'],
  ['the domain', '$LOK8S_SPEC_CLUSTER_DOMAIN', 'example.com'],
])('fills in %s', async (_what, value, expected) => {
  const cwd = makeValue(value)
  expect(await build(cwd, env)).toMatchObject({ exitCode: 0 })
  expect(keyOf(cwd)).toBe(expected)
})

it.each([
  ['a default', '${LOK8S_USER_A:-x}'],
  ['another name', '$OTHER ${OTHER} $HOME $PATH'],
  ['an identifier that is longer than the one set', '$LOK8S_USER_ABC'],
  ['a bare name that is not set', '$LOK8S_USER_UNSET'],
  ['double dollars', '$$ $'],
])('leaves %s as it is, without a word', async (_what, value) => {
  const cwd = makeValue(value)
  expect(await build(cwd, env)).toMatchObject({
    exitCode: 0,
    stderr: 'example.com: 1 target, rendered by kustomize',
  })
  expect(keyOf(cwd)).toBe(value)
})

it.each([
  ['that is not set', '${LOK8S_USER_UNSET}', 'the variable is not set, and lo deploy will refuse it'],
  [
    'with another beginning',
    '${LOK8S_OTHER}',
    'only names that begin with LOK8S_USER_ or LOK8S_SPEC_ are replaced',
  ],
])('warns of a name in braces %s, by name and target', async (_what, value, hint) => {
  const cwd = makeValue(value)
  const { exitCode, stderr } = await build(cwd, { LOK8S_OTHER: 'never' })
  expect(exitCode).toBe(0)
  expect(stderr).toContain(`warning: clusters/example.com/targets/web: ${value} is left as it is; ${hint}`)
  expect(keyOf(cwd)).toBe(value)
})

it('fills in what the spec says, names, kinds and all', async () => {
  const cwd = makeTargets(
    targetOf(
      'web',
      configMap(
        '${LOK8S_SPEC_CLUSTER_NAME}-map',
        '  namespace: $LOK8S_SPEC_CLUSTER_NAMESPACE\ndata: { key: $LOK8S_SPEC_KUBERNETES_VERSION }\n',
      ),
    ),
    {
      [`${domainFolder}/cluster.lok8s.yaml`]: specWith('  kubernetes: { version: v1.33.5 }\n').replace(
        'domain: example.com',
        'domain: example.com, namespace: shop',
      ),
    },
  )
  expect(await build(cwd, {}, '--split')).toMatchObject({ exitCode: 0 })
  expect(readArtifact(cwd)['ConfigMap.shop.test-map.yaml']).toContain('key: v1.33.5\n')
})

it('lets the environment win over the spec', async () => {
  const cwd = makeValue('$LOK8S_SPEC_CLUSTER_NAME')
  await build(cwd, { LOK8S_SPEC_CLUSTER_NAME: 'mine' })
  expect(keyOf(cwd)).toBe('mine')
})

it('fills in the address of the API server when there is a kubeconfig', async () => {
  const cwd = makeValue('$LOK8S_USER_API_HOST:$LOK8S_USER_API_PORT')
  const kubeconfig = path.join(cwd, 'kubeconfig.yaml')
  writeFileSync(kubeconfig, 'clusters: [{ name: a, cluster: { server: "https://api.example.com" } }]\n')
  await build(cwd, {}, '--kubeconfig', 'kubeconfig.yaml')
  expect(keyOf(cwd)).toBe('api.example.com:6443')
})

it('leaves the name where a variable of the spec has no value', async () => {
  const cwd = makeValue('${LOK8S_SPEC_KUBERNETES_VERSION}')
  expect((await build(cwd)).stderr).toContain('${LOK8S_SPEC_KUBERNETES_VERSION} is left as it is')
  expect(keyOf(cwd)).toBe('${LOK8S_SPEC_KUBERNETES_VERSION}')
})

it.each([
  ['a line feed', 'one\ntwo'],
  ['a carriage return', 'one\rtwo'],
  ['a document', 'x\n---\nkind: Secret'],
])('refuses a value with %s, keeps the artifact, and does not show the value', async (_what, value) => {
  const cwd = makeValue('${LOK8S_USER_A}')
  await build(cwd, env)
  const before = readArtifact(cwd)
  const { exitCode, stderr, stdout } = await build(cwd, { LOK8S_USER_A: value })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('Target "web" uses LOK8S_USER_A, whose value has more than one line.')
  expect(stdout + stderr).not.toContain('two')
  expect(stdout + stderr).not.toContain('Secret')
  expect(readArtifact(cwd)).toEqual(before)
})

it('does not mind a value of several lines that no target uses', async () => {
  const cwd = makeValue('x')
  expect(await build(cwd, { LOK8S_USER_KEY: 'one\ntwo' })).toMatchObject({ exitCode: 0 })
})

it.each([[[]], [['--split']]])('refuses a value that turns a document into no YAML (%j)', async flags => {
  const cwd = makeTargets(targetOf('web', configMap('${LOK8S_USER_NAME}')))
  const env = { LOK8S_USER_NAME: 'a: [' }
  const { exitCode, stderr } = await lo(['build', 'example.com', ...flags], { cwd, env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('Target "web" is no YAML any more once its variables are filled in.')
  expect(existsSync(path.join(cwd, domainFolder, 'artifacts/web'))).toBe(false)
})
