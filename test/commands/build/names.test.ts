import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { lo } from '../../helpers/lo.js'
import { clusterSpec, configMapTarget, makeFolder, readTree, writeFiles } from '../../helpers/project.js'
import { configMap, targetOf } from '../../helpers/targets.js'

const deploySpec = (domain: string) => `apiVersion: cluster.lok8s.dev/v1beta1
kind: Deploy
metadata: { name: api }
spec: { clusterRef: { domain: "${domain}" } }
`

/** A project in a folder that has more in it: whatever is written outside shows up there. */
function makeSurroundings(more: Record<string, string> = {}) {
  const around = makeFolder()
  const cwd = path.join(around, 'project')
  writeFiles(around, {
    'evil/cluster.lok8s.yaml': clusterSpec('evil'),
    'evil/targets/web/kustomization.yaml': 'resources: []\n',
    'project/clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com'),
    ...Object.fromEntries(
      Object.entries({ ...configMapTarget('example.com', 'web'), ...more }).map(([name, text]) => [
        `project/${name}`,
        text,
      ]),
    ),
  })
  return { around, cwd }
}

const names = [
  ['a way out', '../../evil'],
  ['a way up', '..'],
  ['an absolute path', '/etc'],
  ['a path', 'example.com/targets'],
  ['a hidden name', '.active'],
  ['an option', '-rf'],
  ['a blank', 'a b'],
  ['a line feed', 'web\n'],
  ['a look-alike letter', 'w\u0435b'],
  ['two dots inside', 'a..b'],
  ['a name that is too long', 'a'.repeat(254)],
] as const

it.each(names)('refuses %s as a domain, wherever it comes from, and writes nothing', async (_what, name) => {
  const { around, cwd } = makeSurroundings({
    'clusters/api.example.com/deploy.lok8s.yaml': deploySpec(JSON.stringify(name).slice(1, -1)),
  })
  const before = readTree(around)
  const runs = await Promise.all([
    lo(['build', '--', name], { cwd }),
    lo(['build', `--domain=${name}`], { cwd }),
    lo(['build'], { cwd, env: { DOMAIN_NAME: name } }),
    lo(['build', 'api.example.com'], { cwd }),
  ])
  expect(runs.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual(
    Array(4).fill({ exitCode: 2, stdout: '' }),
  )
  expect(readTree(around)).toEqual(before)
})

it.each([
  ...names,
  ['nothing', ''] as const,
])('refuses %s as a target and writes nothing', async (_what, name) => {
  const { around, cwd } = makeSurroundings()
  const before = readTree(around)
  const { exitCode, stdout, stderr } = await lo(['build', '--', 'example.com', 'web', name], { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain('is no target name')
  expect(readTree(around)).toEqual(before)
})

it.each([
  ['a blank', 'a b'],
  ['a leading dash', '-rf'],
  ['a letter beyond ASCII', 'wéb'],
  ['two dots inside', 'a..b'],
])('refuses a folder of a target whose name has %s and writes nothing', async (_what, name) => {
  const { around, cwd } = makeSurroundings({
    [`clusters/example.com/targets/${name}/kustomization.yaml`]: 'resources: []\n',
  })
  const before = readTree(around)
  const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('(a folder in clusters/example.com/targets) is no target name')
  expect(readTree(around)).toEqual(before)
})

it.each([
  ['artifacts', 'clusters/example.com/artifacts', '../../../evil'],
  ['the domain', 'clusters/evil', '../../evil'],
])('writes nothing through a link that leads %s out of the project', async (_what, link, to) => {
  const { around, cwd } = makeSurroundings()
  symlinkSync(to, path.join(cwd, link))
  const before = readTree(around)
  const domain = path.basename(path.dirname(link)) === 'clusters' ? 'evil' : 'example.com'
  const { exitCode, stderr } = await lo(['build', domain], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('leads out of the project')
  expect(readTree(around)).toEqual(before)
})

it('writes nothing through a link in the place of an artifact', async () => {
  const { around, cwd } = makeSurroundings()
  mkdirSync(path.join(cwd, 'clusters/example.com/artifacts'))
  symlinkSync('../../../../evil', path.join(cwd, 'clusters/example.com/artifacts/web'))
  const before = readTree(around)
  const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('is a link, and lo puts a new folder in its place')
  expect(readTree(around)).toEqual(before)
})

const hostileIds = [
  '"../../../x"',
  '"/etc/x"',
  '".."',
  '"."',
  '".git"',
  '"a\\nb"',
  '"a\\0b"',
  '"..\\\\..\\\\x"',
  '"~"',
  '"*"',
]

it.each([
  ['in the resources themselves', hostileIds, {}],
  ['out of variables', ['${LOK8S_USER_NAME}'], { LOK8S_USER_NAME: '../../../x' }],
  ['out of variables that hide', ['${LOK8S_USER_NAME}'], { LOK8S_USER_NAME: '..' }],
])('never leaves the folder of the artifact for hostile names %s', async (_what, ids, env) => {
  const { around, cwd } = makeSurroundings()
  const resources = ids.flatMap(id => [
    configMap(id),
    configMap('a', `  namespace: ${id}\n`),
    configMap('a').replace('ConfigMap', id),
  ])
  writeFiles(path.join(cwd, 'clusters/example.com/targets'), targetOf('hostile', ...resources))
  const before = readTree(around)
  const { exitCode } = await lo(['build', 'example.com', 'hostile', '--split'], { cwd, env })
  expect(exitCode).toBe(0)
  const artifact = path.join(cwd, 'clusters/example.com/artifacts/hostile')
  const files = Object.keys(readTree(artifact))
  expect(files).toHaveLength(resources.length + 1)
  expect(files.filter(file => !/^[A-Za-z0-9%][\w.%-]*\.yaml$/.test(file))).toEqual([])
  const inArtifact = path.relative(around, artifact) + path.sep
  expect(Object.keys(readTree(around)).filter(file => !file.startsWith(inArtifact))).toEqual(
    Object.keys(before),
  )
  expect(existsSync(path.join(cwd, 'clusters/example.com/artifacts/.git'))).toBe(false)
})
