import { LoError, type Problem } from '../../errors.js'
import { contains, isPrivate, overlaps, parseRange } from '../../hcloud/range.js'
import type { HetznerConfig } from '../../project/spec/hetzner.js'
import { controlPlanePool, serverName } from './names.js'

export interface Taint {
  key: string
  value: string
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

/** Servers that are alike. */
export interface Pool {
  name: string
  role: 'control-plane' | 'worker'
  replicas: number
  /** Server types, the preferred one first. */
  types: string[]
  labels: Record<string, string>
  taints: Taint[]
}

/** A cluster as its spec has it, with everything filled in that the spec leaves open. */
export interface Wanted {
  cluster: string
  /** The release of k3s, such as `v1.33.5+k3s1`. */
  version: string
  /** The preferred one first. */
  locations: string[]
  image: string
  controlPlane: Pool
  workers: Pool[]
  /** Address ranges: of the servers, of pods, of services. */
  network: { servers: string; pods: string; services: string }
  /** Who may reach the servers, as address ranges. */
  access: { ssh: string[]; api: string[] }
}

const everybody = ['0.0.0.0/0', '::/0']
const pods = '10.244.0.0/16'
const services = '10.96.0.0/16'
const longestServerName = 63

/** Throws `SPEC_INVALID` with every reason for which no such cluster could stand. */
export function readWanted(
  { name, version, file }: { name: string; version: string; file: string },
  config: HetznerConfig,
): Wanted {
  const workers = (config.workers ?? []).map(
    (pool): Pool => ({ name: pool.name, role: 'worker', ...readPool(pool) }),
  )
  const wanted: Wanted = {
    cluster: name,
    version: k3sVersion(version),
    locations: [config.location ?? 'fsn1'].flat(),
    image: config.image ?? 'ubuntu-24.04',
    controlPlane: readControlPlane(config.controlPlane, workers),
    workers,
    network: { servers: config.network?.cidr ?? '10.0.0.0/16', pods, services },
    access: { ssh: config.firewall?.ssh ?? everybody, api: config.firewall?.api ?? everybody },
  }
  const problems = [...poolProblems(wanted), ...networkProblems(wanted), ...accessProblems(wanted)]
  if (problems.length === 0) return wanted
  throw new LoError('SPEC_INVALID', `The cluster ${name} cannot stand as its spec has it.`, {
    problems: problems.map(problem => ({ ...problem, file })),
  })
}

type PoolConfig = NonNullable<HetznerConfig['controlPlane']>

/** Its nodes carry no workloads where there are workers for them. */
function readControlPlane(
  config: PoolConfig = { replicas: 1, type: ['cx33', 'cpx32'] },
  workers: readonly Pool[],
): Pool {
  const pool = readPool(config)
  const hasWorkers = workers.some(({ replicas }) => replicas > 0)
  const own: Taint = { key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' }
  const isGiven = pool.taints.some(({ key, effect }) => key === own.key && effect === own.effect)
  const taints = hasWorkers && !isGiven ? [...pool.taints, own] : pool.taints
  return { name: controlPlanePool, role: 'control-plane', ...pool, taints }
}

function readPool({ replicas, type, labels = {}, taints = [] }: PoolConfig) {
  return { replicas, types: [type].flat(), labels, taints: taints.map(readTaint) }
}

/** `key=value:effect` or `key:effect`, as k3s, kubectl and the spec have it. */
export function readTaint(text: string): Taint {
  const [, key, value = '', effect] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text)!
  return { key: key!, value, effect: effect as Taint['effect'] }
}

/** `v1.33.5` means the first build of k3s for it; `v1.33.5+k3s2` names one. */
function k3sVersion(version: string): string {
  const full = version.startsWith('v') ? version : `v${version}`
  return full.includes('+') ? full : `${full}+k3s1`
}

function poolProblems({ cluster, workers }: Wanted): Problem[] {
  const names = workers.map(({ name }) => name)
  return workers.flatMap(({ name, replicas }, index) => {
    const at = `spec.provider.config.workers[${index}].name`
    const longest = serverName(cluster, name, replicas)
    return [
      ...(names.indexOf(name) < index ? [{ message: `${at}: there is another pool ${name}` }] : []),
      ...(longest.length > longestServerName
        ? [
            {
              message: `${at}: ${longest} has more than ${longestServerName} characters, which no server name may`,
            },
          ]
        : []),
    ]
  })
}

const reserved = '172.31.1.1/32'

function networkProblems({ network }: Wanted): Problem[] {
  const at = 'spec.provider.config.network.cidr'
  const own = parseRange(network.servers)
  if (!own) return [{ message: `${at}: ${network.servers} is no network such as 10.0.0.0/16` }]
  const others = [
    ['the pods', network.pods],
    ['the services', network.services],
  ] as const
  return [
    ...(isPrivate(own) ? [] : [{ message: `${at}: ${network.servers} is not private, as RFC 1918 has it` }]),
    ...(own.prefix > 24 ? [{ message: `${at}: ${network.servers} is too small, a /24 is the least` }] : []),
    ...(contains(own, parseRange(reserved)!)
      ? [{ message: `${at}: 172.31.1.1 is the gateway of all servers, and cannot be in ${network.servers}` }]
      : []),
    ...others
      .filter(([, range]) => overlaps(own, parseRange(range)!))
      .map(([what, range]) => ({ message: `${at}: ${network.servers} overlaps with ${what}, ${range}` })),
  ]
}

/** https://docs.hetzner.com/cloud/firewalls/overview#limits */
const mostAddresses = 100

function accessProblems({ access }: Wanted): Problem[] {
  return Object.entries(access).flatMap(([what, ranges]) =>
    ranges.length > mostAddresses
      ? [
          {
            message: `spec.provider.config.firewall.${what}: a rule has at most ${mostAddresses} address ranges`,
          },
        ]
      : [],
  )
}
