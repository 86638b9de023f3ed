import { isBusy, renderAction } from '../actions.js'
import { privateAddress } from '../addresses.js'
import { type Body, checkBody } from '../body.js'
import { invalid, locked, Refusal } from '../refusal.js'
import { find } from '../resources.js'
import type { Request, Route, Routes } from '../route.js'
import { loadBalancerTypeOf, locationOf } from '../shown.js'
import type { LoadBalancerItem } from '../state.js'
import type { World } from '../world.js'
import { readService, readTarget } from './load-balancer-parts.js'
import { addService, checkRoom, loadBalancerKind } from './load-balancers.js'
import { networkKind } from './networks.js'

/** Checks what is asked, and answers with what it will bring about. */
type Plan = (balancer: LoadBalancerItem, request: Request, world: World) => () => void

function onBalancer(command: string, plan: Plan): Route {
  return (request, world) => {
    const balancer = find(loadBalancerKind, request.id, world)
    if (isBusy(world.state, 'load_balancer', balancer.id)) throw locked('load balancer')
    const effect = plan(balancer, request, world)
    const action = world.act({ command, resources: [{ id: balancer.id, type: 'load_balancer' }], effect })
    return { status: 201, body: { action: renderAction(action, world.now()) } }
  }
}

const path = (action: string) => `POST /load_balancers/{id}/actions/${action}`

export const loadBalancerActionRoutes: Routes = {
  [path('add_service')]: onBalancer('add_service', (balancer, { body }) => {
    const trial = { ...balancer, services: [...balancer.services] }
    addService(trial, body)
    return () => {
      balancer.services = trial.services
    }
  }),
  [path('update_service')]: onBalancer('update_service', (balancer, { body }) => {
    const { listen_port } = (body ?? {}) as { listen_port?: number }
    const old = balancer.services.find(service => service.listen_port === listen_port)
    if (!old) throw new Refusal(404, 'not_found', `service with port ${listen_port} not found`)
    const { health_check, ...rest } = body as Body & { health_check?: Body }
    const service = readService({
      ...old,
      ...rest,
      health_check: { ...old.health_check, ...health_check },
    })
    return () => {
      balancer.services = balancer.services.map(one => (one === old ? service : one))
    }
  }),
  [path('delete_service')]: onBalancer('delete_service', (balancer, { body }) => {
    const { listen_port } = checkBody(body, { listen_port: 'number!' })
    return () => {
      balancer.services = balancer.services.filter(service => service.listen_port !== listen_port)
    }
  }),
  [path('add_target')]: onBalancer('add_target', (balancer, { body }, world) => {
    checkRoom(balancer.targets.length, loadBalancerTypeOf(balancer.type).targets, 'targets')
    const target = readTarget(body as Body, balancer, world)
    return () => {
      balancer.targets.push(target)
    }
  }),
  [path('remove_target')]: onBalancer('remove_target', (balancer, { body }) => {
    const { server, label_selector } = checkBody(body, {
      type: 'text!',
      server: 'object',
      label_selector: 'object',
      ip: 'object',
    }) as { server?: { id: number }; label_selector?: { selector: string } }
    const isMeant = (one: LoadBalancerItem['targets'][number]) =>
      one.server === server?.id && one.selector === label_selector?.selector
    if (!balancer.targets.some(isMeant)) throw invalid('type', 'target is not defined')
    return () => {
      balancer.targets = balancer.targets.filter(one => !isMeant(one))
    }
  }),
  [path('attach_to_network')]: onBalancer('attach_to_network', (balancer, { body }, world) => {
    const { network: id } = checkBody(body, { network: 'number!', ip: 'text', ip_range: 'text' })
    if (balancer.network) {
      throw new Refusal(
        422,
        'load_balancer_already_attached',
        'load balancer is already attached to a network',
      )
    }
    const network = find(networkKind, id as number, world)
    const ip = privateAddress(network, locationOf(balancer.location).network_zone, world.state)
    return () => {
      balancer.network = { network: network.id, ip }
    }
  }),
  [path('detach_from_network')]: onBalancer('detach_from_network', (balancer, { body }) => {
    const { network } = checkBody(body, { network: 'number!' })
    if (balancer.network?.network !== network) throw invalid('network', 'is not attached')
    return () => {
      balancer.network = undefined
    }
  }),
  [path('enable_public_interface')]: onBalancer('enable_public_interface', balancer => () => {
    balancer.isPublic = true
  }),
  [path('disable_public_interface')]: onBalancer('disable_public_interface', balancer => () => {
    balancer.isPublic = false
  }),
  [path('change_type')]: onBalancer('change_load_balancer_type', (balancer, { body }) => {
    const type = loadBalancerTypeOf(checkBody(body, { load_balancer_type: 'text!' }).load_balancer_type)
    if (balancer.targets.length > type.targets || balancer.services.length > type.services) {
      throw new Refusal(422, 'invalid_load_balancer_type', 'the type does not fit the load balancer')
    }
    return () => {
      balancer.type = type.name
    }
  }),
  [path('change_protection')]: onBalancer('change_protection', (balancer, { body }) => {
    const { delete: wanted } = checkBody(body, { delete: 'flag' })
    return () => {
      balancer.isProtected = wanted === true
    }
  }),
}
