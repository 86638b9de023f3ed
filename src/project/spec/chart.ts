import * as z from 'zod'
import type { Problem } from '../../errors.js'
import { check, invalid } from './check.js'
import { labels, map, nonEmpty, strings, text, version } from './fields.js'
import { readSource, type Source } from './source.js'

const selector = map({
  apiVersion: nonEmpty.optional(),
  kind: nonEmpty.optional(),
  namespace: nonEmpty.optional(),
  name: nonEmpty.optional(),
})

const repository = text(
  /^(https?|oci):\/\/[^\s/]+(\/\S*)?$/,
  'an address that begins with https:// or oci://',
)

/**
 * What a chart is rendered from: `chart.yaml` of an addon, in the form of khelm's ChartRenderer, so that folders made
 * for that plugin of kustomize work as they are.
 * https://github.com/mgoltzsche/khelm#configuration-options
 */
const chart = map({
  apiVersion: text(/^khelm\.mgoltzsche\.github\.com\/v[12]$/, 'khelm.mgoltzsche.github.com/v2'),
  kind: z.literal('ChartRenderer'),
  metadata: map({
    name: nonEmpty,
    namespace: nonEmpty.optional(),
    labels: labels.optional(),
    annotations: labels.optional(),
  }),
  repository: repository.optional(),
  chart: nonEmpty,
  version: version.optional(),
  verify: z.boolean().optional(),
  keyring: nonEmpty.optional(),
  replaceLockFile: z.boolean().optional(),
  name: nonEmpty.optional(),
  namespace: nonEmpty.optional(),
  valueFiles: strings.optional(),
  values: z.record(z.string(), z.unknown()).optional(),
  kubeVersion: version.optional(),
  apiVersions: strings.optional(),
  excludeCRDs: z.boolean().optional(),
  excludeHooks: z.boolean().optional(),
  include: z.array(selector).optional(),
  exclude: z.array(selector).optional(),
  namespacedOnly: z
    .boolean()
    .refine(isWanted => !isWanted, { error: 'lo cannot check that' })
    .optional(),
  forceNamespace: z
    .string()
    .refine(name => name === '', { error: 'use `namespace` in kustomization.yaml for that' })
    .optional(),
}).refine(({ repository, version }) => repository === undefined || version !== undefined, {
  error: 'needed for a chart from a repository, so that two runs apply the same',
  path: ['version'],
})

export type Chart = z.infer<typeof chart>
export type Selector = z.infer<typeof selector>

/** Reads the descriptor of a chart. `name` is how problems call the file. Throws `SPEC_INVALID`. */
export function loadChart(file: string, name: string): { chart: Chart; source: Source } {
  const source = readSource(file, name)
  if (source.problems.length > 0) throw invalid(source.problems)
  const read = check(chart, source)
  if (read.repository && hasUser(read.repository)) throw invalid([withoutLine(source)])
  return { chart: read, source }
}

/** Credentials in an address would end up in argument lists; helm has a login of its own. */
const hasUser = (address: string) => /^\w+:\/\/[^/]*@/.test(address)

function withoutLine(source: Source): Problem {
  const { source: _secret, ...place } = source.problemAt(['repository'], {
    message: 'repository: no user and no password may stand in an address',
    hint: 'use `helm registry login`, or a repository that needs none',
  })
  return place
}
