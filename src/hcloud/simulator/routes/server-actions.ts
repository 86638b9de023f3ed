import { contains, parseRange } from '../../range.js'
import { isBusy, renderAction } from '../actions.js'
import { checkBody } from '../body.js'
import { invalid, locked, Refusal } from '../refusal.js'
import { find } from '../resources.js'
import type { Answer, Request, Route, Routes } from '../route.js'
import { serverTypeOf } from '../shown.js'
import type { ActionItem, ServerItem } from '../state.js'
import type { World } from '../world.js'
import { networkKind } from './networks.js'
import { roomIn } from './placement-groups.js'
import { attachToNetwork, start, stop } from './server-life.js'
import { serverKind } from './servers.js'

type Act = (server: ServerItem, request: Request, world: World) => ActionItem

/** A server that does nothing else, and the answer that every action of it gives. */
function onServer(act: Act, more: Answer['body'] = {}): Route {
  return (request, world) => {
    const server = find(serverKind, request.id, world)
    if (isBusy(world.state, 'server', server.id)) throw locked('server')
    const action = act(server, request, world)
    return { status: 201, body: { action: renderAction(action, world.now()), ...more } }
  }
}

function plain(command: string, change: (server: ServerItem) => void = () => {}): Act {
  return (server, _request, { act }) =>
    act({ command, resources: [{ id: server.id, type: 'server' }], effect: () => change(server) })
}

function startAgain(command: string): Act {
  return (server, request, world) =>
    plain(command, one => {
      one.status = 'running'
      world.settings.onServer('stopped', one)
      world.settings.onServer('started', one)
    })(server, request, world)
}

const path = (action: string) => `POST /servers/{id}/actions/${action}`

export const serverActionRoutes: Routes = {
  [path('poweron')]: onServer((server, _request, world) => start(server, world)),
  [path('poweroff')]: onServer((server, _request, world) => stop(server, world)),
  // It only asks the system to end: whether that happens, the API does not know.
  [path('shutdown')]: onServer(plain('shutdown_server')),
  [path('reboot')]: onServer(startAgain('reboot_server')),
  [path('reset')]: onServer(startAgain('reset_server')),
  [path('enable_rescue')]: onServer(
    (server, { body }, world) => {
      checkBody(body, { type: 'text', ssh_keys: 'numbers' })
      return plain('enable_rescue', one => {
        one.isRescue = true
      })(server, { id: server.id, query: new URLSearchParams(), body }, world)
    },
    { root_password: 'simulated-root-password' },
  ),
  [path('disable_rescue')]: onServer(
    plain('disable_rescue', server => {
      server.isRescue = false
    }),
  ),
  [path('change_protection')]: onServer((server, { body }, world) => {
    const wanted = checkBody(body, { delete: 'flag', rebuild: 'flag' }) as Partial<ServerItem['protection']>
    if (wanted.delete !== wanted.rebuild) throw invalid('rebuild', 'must be the same as delete')
    return world.act({
      command: 'change_protection',
      resources: [{ id: server.id, type: 'server' }],
      effect: () => {
        server.protection = { ...server.protection, ...wanted }
      },
    })
  }),
  [path('attach_to_network')]: onServer((server, { body }, world) => {
    const { network: id, ip } = checkBody(body, {
      network: 'number!',
      ip: 'text',
      alias_ips: 'texts',
      ip_range: 'text',
    })
    const network = find(networkKind, id as number, world)
    if (server.networks.some(one => one.network === network.id)) {
      throw new Refusal(422, 'server_already_attached', 'server is already attached to the network')
    }
    if (ip !== undefined) checkAddress(ip as string, network.subnets)
    return attachToNetwork(server, network, world, ip === undefined ? {} : { ip: ip as string })
  }),
  [path('detach_from_network')]: onServer((server, { body }, world) => {
    const { network: id } = checkBody(body, { network: 'number!' })
    if (!server.networks.some(({ network }) => network === id)) throw invalid('network', 'is not attached')
    return world.act({
      command: 'detach_from_network',
      resources: [
        { id: server.id, type: 'server' },
        { id: id as number, type: 'network' },
      ],
      effect: () => {
        server.networks = server.networks.filter(({ network }) => network !== id)
      },
    })
  }),
  [path('add_to_placement_group')]: onServer((server, { body }, world) => {
    const { placement_group: id } = checkBody(body, { placement_group: 'number!' })
    if (server.status !== 'off')
      throw new Refusal(422, 'server_not_stopped', 'the action requires a stopped server')
    if (server.placementGroup !== undefined) {
      throw new Refusal(422, 'already_in_placement_group', 'the server is already part of a placement group')
    }
    const group = roomIn(id as number, server.location, world)
    return plain('add_to_placement_group', one => {
      one.placementGroup = group.id
    })(server, { id: server.id, query: new URLSearchParams(), body }, world)
  }),
  [path('remove_from_placement_group')]: onServer(
    plain('remove_from_placement_group', server => {
      server.placementGroup = undefined
    }),
  ),
  [path('change_type')]: onServer((server, { body }, world) => {
    const wanted = checkBody(body, { server_type: 'text!', upgrade_disk: 'flag!' })
    const type = serverTypeOf(wanted.server_type)
    if (server.status !== 'off') throw new Refusal(422, 'server_not_stopped', 'server must be powered off')
    if (type.architecture !== serverTypeOf(server.type).architecture) {
      throw new Refusal(422, 'invalid_server_type', 'the architecture is another one')
    }
    return plain('change_server_type', one => {
      one.type = type.name
    })(server, { id: server.id, query: new URLSearchParams(), body }, world)
  }),
}

function checkAddress(ip: string, subnets: { range: string }[]): void {
  const one = parseRange(`${ip}/32`)
  if (!one || !subnets.some(({ range }) => contains(parseRange(range)!, one))) {
    throw new Refusal(422, 'ip_not_available', 'the provided network IP is not available')
  }
}
