import { readdirSync } from 'node:fs'
import path from 'node:path'
import { inject, onTestFinished, vi } from 'vitest'
import { type RenderSettings, renderAddon } from '../../../src/bootstrap/addon/render-addon.js'
import { builtInFolder } from '../../../src/bootstrap/built-in.js'
import { planBootstrap } from '../../../src/bootstrap/plan.js'
import { findRenderer } from '../../../src/build/render.js'
import type { Context } from '../../../src/context.js'
import { findDomain } from '../../../src/project/domain.js'
import { loadDomain } from '../../../src/project/spec/load.js'
import type { HelmVersion } from '../../helm.js'
import { realContext } from '../../helpers/context.js'
import { clusterSpec, makeFolder, readTree } from '../../helpers/project.js'
import { projectOf } from '../../helpers/specs.js'

/** Every helm that this machine has; what is missing is said after all tests. */
export const helms = Object.keys(inject('helms')).map(Number) as HelmVersion[]
const anyHelm = helms[0]

export const addonFolder = '.lok8s/addons/demo'
const descriptor = `apiVersion: khelm.mgoltzsche.github.com/v2
kind: ChartRenderer
metadata:
  name: demo
  namespace: demo-system
`

/** The descriptor of a chart; by default of the one that `chartFiles` makes. */
export const chartYaml = (more = '', chart = './charts/demo') => `${descriptor}chart: ${chart}\n${more}`

/** A chart of these templates that stands in the addon. A name that begins with `./` is no template. */
export function chartFiles(templates: Record<string, string>, folder = 'charts/demo', more = '') {
  const files = Object.entries(templates).map(([name, text]) => [
    path.join(folder, name.startsWith('./') ? name : `templates/${name}`),
    text,
  ])
  return {
    [`${folder}/Chart.yaml`]: `apiVersion: v2\nname: ${path.basename(folder)}\nversion: 1.2.3\n${more}`,
    ...Object.fromEntries(files),
  }
}

/** The addon `demo`, as files of a project. */
export function demoAddon(files: Record<string, string>): Record<string, string> {
  const all = { 'kustomization.yaml': 'generators: [chart.yaml]\n', 'chart.yaml': chartYaml(), ...files }
  return Object.fromEntries(Object.entries(all).map(([name, text]) => [`${addonFolder}/${name}`, text]))
}

export const valuesTemplate = {
  'values.yaml':
    'kind: ConfigMap\napiVersion: v1\nmetadata: { name: values }\ndata:\n  values: {{ toJson .Values | quote }}\n',
}

export interface RenderOptions {
  helm?: HelmVersion
  renderer?: 'kustomize' | 'kubectl'
  settings?: Partial<RenderSettings>
  ctx?: Partial<Context>
  cache?: string
  /** Whether nothing else is rendered meanwhile, so that what is left behind can be told. */
  isAlone?: boolean
  /** Whether the addons that come with `lo` are there. */
  usesBuiltIn?: boolean
}

/** Renders the only entry of a project with these files, with real programs. */
export async function render(
  files: Record<string, string>,
  entry = 'demo',
  {
    helm = anyHelm!,
    renderer = 'kustomize',
    settings,
    ctx: change,
    cache = makeFolder(),
    isAlone = true,
    usesBuiltIn = false,
  }: RenderOptions = {},
) {
  const spec = clusterSpec('example.com', `  bootstrap:\n    - ${entry}\n`)
  const project = projectOf({ 'clusters/example.com/cluster.lok8s.yaml': spec, ...files })
  const { cluster } = loadDomain(project, findDomain(project, 'example.com'))
  const builtIn = usesBuiltIn ? builtInFolder() : makeFolder()
  const [planned] = planBootstrap(project, cluster, builtIn).entries
  const temporary = isAlone ? ownTemporaryFolder() : undefined
  const bins = [inject('helms')[helm]!, inject('renderers')[renderer]]
  const { ctx, events } = await realContext({
    cwd: project.root,
    env: { XDG_CACHE_HOME: cache },
    find: program => bins.map(bin => path.join(bin, program)).find(isThere),
    ...change,
  })
  const before = readTree(project.root)
  const all: RenderSettings = {
    root: project.root,
    builtIn,
    driver: 'rehearsal',
    provider: undefined,
    kubeVersion: undefined,
    renderer: findRenderer(ctx),
    variables: {},
    env: {},
    ...settings,
  }
  const done = renderAddon(planned!, all, ctx).finally(() => {
    // Whatever came of it: the sources are as they were, and nothing is left behind.
    if (JSON.stringify(readTree(project.root)) !== JSON.stringify(before)) throw new Error('sources changed')
    const left = temporary === undefined ? [] : readdirSync(temporary)
    if (left.length > 0) throw new Error(`left behind: ${left}`)
  })
  return { text: await done, events, project }
}

/** What `valuesTemplate` was rendered with. */
export async function valuesOf(...args: Parameters<typeof render>): Promise<unknown> {
  const { text } = await render(...args)
  const { parse } = await import('yaml')
  return JSON.parse(parse(text).data.values)
}

function isThere(file: string): boolean {
  return readdirSync(path.dirname(file)).includes(path.basename(file))
}

/** So that what is left behind can be told from what others have under way. */
function ownTemporaryFolder(): string {
  const folder = makeFolder()
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  return folder
}
