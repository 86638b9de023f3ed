import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { keyOf, keyPairOf } from '../../../../src/drivers/hetzner/openssh.js'
import { plainServer } from '../../../hcloud/simulator/asking.js'
import { makeFolder } from '../../../helpers/project.js'
import { keysOf } from '../inside.js'
import { killed } from '../killable.js'
import { type Prod, prod } from '../prod.js'
import { countOf, destroyWith, namesOf, provisionWith, single, standing, textOf } from './runs.js'

const own = { 'lok8s.dev/managed-by': 'lo', 'lok8s.dev/cluster': 'prod' }

async function addServer({ hcloud }: Prod, name: string, labels: Record<string, string> = {}) {
  const { item, actions } = await hcloud.servers.create({ ...plainServer(name), labels } as never)
  await hcloud.wait(name, actions, 120_000)
  return item
}

it('fault 11: a server of the name that is not ours stops everything, before anything is made', async () => {
  let before = ''
  const { all, error } = await provisionWith(async all => {
    await addServer(all, 'prod-cp-1')
    before = JSON.stringify(all.simulator.everything())
  })
  expect(error?.code).toBe('CLOUD_REFUSED')
  expect(error?.detail).toMatch(/^server prod-cp-1: taken by \d+$/)
  expect(all.writes()).toEqual([])
  expect(JSON.stringify(all.simulator.everything())).toBe(before)
})

it('fault 11: one that comes in between is found out by the one order that is refused, and stays as it is', async () => {
  const show = ({ simulator }: Prod) =>
    JSON.stringify(simulator.everything().servers!.filter(({ name }) => name === 'prod-cp-1'))
  let [before, id] = ['', 0]
  const { all, error } = await provisionWith(all => {
    const { fetch } = all.ctx
    all.ctx.fetch = async (input, init) => {
      // Behind the look at what there is, and before servers are ordered.
      if (init?.method === 'POST' && String(input).endsWith('/networks')) {
        id = (await addServer(all, 'prod-cp-1')).id
        before = show(all)
      }
      return fetch(input, init)
    }
  })
  expect(error?.code).toBe('CLOUD_REFUSED')
  expect(error?.message).toContain(`its name is taken by ${id}, which is not managed by this cluster`)
  // Theirs, and the one that was refused.
  expect(countOf(all, 'POST /servers')).toBe(2)
  expect(show(all)).toBe(before)
})

it('fault 12: takes what a run that was killed has left', async () => {
  const all = await prod()
  await all.open(single).plan!()
  // Behind the reads of a plan: key, network, firewall and group, which are made at once, then the server.
  all.killAt({ what: 'call', number: all.reached().calls + 6, when: 'after' })
  await expect(all.open(single).provision()).rejects.toBe(killed)
  expect(countOf(all, 'POST /servers')).toBe(1)
  const { outcome } = await provisionWith(() => {}, { all })
  expect(outcome).toBe('configured')
  expect(countOf(all, 'POST /servers')).toBe(1)
  expect(namesOf(all, 'servers')).toEqual(['prod-cp-1'])
})

it('fault 13: two clusters of one name are never touched', async () => {
  let before = ''
  const all = await standing()
  const { error } = await provisionWith(
    async all => {
      await addServer(all, 'prod-default-9', { ...own, 'lok8s.dev/uid': 'f'.repeat(16) })
      before = JSON.stringify(all.simulator.everything())
    },
    { all },
  )
  expect(error?.code).toBe('CLUSTER_WRONG')
  expect(textOf(error)).toContain('prod-default-9')
  expect((await destroyWith(() => {}, { all })).error?.code).toBe('CLUSTER_WRONG')
  expect(JSON.stringify(all.simulator.everything())).toBe(before)
})

