import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { lo } from '../../helpers/lo.js'
import {
  artifactFolder,
  configMap,
  makeTargets,
  readArtifact,
  render,
  targetFolder,
  targetOf,
} from '../../helpers/targets.js'

/** A generator of one ConfigMap that says which plugin made it, where, and with which config. */
const pluginScript = (name: string) => `#!/bin/sh
echo 'apiVersion: v1'
echo 'kind: ConfigMap'
echo 'metadata: { name: made }'
echo 'data:'
echo '  by: ${name}'
echo "  in: \${PWD##*/}"
echo '  config: |'
while IFS= read -r line; do echo "    $line"; done <"$1"
`
const pluginPath = 'test.example.com/v1/maker/Maker'
const plugin = {
  'web/kustomization.yaml': 'generators: [maker.yaml]\n',
  'web/maker.yaml': 'apiVersion: test.example.com/v1\nkind: Maker\nmetadata: { name: made }\nsize: 3\n',
}
const scalars = [
  'no',
  'n',
  'y',
  '1e3',
  '0x1F',
  '0o17',
  'null',
  'true',
  '012',
  '1_000',
  '.inf',
  '2001-01-01',
  '12:30',
]
const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.example.com }
spec:
  group: example.com
  names: { kind: Thing, plural: things }
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
${Array.from({ length: 600 }, (_, n) => `          field${n}: { type: string, description: ${'word '.repeat(200)} }\n`).join('')}`

it.each([
  ['a plain resource', targetOf('web', configMap('a', 'data: { key: value }\n'))],
  [
    'several kinds in the order of kustomize',
    targetOf('web', configMap('b'), 'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n'),
  ],
  [
    'a kind: List',
    targetOf(
      'web',
      `apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })}\n- ${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'b' } })}\n`,
    ),
  ],
  [
    'letters of all scripts',
    targetOf('web', configMap('a', 'data: { key: "ü ß 漢字 🎉 \\u00a0 \\u2028 e\\u0301" }\n')),
  ],
  [
    'sources with CRLF',
    {
      'web/kustomization.yaml': 'resources: [a.yaml]\r\n',
      'web/a.yaml': configMap('a', 'data:\n  key: |\n    one\n    two\n').replaceAll('\n', '\r\n'),
    },
  ],
  [
    'values with carriage returns',
    targetOf('web', configMap('a', 'data: { key: "one\\r\\n---\\r\\ntwo" }\n')),
  ],
  ['a definition of more than 600 kB', targetOf('web', crd)],
  [
    'separators in block scalars',
    targetOf(
      'web',
      configMap('a', 'data:\n  key: |\n    one\n    ---\n    two\n  end: |\n    ---\n'),
      configMap('b'),
    ),
  ],
  [
    'names that are numbers and truth values elsewhere',
    targetOf('web', ...scalars.map(name => configMap(`"${name}"`, `data: { key: "${name}" }\n`))),
  ],
  ['no resources', { 'web/kustomization.yaml': 'resources: []\n' }],
  [
    'comments, blank lines and empty documents',
    targetOf('web', '# a comment\n---\n', configMap('a', '# the end\n'), '\n', '# nothing\n'),
  ],
  [
    'text that looks like a variable',
    targetOf('web', configMap('a', 'data: { key: "$HOME ${HOME} $$ ${x:-y} LOK8S_" }\n')),
  ],
  [
    'nested components, a base, a patch and generators',
    {
      'web/kustomization.yaml':
        'namespace: shop\nnamePrefix: x-\nresources: [../../base]\ncomponents: [../../one]\nconfigMapGenerator: [{ name: made, literals: [a=b] }]\n',
      '../base/kustomization.yaml': 'resources: [a.yaml]\n',
      '../base/a.yaml': configMap('a', 'data: { key: value }\n'),
      '../one/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: [../two]\nlabels: [{ pairs: { one: "1" } }]\n',
      '../two/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: { kind: ConfigMap, name: a }\n  patch: |\n    - { op: add, path: /data/two, value: "2" }\n',
    },
  ],
])('writes what kustomize prints, byte for byte, whichever renderer there is: %s', async (_what, files) => {
  const cwd = makeTargets(files)
  const printed = await render(targetFolder(cwd))
  expect(await lo(['build', 'example.com'], { cwd, renderer: 'kustomize' })).toMatchObject({ exitCode: 0 })
  expect(readArtifact(cwd)['artifacts.yaml']).toBe(printed)
  rmSync(artifactFolder(cwd), { recursive: true })
  expect(await lo(['build', 'example.com'], { cwd, renderer: 'kubectl' })).toMatchObject({ exitCode: 0 })
  expect(readArtifact(cwd)['artifacts.yaml']).toBe(printed)
})

describe.each(['kustomize', 'kubectl'] as const)('with %s', renderer => {
  it('runs plugins of .kustomize, in the folder of the target', async () => {
    const cwd = makeTargets(plugin, { [`.kustomize/${pluginPath}`]: pluginScript('project') })
    expect(await lo(['build', 'example.com'], { cwd, renderer })).toMatchObject({ exitCode: 0 })
    const { 'artifacts.yaml': artifact } = readArtifact(cwd)
    const env = { KUSTOMIZE_PLUGIN_HOME: path.join(cwd, '.kustomize') }
    expect(artifact).toBe(await render(targetFolder(cwd), { renderer, env }))
    expect(artifact).toMatch(/ {2}by: project\n {2}config: \|\n(.*\n)* {4}size: 3\n {2}in: web\n/)
  })

  it('prefers the plugins of KUSTOMIZE_PLUGIN_HOME', async () => {
    const cwd = makeTargets(plugin, {
      [`.kustomize/${pluginPath}`]: pluginScript('project'),
      [`elsewhere/${pluginPath}`]: pluginScript('environment'),
    })
    const env = { KUSTOMIZE_PLUGIN_HOME: path.join(cwd, 'elsewhere') }
    expect(await lo(['build', 'example.com'], { cwd, renderer, env })).toMatchObject({ exitCode: 0 })
    expect(readArtifact(cwd)['artifacts.yaml']).toContain('  by: environment\n')
  })

  it('says where a plugin belongs that is not there', async () => {
    const cwd = makeTargets(plugin)
    const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd, renderer })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      'next: Put the plugin into .kustomize/<group>/<version>/<kind in lower case>/<Kind>',
    )
  })

  it('shows the words of a plugin that fails', async () => {
    const cwd = makeTargets(plugin, {
      [`.kustomize/${pluginPath}`]: '#!/bin/sh\necho "no vault here" >&2\nexit 3\n',
    })
    const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd, renderer })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('no vault here')
    expect(stderr).toContain('exit status 3')
  })

  it.each([
    ['a link to a folder elsewhere', '../../../elsewhere'],
    ['a link to another target', 'real'],
  ])('follows %s', async (_what, link) => {
    const cwd = makeTargets(targetOf('real', configMap('a')), {
      'elsewhere/kustomization.yaml': 'resources: [a.yaml]\n',
      'elsewhere/a.yaml': configMap('a'),
    })
    symlinkSync(link, targetFolder(cwd, 'web'))
    expect(await lo(['build', 'example.com', 'web'], { cwd, renderer })).toMatchObject({ exitCode: 0 })
    expect(readArtifact(cwd)['artifacts.yaml']).toBe(configMap('a'))
  })

  it('asks for helm by name where charts are inflated and there is none', async () => {
    const cwd = makeTargets({
      'web/kustomization.yaml': 'helmCharts: [{ name: x, repo: "https://charts.invalid" }]\n',
    })
    const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd, renderer })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('"helm": executable file not found in $PATH')
    expect(stderr).not.toContain('must specify --enable-helm')
  })

  it('says which versions go together when kustomize calls Helm 4 in the way of Helm 3', async () => {
    const cwd = makeTargets(
      { 'web/kustomization.yaml': 'helmCharts: [{ name: x, repo: "https://charts.invalid" }]\n' },
      { 'bin/helm': '#!/bin/sh\necho "Error: unknown shorthand flag: \'c\' in -c" >&2\nexit 1\n' },
    )
    const PATH = `${inject('renderers')[renderer]}:${path.join(cwd, 'bin')}`
    const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd, renderer, env: { PATH } })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('next: kustomize before 5.8 cannot work with Helm 4')
  })
})

it('skips hidden folders and files beside the targets', async () => {
  const cwd = makeTargets({
    ...targetOf('web', configMap('a')),
    ...targetOf('.hidden', configMap('b')),
    'README.md': '',
  })
  mkdirSync(path.join(cwd, 'clusters/example.com/targets/.git'))
  const { exitCode, stdout } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^web {2}created .*$/)
})
