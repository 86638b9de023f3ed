import * as z from 'zod'
import { commonSpec, kubernetes, provider } from './common.js'
import { cidr, count, dnsLabel, labels, map, nonEmpty, text } from './fields.js'

const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1)])

const hetznerPool = () => ({
  type: oneOrMore(nonEmpty).describe('Server type, or candidates in order of preference'),
  labels: labels.optional(),
  taints: z
    .array(
      text(
        /^[^=:\s]+(=[^:\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$/,
        'a taint such as key=value:NoSchedule',
      ),
    )
    .optional(),
})

const poolName = dnsLabel(30).refine(name => name !== 'cp', {
  error: 'another name: cp is that of the control plane',
})

/** `spec.provider.config`, or what its `configRef` names. */
export const hetznerConfig = () =>
  map({
    location: oneOrMore(nonEmpty).optional().describe('Location, or candidates that are tried in order'),
    image: nonEmpty.optional(),
    controlPlane: map({ replicas: count(1, 9).default(1), ...hetznerPool() }).optional(),
    workers: z
      .array(map({ name: poolName, replicas: count(0, 500).default(1), ...hetznerPool() }))
      .optional(),
    network: map({ cidr: cidr.optional() }).optional(),
    firewall: map({ ssh: z.array(cidr).optional(), api: z.array(cidr).optional() }).optional(),
    ssh: map({ privateKeyFile: nonEmpty.optional() })
      .optional()
      .describe('Without a key file the key is derived from the token'),
  })

export type HetznerConfig = z.output<ReturnType<typeof hetznerConfig>>

/** k3s on Hetzner Cloud. */
export const hetzner = () => ({
  kubernetes,
  ...commonSpec,
  provider: provider(hetznerConfig()).optional(),
})