it('fault 14: a key that is in the project under another name is used, and outlives the cluster', async () => {
  const key = keyPairOf(Buffer.alloc(32, 7), 'me')
  const file = path.join(makeFolder(), 'id_ed25519')
  writeFileSync(file, key.privateKey, { mode: 0o600 })
  const options = { env: { LO_SSH_KEY_FILE: file } }
  const { all, outcome } = await provisionWith(
    async ({ hcloud }) => {
      await hcloud.sshKeys.create({ name: 'mine', public_key: key.publicKey, labels: {} })
    },
    { options },
  )
  expect(outcome).toBe('created')
  expect(namesOf(all, 'ssh_keys')).toEqual(['mine'])
  expect((await provisionWith(() => {}, { all, options })).outcome).toBe('unchanged')
  await destroyWith(() => {}, { all, options })
  expect(namesOf(all, 'ssh_keys')).toEqual(['mine'])
  expect(namesOf(all, 'servers')).toEqual([])
})

it('fault 14: goes over to a key that is in the project under another name, and remembers it', async () => {
  const key = keyPairOf(Buffer.alloc(32, 7), 'me')
  const file = path.join(makeFolder(), 'id_ed25519')
  writeFileSync(file, key.privateKey, { mode: 0o600 })
  const options = { env: { LO_SSH_KEY_FILE: file } }
  const all = await standing()
  await all.hcloud.sshKeys.create({ name: 'laptop', public_key: key.publicKey, labels: {} })
  expect((await provisionWith(() => {}, { all, options })).outcome).toBe('configured')
  expect(namesOf(all, 'ssh_keys')).toEqual(['laptop'])
  expect(keysOf(all, 'prod-cp-1')).toEqual([keyOf(key.publicKey)])
  expect((await provisionWith(() => {}, { all, options })).outcome).toBe('unchanged')
  // Whoever comes without the file learns that it takes one, and makes no key that no server lets in.
  const { error } = await provisionWith(() => {}, { all })
  expect(error?.code).toBe('TOKEN_REFUSED')
  expect(textOf(error)).toContain('LO_SSH_KEY_FILE')
  expect(all.writes()).toEqual([])
})

it('fault 15: somebody else’s key of our name is neither used nor replaced nor removed', async () => {
  const all = await standing()
  const [ours] = await all.hcloud.sshKeys.list()
  await all.hcloud.sshKeys.remove(ours!)
  const { publicKey } = keyPairOf(Buffer.alloc(32, 9), 'them')
  const { item } = await all.hcloud.sshKeys.create({ name: ours!.name, public_key: publicKey, labels: {} })
  const before = JSON.stringify(all.simulator.everything().ssh_keys)
  const { error } = await provisionWith(() => {}, { all })
  expect(error?.code).toBe('CLOUD_REFUSED')
  expect(error?.detail).toContain(`SSH key ${ours!.name}: taken by ${item.id}`)
  expect(all.writes()).toEqual([])
  expect((await destroyWith(() => {}, { all })).error).toBeUndefined()
  expect(JSON.stringify(all.simulator.everything().ssh_keys)).toBe(before)
  expect(namesOf(all, 'servers')).toEqual([])
})

it('fault 57: a server whose labels somebody has removed is somebody else’s', async () => {
  const all = await standing()
  const [server] = await all.hcloud.servers.list()
  await all.hcloud.servers.setLabels(server!, {})
  const { error } = await provisionWith(() => {}, { all })
  expect(error?.detail).toContain('server prod-cp-1: taken by')
  expect(all.writes()).toEqual([])
})

it('fault 66: a second cluster of which the name begins alike is another one', async () => {
  const all = await standing()
  await all.open(single, { name: 'prod-2' }).provision()
  const others = () =>
    JSON.stringify(
      Object.values(all.simulator.everything())
        .flat()
        .filter(item => JSON.stringify(item).includes('prod-2')),
    )
  const before = others()
  expect((await destroyWith(() => {}, { all })).error).toBeUndefined()
  expect(others()).toBe(before)
  expect(await all.open(single, { name: 'prod-2' }).provision()).toBe('unchanged')
})
