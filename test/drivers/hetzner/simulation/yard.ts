import {
  controlPlaneConfig,
  type Joining,
  joinAddress,
  workerConfig,
} from '../../../../src/drivers/hetzner/k3s-config.js'
import type { Machine, Reached } from '../../../../src/drivers/hetzner/machine.js'
import { installK3s } from '../../../../src/drivers/hetzner/scripts/install-k3s.js'
import { readToken } from '../../../../src/drivers/hetzner/scripts/read.js'
import type { Script } from '../../../../src/drivers/hetzner/scripts/script.js'
import { startK3s } from '../../../../src/drivers/hetzner/scripts/start-k3s.js'
import { waitForBoot } from '../../../../src/drivers/hetzner/scripts/wait-for-boot.js'
import { waitForK3s } from '../../../../src/drivers/hetzner/scripts/wait-for-k3s.js'
import { writeK3sConfig } from '../../../../src/drivers/hetzner/scripts/write-k3s-config.js'
import { deriveSecrets } from '../../../../src/drivers/hetzner/secrets.js'
import { type Machines, simulateMachines } from '../../../../src/drivers/hetzner/simulation/machines.js'
import { renderUserData } from '../../../../src/drivers/hetzner/user-data.js'
import type { Server } from '../../../../src/hcloud/resources/servers.js'
import { plainNetwork, plainServer } from '../../../hcloud/simulator/asking.js'
import { type Simulation, simulate } from '../../../helpers/hcloud.js'
import { uid, wantedOf } from '../clusters.js'

export const version = 'v1.33.5+k3s1'
export const secrets = deriveSecrets('T'.repeat(64), 'prod', uid)

/** A project with a network, in which servers are made by hand. */
export interface Yard extends Simulation {
  machines: Machines
  network: number
  /** Makes a server, and waits until it runs. */
  make: (name: string) => Promise<Server>
  /** Sends a script to a server, with the key that its user data lets in. */
  send: (
    server: Server,
    script: Script,
    options?: Partial<Parameters<Machines['reach']>[2]>,
  ) => Promise<Reached>
  /** The same for one that is reached and says something, which is the answer. */
  ask: (server: Server, script: Script) => Promise<string>
  /** Brings k3s to a server and starts it. */
  startControlPlane: (server: Server, joining: Joining, token?: string) => Promise<void>
  startWorker: (server: Server, first: Server, token?: string) => Promise<void>
}

export const addressOf = ({ name, public_net }: Pick<Server, 'name' | 'public_net'>): Machine => ({
  name,
  address: public_net.ipv4!.ip,
})
export const privateOf = ({ private_net }: Pick<Server, 'private_net'>) => private_net[0]!.ip!
export const joinAt = (server: Server): Joining => ({
  cluster: 'existing',
  server: joinAddress(privateOf(server)),
})

export async function openYard(options: Parameters<typeof simulateMachines>[2] = {}): Promise<Yard> {
  const simulation = simulate()
  const { hcloud, simulator, world } = simulation
  const machines = simulateMachines(simulator, world, options)
  const { item: network } = await hcloud.networks.create(plainNetwork('prod', { labels: {} }) as never)
  await hcloud.sshKeys.create({ name: 'key', public_key: secrets.userKey.publicKey, labels: {} })

  const make: Yard['make'] = async name => {
    const user_data = renderUserData({ userKey: secrets.userKey.publicKey, hostKey: secrets.hostKey(name) })
    const more = { ssh_keys: ['key'], networks: [network.id], user_data, labels: {} }
    const made = await hcloud.servers.create(plainServer(name, more) as never)
    await hcloud.wait(name, made.actions, 120_000)
    return (await hcloud.servers.get(made.item.id))!
  }
  const send: Yard['send'] = (server, script, more) =>
    machines.reach(addressOf(server), script, {
      hostKeys: [secrets.hostKey(server.name).publicKey],
      key: secrets.userKey,
      limit: 300_000,
      ...more,
    })
  const ask: Yard['ask'] = async (server, script) => {
    const reached = await send(server, script)
    if (reached.outcome === 'ended') return reached.stdout || reached.detail
    throw new Error(`${server.name}: ${reached.why}`)
  }
  const start = async (server: Server, kind: 'server' | 'agent', config: string, token: string) => {
    while ((await send(server, waitForBoot({ seconds: 60 }))).outcome !== 'ended') await world.sleep(1000)
    for (const script of [installK3s({ version }), writeK3sConfig({ config, token }), startK3s({ kind })]) {
      await ask(server, script)
    }
  }
  const factsOf = (server: Server) => ({
    name: server.name,
    privateIp: privateOf(server),
    publicIp: server.public_net.ipv4!.ip,
    labels: { pool: 'default' },
    taints: [],
  })
  return {
    ...simulation,
    machines,
    network: network.id,
    make,
    send,
    ask,
    startControlPlane: (server, joining, token = secrets.k3sToken) => {
      const cluster = { network: wantedOf().network, apiNames: [] }
      return start(server, 'server', controlPlaneConfig(factsOf(server), cluster, joining), token)
    },
    startWorker: (server, first, token = secrets.k3sToken) =>
      start(server, 'agent', workerConfig(factsOf(server), joinAddress(privateOf(first))), token),
  }
}

/** Three control planes of one cluster, all ready. */
export async function openCluster(yard: Yard): Promise<[Server, Server, Server]> {
  const [one, two, three] = await Promise.all(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'].map(yard.make))
  await yard.startControlPlane(one!, { cluster: 'new' })
  await yard.ask(one!, wait('server'))
  for (const server of [two!, three!]) {
    await yard.startControlPlane(server, joinAt(one!))
    await yard.ask(server, wait('server'))
  }
  return [one!, two!, three!]
}

export const wait = (kind: 'server' | 'agent', seconds = 120) => waitForK3s({ kind, seconds })
export const tokenOf = async (yard: Yard, server: Server) => (await yard.ask(server, readToken())).trim()
