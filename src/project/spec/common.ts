import * as z from 'zod'
import { bootstrap } from './bootstrap.js'
import {
  domainName,
  duration,
  httpsUrl,
  labels,
  map,
  namespace,
  nonEmpty,
  platformUrl,
  port,
  relativePath,
  strings,
  text,
  version,
} from './fields.js'

export const apiVersion = z.literal('cluster.lok8s.dev/v1beta1')

export const kubernetes = map({ version })

export const metadata = (name: z.ZodType<string>) =>
  map({
    name: name.describe('The name of the cluster, and of its kubeconfig file'),
    labels: labels.optional(),
    annotations: labels.optional(),
  })

export const cluster = map({
  domain: domainName.describe('The domain; equals the name of the folder'),
  namespace: namespace.default('default'),
})

const credentials = map({
  envVars: strings.optional(),
  secretRef: z.union([nonEmpty, map({ name: nonEmpty, namespace: namespace.optional() })]).optional(),
})

/** `config` belongs to whoever brings the provider: only our own drivers say what may stand in theirs. */
export const provider = <Config extends z.ZodType>(config: Config) =>
  map({
    name: text(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, 'the name of a provider').optional(),
    config: config.optional(),
    configRef: relativePath.optional().describe('A file with the config, instead of `config`'),
    credentials: credentials.optional(),
  })
    .refine(({ config, configRef }) => config === undefined || configRef === undefined, {
      error: 'config and configRef exclude each other',
    })
    // The same for the JSON Schema, which knows nothing of refinements.
    .meta({ not: { required: ['config', 'configRef'] } })

export const anyProvider = provider(z.unknown())

const kubehz = map({
  hosting: z.enum(['self', 'hosted', 'shared']).default('self'),
  access: z
    .union([z.enum(['none', 'registered', 'managed']), z.literal(''), z.null()])
    .default('none')
    .describe('Whether the cluster shows up on the kubehz platform'),
  apiUrl: platformUrl.optional(),
  agent: z.enum(['cronjob', 'operator']).optional(),
  connectHcloudToken: z.boolean().optional(),
  space: map({
    slug: nonEmpty.optional(),
    name: nonEmpty.optional(),
    nodes: z.unknown().optional(),
  }).optional(),
  upgrades: map({
    channel: z.enum(['none', 'patch', 'minor']).optional(),
    defer: z.enum(['window', 'immediate']).optional(),
  }).optional(),
  maintenanceWindow: map({
    enabled: z.boolean().optional(),
    daysOfWeek: strings.optional(),
    startTime: text(/^\d{1,2}:\d{2}$/, 'a time such as "03:00"').optional(),
    durationMinutes: z.int().min(1).optional(),
    timezone: nonEmpty.optional(),
    exclusions: z.array(z.unknown()).optional(),
  }).optional(),
})
  .refine(
    ({ hosting, access, apiUrl }) =>
      apiUrl !== undefined || (hosting !== 'hosted' && (!access || access === 'none')),
    { error: 'needed when access is registered or managed, or hosting is hosted', path: ['apiUrl'] },
  )
  // The same for the JSON Schema.
  .meta({
    anyOf: [
      { required: ['apiUrl'] },
      { properties: { hosting: { enum: ['self', 'shared'] }, access: { enum: ['none', '', null] } } },
    ],
  })

const gitops = map({
  provider: z.enum(['flux', 'argo']).optional(),
  repo: nonEmpty.optional(),
  branch: nonEmpty.optional(),
  path: nonEmpty.optional(),
  secretRef: nonEmpty.optional(),
  age: z.array(text(/^age1[a-z0-9]+$/, 'an age recipient')).optional(),
})

export const build = map({
  artifacts: z
    .enum(['single', 'split'])
    .optional()
    .describe('The layout of artifacts; --split asks for split'),
  enableExec: z.boolean().optional().describe('Lets targets run KRM functions as programs'),
  encrypt: map({
    type: z.literal('sops').optional(),
    on: z.enum(['change', 'always']).optional(),
  }).optional(),
})

export const deploy = map({
  wait: z.enum(['all', 'target', 'none']).optional().describe('Whose health a deploy waits for'),
  timeout: duration.optional(),
})

const oidc = map({
  enabled: z.boolean().optional(),
  issuer: httpsUrl.optional(),
  issuerUrl: httpsUrl.optional(),
  clientID: nonEmpty.optional(),
  usernameClaim: nonEmpty.optional(),
  usernamePrefix: z.string().optional(),
  groupsClaim: nonEmpty.optional(),
  groupsPrefix: z.string().optional(),
  caBundle: nonEmpty.optional(),
})

/** Gives a part a name in the JSON Schema, where it then stands once for all kinds. */
const part = <Schema extends z.ZodType>(id: string, schema: Schema) => schema.meta({ id }).optional()

/** What every kind of cluster may say beside its `kubernetes` and `provider`. */
export const commonSpec = {
  cluster,
  bootstrap: part('bootstrap', bootstrap),
  build: part('build', build),
  deploy: part('deploy', deploy),
  kubehz: part('kubehz', kubehz),
  gitops: part('gitops', gitops),
  dns: map({ domainFilter: nonEmpty.optional() }).optional(),
  oidc: part('oidc', oidc),
  tilt: map({ port: port.optional() }).optional(),
  runner: map({ type: nonEmpty.optional(), location: nonEmpty.optional() }).optional(),
}
