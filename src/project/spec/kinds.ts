import * as z from 'zod'
import { anyProvider, apiVersion, commonSpec, kubernetes, metadata } from './common.js'
import {
  anyCase,
  cidr,
  count,
  dnsLabel,
  httpsUrl,
  map,
  namespace,
  nonEmpty,
  port,
  strings,
  text,
  versionOrImage,
} from './fields.js'
import { hetzner } from './hetzner.js'

const poolName = text(/^[a-zA-Z0-9][a-zA-Z0-9-]*$/, 'a name of letters, digits and "-"')
const pools = <Pool extends z.ZodType>(pool: Pool) => z.record(poolName, pool)

const rehearsal = () => ({
  kubernetes: kubernetes.optional(),
  ...commonSpec,
  provider: anyProvider.optional(),
  nodes: count(1, 1000).optional().describe('Simulated nodes; 1 by default'),
})

const lo = () => ({
  kubernetes: map({ version: versionOrImage }).optional(),
  ...commonSpec,
  provider: anyProvider.optional(),
  runtime: z.literal('kind').optional(),
  // Both are needed, except on lok8s.dev and its numbered siblings, which have addresses of their own.
  network: map({ name: nonEmpty.optional(), cidr: cidr.optional() }).optional(),
  registries: map({
    tls: z.boolean().optional(),
    prefix: nonEmpty.optional(),
    shared: map({
      enabled: z.boolean().optional(),
      network: map({ name: nonEmpty.optional(), cidr: cidr.optional() }).optional(),
    }).optional(),
    mirrors: z
      .array(
        map({
          name: text(/^(?!(build|cache)$)[a-z0-9][a-z0-9-]*$/, 'a name other than build and cache'),
          url: nonEmpty,
        }),
      )
      .optional(),
  }).optional(),
  nodes: map({
    controlPlane: count(1, 9).optional(),
    workers: count(0, 99).optional(),
    hostPorts: z.boolean().optional(),
    maxConcurrentDownloads: z.int().min(1).optional(),
    extraMounts: z
      .array(map({ hostPath: nonEmpty, containerPath: nonEmpty, readOnly: z.boolean().optional() }))
      .optional(),
  }).optional(),
  loadBalancer: map({
    pool: text(
      /^(\d{1,3}\.){3}\d{1,3}-(\d{1,3}\.){3}\d{1,3}$/,
      'a range such as 10.125.125.125-10.125.125.150',
    ).optional(),
  }).optional(),
  coredns: map({
    hosts: z.array(map({ name: nonEmpty, target: nonEmpty })).optional(),
    servers: z.unknown().optional(),
    overrides: z.unknown().optional(),
    import: nonEmpty.optional(),
  }).optional(),
  remote: map({
    mode: z.enum(['docker', 'ci']).optional(),
    expose: z.unknown().optional(),
    sync: map({
      path: nonEmpty.optional(),
      exclude: strings.optional(),
      dest: nonEmpty.optional(),
    }).optional(),
    tilt: z.boolean().optional(),
  }).optional(),
  expose: map({
    enabled: z.unknown().optional(),
    auth: z.unknown().optional(),
    tls: z.unknown().optional(),
  }).optional(),
})

const kubeone = () => ({
  kubernetes,
  ...commonSpec,
  provider: anyProvider.optional(),
  network: map({
    podSubnet: cidr.optional(),
    serviceSubnet: cidr.optional(),
    cni: nonEmpty.optional(),
  }).optional(),
  controlPlane: map({ replicas: z.int().min(1).optional() }).optional(),
  workers: pools(
    map({
      replicas: z.int().min(0).optional(),
      type: nonEmpty.optional(),
      image: nonEmpty.optional(),
      ami: nonEmpty.optional(),
    }),
  ).optional(),
  datacenter: nonEmpty.optional(),
  ssh: map({
    user: nonEmpty.optional(),
    port: port.optional(),
    publicKeyFile: nonEmpty.optional(),
    privateKeyFile: nonEmpty.optional(),
  }).optional(),
  hcloud: map({ sshPublicKeyFile: nonEmpty.optional() }).optional(),
  addons: map({ enabled: z.boolean().optional(), path: nonEmpty.optional() }).optional(),
  registries: z
    .record(
      z.string(),
      map({
        auth: map({
          secretRef: map({ name: nonEmpty, namespace: namespace.optional() }).optional(),
        }).optional(),
      }),
    )
    .optional(),
  auditLog: map({
    policy: nonEmpty,
    maxAge: count(1, 999_999_999).optional(),
    maxBackup: count(1, 999_999_999).optional(),
    maxSize: count(1, 999_999_999).optional(),
  }).optional(),
})

