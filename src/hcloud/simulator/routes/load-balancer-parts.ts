import { type Body, checkBody } from '../body.js'
import { parseSelector } from '../labels.js'
import { invalid, Refusal } from '../refusal.js'
import { find } from '../resources.js'
import type { LoadBalancerItem, ServerItem, ServiceItem, TargetItem } from '../state.js'
import type { World } from '../world.js'
import { serverKind } from './servers.js'

const serviceShape = {
  protocol: 'text',
  listen_port: 'number',
  destination_port: 'number',
  proxyprotocol: 'flag',
  health_check: 'object',
} as const

const checkShape = {
  protocol: 'text',
  port: 'number',
  interval: 'number',
  timeout: 'number',
  retries: 'number',
  http: 'object',
} as const

/** A service, with what the API fills in where nothing is said. Only TCP is simulated. */
export function readService(body: unknown, place = ''): ServiceItem {
  const service = checkBody(body, serviceShape, place)
  const { protocol, listen_port, destination_port } = service as Partial<ServiceItem>
  if (protocol !== 'tcp') throw invalid('protocol', 'only tcp is simulated')
  if (!isPort(listen_port)) throw invalid('listen_port', 'is no port')
  const port = destination_port ?? listen_port!
  if (!isPort(port)) throw invalid('destination_port', 'is no port')
  const check = checkBody(service.health_check ?? {}, checkShape, 'health_check') as Partial<
    ServiceItem['health_check']
  >
  const within = (field: 'interval' | 'timeout' | 'retries', least: number, most: number) => {
    const value = check[field]
    if (value !== undefined && (value < least || value > most)) {
      throw invalid(`health_check.${field}`, `must be between ${least} and ${most}`)
    }
  }
  within('interval', 3, 60)
  within('timeout', 1, 60)
  within('retries', 1, 5)
  return {
    protocol,
    listen_port: listen_port!,
    destination_port: port,
    proxyprotocol: service.proxyprotocol === true,
    health_check: { protocol: 'tcp', port, interval: 15, timeout: 10, retries: 3, ...check },
  }
}

function isPort(port: number | undefined): boolean {
  return port !== undefined && port >= 1 && port <= 65_535
}

/** A target that a balancer can have. */
export function readTarget(body: Body, balancer: LoadBalancerItem, world: World): TargetItem {
  const { type, server, label_selector, use_private_ip } = checkBody(body, {
    type: 'text!',
    server: 'object',
    label_selector: 'object',
    ip: 'object',
    use_private_ip: 'flag',
  })
  const usesPrivateIp = use_private_ip === true
  if (usesPrivateIp && !balancer.network) {
    throw new Refusal(
      422,
      'load_balancer_not_attached_to_network',
      'load balancer is not attached to a network',
    )
  }
  const target: TargetItem = { usesPrivateIp, since: world.now() }
  if (type === 'label_selector') {
    target.selector = checkBody(label_selector, { selector: 'text!' }, 'label_selector').selector as string
    parseSelector(target.selector)
  } else if (type === 'server') {
    const { id } = checkBody(server, { id: 'number!', ip: 'text' }, 'server')
    const found = find(serverKind, id as number, world)
    if (usesPrivateIp && !isInNetwork(found, balancer)) {
      throw new Refusal(
        422,
        'resolve_cloud_private_targets_error',
        'the server is not attached to the same network',
      )
    }
    target.server = found.id
  } else throw invalid('type', 'only servers and label selectors are simulated')
  if (balancer.targets.some(one => one.server === target.server && one.selector === target.selector)) {
    throw new Refusal(422, 'target_already_defined', 'target is already defined')
  }
  return target
}

export function isInNetwork(server: ServerItem, { network }: LoadBalancerItem): boolean {
  return server.networks.some(one => one.network === network?.network)
}

/** A target as answers show it; one of labels shows the servers that have them. */
export function showTarget(target: TargetItem, balancer: LoadBalancerItem, world: World): unknown {
  const { servers, leaving } = world.state
  if (target.server !== undefined) {
    const server = servers.get(target.server) ?? leaving.get(target.server)!
    return showServerTarget(server, target, balancer, world)
  }
  const matches = parseSelector(target.selector!)
  const chosen = [...servers.values()].filter(
    server => matches(server.labels) && (!target.usesPrivateIp || isInNetwork(server, balancer)),
  )
  return {
    type: 'label_selector',
    label_selector: { selector: target.selector },
    targets: chosen.map(server => showServerTarget(server, target, balancer, world)),
    use_private_ip: target.usesPrivateIp,
  }
}

function showServerTarget(
  server: ServerItem,
  { usesPrivateIp, since }: TargetItem,
  { services, network }: LoadBalancerItem,
  { state, settings, now }: World,
): unknown {
  const own = server.networks.find(one => one.network === network?.network)
  const ip = usesPrivateIp ? own?.ip : state.primaryIps.get(server.ipv4 ?? 0)?.ip
  return {
    type: 'server',
    server: { id: server.id, ip: ip ?? '' },
    health_status: services.map(({ listen_port, destination_port, health_check }) => ({
      listen_port,
      status:
        now() - since < health_check.interval * 1000
          ? 'unknown'
          : server.status === 'running' && settings.isListening(server, destination_port)
            ? 'healthy'
            : 'unhealthy',
    })),
    use_private_ip: usesPrivateIp,
  }
}
