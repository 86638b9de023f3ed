import type { World } from './world.js'

/** What there is of a cluster, without what differs from run to run: numbers, addresses, keys. */
export function pictureOf({ simulator, machines }: World, cluster = 'prod'): unknown {
  const all = simulator.everything()
  const own = ownOf(all, cluster)
  const names = namesOf(own)
  const tidy = (value: unknown): unknown => JSON.parse(replaceAll(JSON.stringify(value), names))
  const inside = own.servers!.map(({ name }) => {
    const { k3s, authorizedKeys, hostKey, nextHostKey } = machines.get(String(name))!
    const { program, config, token: joinToken, kind, running, isReady, etcd, hasJoined } = k3s
    const isBootstrapKey = hostKey === undefined
    return {
      name,
      program,
      config: withoutJoin(config),
      isFullToken: joinToken.startsWith('K10'),
      kind,
      running,
      isReady,
      hasJoined,
      members: etcd && [...etcd.members.keys()].sort(),
      nodes: etcd && [...etcd.nodes].map(([node, { server: _server, ...state }]) => [node, state]).sort(),
      keys: authorizedKeys.size,
      isBootstrapKey,
      hasNextKey: nextHostKey !== undefined,
    }
  })
  const shown = Object.entries(own).map(([kind, items]) => [
    kind,
    items.map(show[kind] ?? showNamed).sort(byName),
  ])
  return tidy({
    ...Object.fromEntries(shown),
    inside: inside.sort(byName),
    clusters: machines.clusters().length,
  })
}

type Item = Record<string, unknown>
const byName = (one: Item, other: Item) => String(one.name).localeCompare(String(other.name))

/** Where a node has joined is where the first living one was then; once it has, that counts no more. */
function withoutJoin({ server, 'cluster-init': isFirst, ...config }: Item): Item {
  return { ...config, starts: server ? 'joins' : isFirst ? 'new' : 'nowhere' }
}

/** Everything of a cluster, load balancers and volumes that were made from its inside among it. */
export function ownOf(all: Record<string, Item[]>, cluster: string): Record<string, Item[]> {
  const isMarked = ({ labels }: Item) => (labels as Item)['lok8s.dev/cluster'] === cluster
  const servers = all.servers!.filter(isMarked).map(({ id }) => id)
  const isOwn = (item: Item) =>
    isMarked(item) ||
    (item.labels as Item)['hcloud-ccm/service-uid'] !== undefined ||
    // Of volumes, where they are attached.
    servers.includes(item.server)
  const { primary_ips: _ips, ...kinds } = all
  return Object.fromEntries(Object.entries(kinds).map(([kind, items]) => [kind, items.filter(isOwn)]))
}

/** Everything that is not of a cluster, byte for byte. */
export function foreignOf({ simulator }: World, cluster = 'prod'): string {
  const all = simulator.everything()
  const own = ownOf(all, cluster)
  const servers = own.servers!.map(({ id }) => id)
  const isForeign = (kind: string, item: Item) =>
    kind === 'primary_ips' ? !servers.includes(item.assignee_id) : !own[kind]!.includes(item)
  return JSON.stringify(
    Object.entries(all).map(([kind, items]) => [kind, items.filter(item => isForeign(kind, item))]),
  )
}

// biome-ignore lint/suspicious/noExplicitAny: what the API shows, as its document has it
const show: Record<string, (item: any) => Item> = {
  servers: ({
    name,
    labels,
    server_type,
    location,
    image,
    status,
    placement_group,
    public_net,
    private_net,
  }) => ({
    name,
    labels,
    type: server_type.name,
    location: location.name,
    image: image.name,
    status,
    group: placement_group?.name,
    firewalls: public_net.firewalls.map(({ id }: Item) => id).sort(),
    networks: private_net.map(({ network }: Item) => network),
  }),
  networks: ({ name, labels, ip_range, subnets, servers }) => ({
    name,
    labels,
    ip_range,
    subnets,
    servers: [...servers].sort(),
  }),
  firewalls: ({ name, labels, rules, applied_to }) => ({
    name,
    labels,
    rules,
    applied: applied_to.map(({ type, label_selector }: Item) => ({ type, label_selector })),
  }),
  load_balancers: ({ name, labels, services, targets, private_net }) => ({
    name,
    labels,
    services,
    selectors: targets.map(({ label_selector, use_private_ip }: Item) => ({
      label_selector,
      use_private_ip,
    })),
    networks: private_net.map(({ network }: Item) => network),
  }),
  volumes: ({ name, labels, server, size, status }) => ({ name, labels, server, size, status }),
}
const showNamed = ({ name, labels }: Item): Item => ({ name, labels })

/** Numbers, addresses and keys, by what they are of. */
function namesOf(own: Record<string, Item[]>): [text: string, name: string][] {
  const items = Object.entries(own).flatMap(([kind, all]) =>
    // biome-ignore lint/suspicious/noExplicitAny: what the API shows, as its document has it
    all.flatMap((item: any): [string, string][] => {
      const name = `<${kind} ${item.name}>`
      const labels = item.labels as Record<string, string>
      return [
        [String(item.id), name],
        ...(item.public_net?.ipv4 ? [[item.public_net.ipv4.ip, `${name} public`] as [string, string]] : []),
        ...(item.private_net ?? []).map(({ ip }: Item) => [ip, `${name} private`]),
        [labels['lok8s.dev/uid']!, '<uid>'],
        ...['hostkey', 'hostkey-next', 'key-id']
          .flatMap(key => labels[`lok8s.dev/${key}`] ?? [])
          .map((key): [string, string] => [key, '<key>']),
      ]
    }),
  )
  const uid = own.ssh_keys?.[0]?.name
  return uid ? [...items, [String(uid), '<ssh key>']] : items
}

function replaceAll(text: string, names: [string, string][]): string {
  const known = new Map(names)
  const pattern = new RegExp(
    `(?<![\\w.])(${[...known.keys()].map(key => key.replaceAll('.', '\\.')).join('|')})(?![\\w.]*\\d)`,
    'g',
  )
  return known.size === 0
    ? text
    : text
        .replace(pattern, key => known.get(key)!)
        // A number in JSON has no quotes; a name needs them.
        .replace(/([[,:])(<[^>]*>)(?=[\],}])/g, '$1"$2"')
}