const capi = () => ({
  kubernetes,
  ...commonSpec,
  provider: anyProvider.optional(),
  managementCluster: map({ domain: nonEmpty.optional(), local: z.boolean().optional() }).optional(),
  credentials: map({ secretName: nonEmpty.optional() }).optional(),
  controlPlane: map({ replicas: z.int().min(1).optional(), type: nonEmpty.optional() }).optional(),
  workers: pools(map({ replicas: z.int().min(0).optional(), type: nonEmpty.optional() })).optional(),
  hcloud: map({ region: nonEmpty.optional(), sshKeyName: nonEmpty.optional() }).optional(),
  aws: map({ region: nonEmpty.optional() }).optional(),
  etcd: map({ encryptionSecretName: nonEmpty.optional() }).optional(),
})

const kkp = () => ({
  kubernetes,
  ...commonSpec,
  provider: z
    .union([text(/^(hetzner|aws|byo|bringyourown)$/, 'hetzner, aws or byo'), z.looseObject({})])
    .optional(),
  kkp: map({
    apiUrl: httpsUrl,
    projectId: nonEmpty,
    datacenter: nonEmpty,
    preset: nonEmpty.optional(),
    caCert: nonEmpty.optional(),
  }),
  workers: pools(
    map({
      replicas: z.int().min(0).optional(),
      flavor: nonEmpty.optional(),
      type: nonEmpty.optional(),
      operatingSystem: nonEmpty.optional(),
      autoscaler: map({ min: z.int().min(0).optional(), max: z.int().min(0).optional() }).optional(),
    }),
  ).optional(),
})

/** A kind that a project brings a driver for: what all clusters share is checked, the rest is the driver's. */
const custom = () => ({
  kubernetes: kubernetes.optional(),
  ...commonSpec,
  provider: anyProvider.optional(),
})

const clusterOf = <Shape extends z.ZodRawShape>(kind: string, spec: Shape, longestName = 63) =>
  map({ apiVersion, kind: anyCase(kind), metadata: metadata(dnsLabel(longestName)), spec: map(spec) })

/**
 * Every kind `lo` knows, by the spelling it proposes. Each schema is made when it is asked for: a run needs one of
 * them. Kubehz clusters carry the common fields alone.
 */
export const clusterKinds = {
  // Hetzner prefixes server names with the name, and those have 63 characters at most.
  get Hetzner() {
    return clusterOf('Hetzner', hetzner(), 40)
  },
  get Rehearsal() {
    return clusterOf('Rehearsal', rehearsal())
  },
  get Lo() {
    return clusterOf('Lo', lo())
  },
  get KubeOne() {
    return clusterOf('KubeOne', kubeone())
  },
  get Capi() {
    return clusterOf('Capi', capi())
  },
  get Kkp() {
    return clusterOf('Kkp', kkp())
  },
  get Kubehz() {
    return clusterOf('Kubehz', custom())
  },
}

export const customCluster = map({
  apiVersion,
  kind: text(/\S/, 'a kind such as Hetzner'),
  metadata: metadata(dnsLabel(63)),
  spec: z.looseObject(custom()),
})

/** What can be relied on whatever the kind. */
export type ClusterSpec = z.infer<typeof customCluster>
