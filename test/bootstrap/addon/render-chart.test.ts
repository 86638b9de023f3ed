import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import {
  addonFolder,
  chartFiles,
  chartYaml,
  demoAddon,
  helms,
  render,
  valuesOf,
  valuesTemplate,
} from './renders.js'

const objectsIn = (text: string) =>
  parseAllDocuments(text).map(document => {
    const { kind, metadata } = document.toJS()
    return [kind, metadata.namespace, metadata.name].filter(Boolean).join('/')
  })
const configMap = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`
const hook = (events: string) => `  annotations: { "helm.sh/hook": "${events}" }\n`

describe.each(helms)('with Helm %s', helm => {
  it('merges the layers of values: maps key by key, lists and scalars as a whole, the last one wins', async () => {
    const files = demoAddon({
      ...chartFiles({ ...valuesTemplate, './values.yaml': 'chart: 0\nby: chart\nlist: [0]\n' }),
      'values.yaml': 'by: base\nmap: { base: 1, all: base }\nlist: [1, 2]\nbase: 1\n',
      'values.kubeone.yaml': 'by: driver\nmap: { driver: 1, all: driver }\nlist: [3]\ndriver: 1\n',
      'values.hetzner.yaml': 'by: provider\nmap: { provider: 1, all: provider }\nprovider: 1\n',
      'values.other.yaml': 'by: another\nother: 1\n',
      'chart.yaml': chartYaml('values: { by: descriptor, descriptor: 1, map: { all: descriptor } }\n'),
    })
    const entry =
      'demo: { valueFiles: [one.yaml, two.yaml], values: { by: inline, map: { inline: 1, all: inline } } }'
    const values = await valuesOf(
      {
        ...files,
        'clusters/example.com/one.yaml': 'by: one\nmap: { one: 1 }\nboth: 1\n',
        'clusters/example.com/two.yaml': 'by: two\nboth: 2\nlist: [4]\n',
      },
      entry,
      { helm, settings: { driver: 'kubeone', provider: 'hetzner' } },
    )
    expect(values).toEqual({
      by: 'inline',
      map: { base: 1, driver: 1, provider: 1, one: 1, inline: 1, all: 'inline' },
      list: [4],
      chart: 0,
      base: 1,
      driver: 1,
      provider: 1,
      descriptor: 1,
      both: 2,
    })
  })

  it('takes a map without options as values, and null as the wish for no value', async () => {
    const files = demoAddon(chartFiles({ ...valuesTemplate, './values.yaml': 'a: 1\nb: { c: 2, d: 3 }\n' }))
    expect(await valuesOf(files, 'demo: { a: null, b: { c: yes } }', { helm })).toEqual({
      b: { c: 'yes', d: 3 },
    })
  })

  it('leaves the descriptor its own files of values where nobody else has any', async () => {
    const files = demoAddon({
      ...chartFiles(valuesTemplate),
      'chart.yaml': chartYaml('valueFiles: [own/one.yaml]\n'),
      'own/one.yaml': 'a: own\n',
    })
    expect(await valuesOf(files, 'demo', { helm })).toEqual({ a: 'own' })
    expect(await valuesOf(files, 'demo: { values: { b: 1 } }', { helm })).toEqual({ b: 1 })
  })

  it('renders custom resource definitions, and hooks of an install, but none of another occasion', async () => {
    const files = (more: string) =>
      demoAddon({
        ...chartFiles({
          'plain.yaml': configMap('plain'),
          'install.yaml': configMap('install', hook('post-install,post-upgrade')),
          'delete.yaml': configMap('delete', hook('pre-delete')),
          'test.yaml': configMap('test', hook('test')),
          'rollback.yaml': configMap('rollback', hook('post-rollback, post-delete')),
          './crds/crd.yaml':
            'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: xs.example.com }\n',
        }),
        'chart.yaml': chartYaml(more),
      })
    const all = await render(files(''), 'demo', { helm })
    expect(objectsIn(all.text).sort()).toEqual([
      'ConfigMap/install',
      'ConfigMap/plain',
      'CustomResourceDefinition/xs.example.com',
    ])
    const few = await render(files('excludeCRDs: true\nexcludeHooks: true\n'), 'demo', { helm })
    expect(objectsIn(few.text)).toEqual(['ConfigMap/plain'])
  })

  it('hands over the names of the release, and what the cluster can do', async () => {
    const template = configMap(
      '{{ .Release.Name }}',
      [
        '  namespace: {{ .Release.Namespace }}',
        'data:',
        '  version: {{ .Capabilities.KubeVersion.Version | quote }}',
        '  monitors: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" | quote }}',
        '',
      ].join('\n'),
    )
    const renderWith = async (more: string, kubeVersion?: string) => {
      const files = demoAddon({ ...chartFiles({ 'a.yaml': template }), 'chart.yaml': chartYaml(more) })
      return (await render(files, 'demo', { helm, settings: { kubeVersion } })).text
    }
    const own = await renderWith(
      'name: other\nnamespace: elsewhere\nkubeVersion: "1.29.3"\napiVersions: [monitoring.coreos.com/v1]\n',
      'v1.33.5',
    )
    for (const line of ['name: other', 'namespace: elsewhere', 'version: "v1.29.3"', 'monitors: "true"'])
      expect(own).toContain(line)
    const ofCluster = await renderWith('', 'v1.33.5+k3s1')
    for (const line of [
      'name: demo',
      'namespace: demo-system',
      'version: "v1.33.5+k3s1"',
      'monitors: "false"',
    ])
      expect(ofCluster).toContain(line)
  })

  it('gets the charts that a chart of the addon depends on', async () => {
    const dependency = 'dependencies: [{ name: lib, version: 1.2.3, repository: "file://../lib" }]\n'
    const files = demoAddon({
      ...chartFiles({ 'own.yaml': configMap('own') }, 'charts/demo', dependency),
      ...chartFiles({ 'lib.yaml': configMap('lib') }, 'charts/lib'),
    })
    const { text } = await render(files, 'demo', { helm })
    expect(objectsIn(text)).toEqual(['ConfigMap/lib', 'ConfigMap/own'])
  })

  it('says what helm says when a chart cannot be rendered', async () => {
    const files = demoAddon(chartFiles({ 'a.yaml': '{{ fail "no such luck" }}' }))
    await expect(render(files, 'demo', { helm })).rejects.toMatchObject({
      code: 'RENDER_FAILED',
      message: 'helm cannot render the chart of addon "demo".',
      detail: expect.stringContaining('no such luck'),
    })
  })

  it('passes on what helm warns of', async () => {
    const files = demoAddon({
      ...chartFiles({ ...valuesTemplate, './values.yaml': 'map: none\n' }),
      'values.yaml': 'map: { a: 1 }\n',
    })
    const { events } = await render(files, 'demo', { helm })
    expect(events).toContainEqual({
      type: 'warning',
      message: expect.stringMatching(/^addon "demo": helm says: .*skipped value for demo.map/),
    })
  })
})

it('renders with the kustomize inside kubectl as well', async () => {
  const { text } = await render(demoAddon(chartFiles({ 'a.yaml': configMap('a') })), 'demo', {
    renderer: 'kubectl',
  })
  expect(objectsIn(text)).toEqual(['ConfigMap/a'])
})

it('leaves to kustomize what stands beside the chart, and lets it change what the chart renders', async () => {
  const files = demoAddon({
    ...chartFiles({ 'a.yaml': configMap('a') }),
    'kustomization.yaml':
      'generators:\n- ./chart.yaml # the chart\nresources: [more.yaml, ../../../shared]\nlabels: [{ pairs: { team: x } }]\n',
    'more.yaml': configMap('more'),
  })
  const shared = { 'shared/kustomization.yaml': 'resources: [s.yaml]\n', 'shared/s.yaml': configMap('s') }
  const { text } = await render({ ...files, ...shared })
  expect(objectsIn(text).sort()).toEqual(['ConfigMap/a', 'ConfigMap/more', 'ConfigMap/s'])
  expect(text.match(/team: x/g)).toHaveLength(3)
})

it('renders a chart that the kustomization does not name', async () => {
  const files = demoAddon({
    ...chartFiles({ 'a.yaml': configMap('a') }),
    'kustomization.yaml': 'namePrefix: x-\n',
  })
  expect(objectsIn((await render(files)).text)).toEqual(['ConfigMap/x-a'])
})

it.each([
  ['exclude', 'exclude: [{ kind: ConfigMap, name: a }, { namespace: far }]\n', ['ConfigMap/b', 'Secret/a']],
  ['include', 'include: [{ kind: Secret }]\n', ['Secret/a']],
  ['both', 'include: [{ name: a }]\nexclude: [{ apiVersion: v1, kind: Secret }]\n', ['ConfigMap/a']],
])('takes objects as the descriptor says: %s', async (_what, more, objects) => {
  const files = demoAddon({
    ...chartFiles({
      'a.yaml': configMap('a'),
      'b.yaml': configMap('b'),
      'far.yaml': configMap('far', '  namespace: far\n'),
      's.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n',
    }),
    'chart.yaml': chartYaml(more),
  })
  expect(objectsIn((await render(files)).text)).toEqual(objects)
})

it('refuses a selector that matches nothing', async () => {
  const files = demoAddon({
    ...chartFiles({ 'a.yaml': configMap('a') }),
    'chart.yaml': chartYaml('exclude: [{ kind: Secret, name: x }]\n'),
  })
  await expect(render(files)).rejects.toMatchObject({
    message: 'A selector in chart.yaml of addon "demo" matches nothing.',
    detail: 'kind: Secret\nname: x',
  })
})

it('names files of the project when kustomize fails on the copy', async () => {
  const files = demoAddon({
    ...chartFiles({ 'a.yaml': configMap('a') }),
    'kustomization.yaml': 'generators: [chart.yaml]\nresources: [broken.yaml]\n',
    'broken.yaml': 'kind: ConfigMap\n',
  })
  const error = await render(files).catch((error: unknown) => error)
  expect(error).toMatchObject({
    message: 'kustomize cannot render addon "demo".',
    problems: [{ file: `${addonFolder}/broken.yaml` }],
  })
  expect(JSON.stringify(error)).not.toContain('lo-addon-')
})
