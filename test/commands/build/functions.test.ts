import { describe, expect, it } from 'vitest'
import { lo } from '../../helpers/lo.js'
import { clusterSpec } from '../../helpers/project.js'
import {
  configMap,
  domainFolder,
  makeTargets,
  readArtifact,
  targetFolder,
  writeTargets,
} from '../../helpers/targets.js'

/** A generator of one ConfigMap. */
const program = `#!/bin/sh
echo 'apiVersion: config.kubernetes.io/v1'
echo 'kind: ResourceList'
echo 'items:'
echo '- apiVersion: v1'
echo '  kind: ConfigMap'
echo '  metadata: { name: made }'
`
const declared = (declaration: string) =>
  `apiVersion: x.dev/v1\nkind: X\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: "${declaration}"\n`
const exec = declared('exec: { path: PROGRAM }')
const component = 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n'
const targets = `${domainFolder}/targets`

/** Where a function can stand: the files of the target, and which of them declares it. */
const places: [string, Record<string, string>, string][] = [
  [
    'in a file',
    { 'web/kustomization.yaml': 'generators: [x.yaml]\n', 'web/x.yaml': exec },
    `${targets}/web/x.yaml`,
  ],
  [
    'inline',
    { 'web/kustomization.yaml': `generators:\n- |\n${exec.replace(/^/gm, '  ')}\n` },
    `${targets}/web/kustomization.yaml`,
  ],
  [
    'inline on one line',
    {
      'web/kustomization.yaml': `generators:\n- '{apiVersion: x.dev/v1, kind: X, metadata: {name: x, annotations: {config.kubernetes.io/function: "exec: {path: PROGRAM}"}}}'\n`,
    },
    `${targets}/web/kustomization.yaml`,
  ],
  [
    'in a base',
    {
      'web/kustomization.yaml': 'resources: [../../base]\n',
      '../base/kustomization.yaml': 'generators: [x.yaml]\n',
      '../base/x.yaml': exec,
    },
    `${domainFolder}/base/x.yaml`,
  ],
  [
    'in a component',
    {
      'web/kustomization.yaml': 'components: [../../part]\n',
      '../part/kustomization.yaml': `${component}generators: [x.yaml]\n`,
      '../part/x.yaml': exec,
    },
    `${domainFolder}/part/x.yaml`,
  ],
  [
    'in a folder of generators',
    {
      'web/kustomization.yaml': 'generators: [../../functions]\n',
      '../functions/kustomization.yaml': 'resources: [x.yaml]\n',
      '../functions/x.yaml': exec,
    },
    `${domainFolder}/functions/x.yaml`,
  ],
]

/** A project with these targets, in which `PROGRAM` stands for the path of the program. */
function makeFunction(files: Record<string, string>, more: Record<string, string> = {}): string {
  const cwd = makeTargets({ 'program.sh': program }, more)
  const withProgram = Object.entries(files).map(([name, text]) => [
    name,
    text.replace('PROGRAM', targetFolder(cwd, 'program.sh')),
  ])
  writeTargets(cwd, Object.fromEntries(withProgram))
  return cwd
}

describe.each(places)('a function that is a program, %s,', (_where, files, file) => {
  it('is refused with its file and what to do', async () => {
    const cwd = makeFunction(files)
    const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('error: Target "web" uses a KRM function that would not run.')
    expect(stderr).toContain(`${file}: the function is a program, and running programs is not allowed`)
    expect(stderr).toContain('next: If you trust it, allow it with --enable-exec')
    expect(() => readArtifact(cwd)).toThrow('ENOENT')
  })

  it('is refused with kubectl, even when it is allowed', async () => {
    const cwd = makeFunction(files)
    const { exitCode, stderr } = await lo(['build', 'example.com', '--enable-exec'], {
      cwd,
      renderer: 'kubectl',
    })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${file}: the kustomize inside kubectl cannot run a function that is a program`)
    expect(stderr).toContain('next: Install kustomize')
  })

  it('runs with --enable-exec', async () => {
    const cwd = makeFunction(files)
    expect(await lo(['build', 'example.com', '--enable-exec'], { cwd })).toMatchObject({ exitCode: 0 })
    expect(readArtifact(cwd)['artifacts.yaml']).toBe(configMap('made'))
  })
})

const [[, inFile]] = places as [(typeof places)[0]]

it('runs where the spec allows it', async () => {
  const spec = clusterSpec('example.com', '  build: { enableExec: true }\n')
  const cwd = makeFunction(inFile, { [`${domainFolder}/cluster.lok8s.yaml`]: spec })
  expect(await lo(['build', 'example.com'], { cwd })).toMatchObject({ exitCode: 0 })
  expect(readArtifact(cwd)['artifacts.yaml']).toBe(configMap('made'))
})

it.each([
  ['transformers', 'resources: []\ntransformers: [x.yaml]\n'],
  ['validators', 'validators: [x.yaml]\n'],
])('are refused among the %s too', async (_field, kustomization) => {
  const cwd = makeFunction({ 'web/kustomization.yaml': kustomization, 'web/x.yaml': exec })
  const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('running programs is not allowed')
})

it('fails the target with the words of a program that fails', async () => {
  const cwd = makeFunction(inFile)
  writeTargets(cwd, { 'program.sh': '#!/bin/sh\necho "no such thing" >&2\nexit 3\n' })
  const { exitCode, stderr } = await lo(['build', 'example.com', '--enable-exec'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('no such thing')
  expect(stderr).toContain('exit status 3')
})

it('refuses a starlark function, allowed or not', async () => {
  const cwd = makeFunction({
    'web/kustomization.yaml': 'generators: [x.yaml]\n',
    'web/x.yaml': declared('starlark: { path: ./x.star }'),
  })
  const { exitCode, stderr } = await lo(['build', 'example.com', '--enable-exec'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`${targets}/web/x.yaml: kustomize no longer runs starlark functions`)
})

it('leaves it to kustomize to explain a declaration that is no YAML', async () => {
  const cwd = makeFunction({
    'web/kustomization.yaml': 'generators: [x.yaml]\n',
    'web/x.yaml': declared('exec: {path: ['),
  })
  const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('error: kustomize cannot render target "web".')
  expect(stderr).not.toContain('bug')
})
