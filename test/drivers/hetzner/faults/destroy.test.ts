import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { destroyCluster, planDestroy } from '../../../../src/drivers/destroy.js'
import { plainServer } from '../../../hcloud/simulator/asking.js'
import { makeFolder, writeFiles } from '../../../helpers/project.js'
import { addServices, mine, networkOf, post, serverOf } from '../from-inside.js'
import { killed } from '../killable.js'
import { prod } from '../prod.js'
import { countOf, destroyWith, namesOf, single, standing, textOf, usual } from './runs.js'

it('fault 60: takes load balancers of services along, and keeps volumes and says so', async () => {
  const { all, error } = await destroyWith(addServices)
  expect(textOf(error).trim()).toBe('')
  expect(namesOf(all, 'load_balancers')).toEqual(['theirs'])
  expect(namesOf(all, 'volumes')).toEqual(['data', 'pvc-1', 'pvc-2'])
  expect(await all.open().inventory()).toEqual([])
})

it('fault 60: removes volumes when that is asked for, even when their cluster is gone already', async () => {
  const all = await standing()
  await addServices(all)
  expect(await all.open(single).remarks!('destroy')).toEqual([
    expect.stringMatching(/^ends: .* EUR per month/),
    expect.stringMatching(/^stays: volume pvc-1, volume pvc-2, with .* --volumes removes them/),
  ])
  await destroyWith(() => {}, { all })
  const volumes = { volumes: true }
  expect(await all.open(single, volumes).inventory()).toEqual([
    'volume pvc-1 (10 GB) with its data',
    'volume pvc-2 (20 GB) with its data',
  ])
  expect((await destroyWith(() => {}, { all, options: volumes })).error).toBeUndefined()
  expect(namesOf(all, 'volumes')).toEqual(['data'])
})

it('fault 60: does not need the API server of the cluster, nor any of its servers', async () => {
  const { all, error } = await destroyWith(({ machines }) =>
    machines.onScript('*', { how: 'stop before', error: new Error('no server may be asked') }),
  )
  expect(error).toBeUndefined()
  expect(all.reached().scripts).toBe(0)
  expect(Object.values(all.simulator.everything()).flat()).toEqual([])
})

it('fault 61: what was made from inside the cluster is still found when a run was killed with its servers gone', async () => {
  const all = await standing()
  await addServices(all)
  const volumes = { volumes: true }
  const driver = all.open(single, volumes)
  // Behind eight lists, two marks and the removal of the one server.
  all.killAt({ what: 'call', number: 12, when: 'after' })
  await expect(driver.destroy()).rejects.toBe(killed)
  expect(namesOf(all, 'servers')).toEqual([])
  expect((await destroyWith(() => {}, { all, options: volumes })).error).toBeUndefined()
  expect(namesOf(all, 'volumes')).toEqual(['data'])
  expect(namesOf(all, 'load_balancers')).toEqual(['theirs'])
})

it('fault 62: what somebody else has removed meanwhile is removed', async () => {
  const { all, error } = await destroyWith(({ simulator }) =>
    simulator.onCall('DELETE /servers/{id}', { how: 'answer wrongly', status: 404, code: 'not_found' }),
  )
  expect(error).toBeUndefined()
  expect(Object.values(all.simulator.everything()).flat()).toEqual([])
})

it('fault 63: waits for a firewall that is in use for 40 seconds more', async () => {
  const { all, error } = await destroyWith(({ simulator }) => {
    simulator.onCall(
      'DELETE /firewalls/{id}',
      { how: 'refuse', status: 422, code: 'resource_in_use' },
      { times: 8 },
    )
  })
  expect(error).toBeUndefined()
  expect(countOf(all, 'DELETE /firewalls/{id}')).toBe(9)
})

it('fault 64: a network with somebody else’s server in it stays, is named, and keeps the number of the cluster', async () => {
  const { all, error } = await destroyWith(async all => {
    const { id } = await networkOf(all.hcloud)
    const { item, actions } = await all.hcloud.servers.create({
      ...plainServer('theirs', { networks: [id] }),
      labels: mine,
    } as never)
    await all.hcloud.wait(item.name, actions, 60_000)
  })
  expect(error?.code).toBe('DESTROY_FAILED')
  expect(error?.detail).toMatch(/The network prod stays: server theirs \(\d+\) is in it/)
  expect(namesOf(all, 'servers')).toEqual(['theirs'])
  expect((await serverOf(all.hcloud)).private_net).toHaveLength(1)
  expect(namesOf(all, 'ssh_keys')).toHaveLength(1)
  // Once that is gone the next run finishes.
  await all.hcloud.wait('it', await all.hcloud.servers.remove(await serverOf(all.hcloud)), 60_000)
  expect((await destroyWith(() => {}, { all })).error).toBeUndefined()
  expect(Object.values(all.simulator.everything()).flat()).toEqual([])
})

it('fault 18: what is protected stays and is named, and all else goes', async () => {
  const all = await standing(usual)
  const [server] = await all.hcloud.servers.list({ name: 'prod-cp-2' })
  await post(all, `/servers/${server!.id}/actions/change_protection`, { delete: true, rebuild: true })
  await all.world.sleep(30_000)
  const { error } = await destroyWith(() => {}, { all, config: usual })
  expect(error?.code).toBe('DESTROY_FAILED')
  expect(error?.detail).toContain('prod-cp-2')
  expect(error?.detail).toContain('Remove the protection')
  expect(namesOf(all, 'servers')).toEqual(['prod-cp-2'])
  // The server is still in it.
  expect(namesOf(all, 'networks')).toEqual(['prod'])
  expect(namesOf(all, 'load_balancers')).toEqual([])
})

it('fault 17: waits for a server on which somebody works', async () => {
  const { error, all } = await destroyWith(({ simulator }) =>
    simulator.onCall('DELETE /servers/{id}', { how: 'refuse', status: 423, code: 'locked' }, { times: 3 }),
  )
  expect(error).toBeUndefined()
  expect(countOf(all, 'DELETE /servers/{id}')).toBe(4)
})

it('fault 67: in the project of another token there is nothing, nothing is touched, and that is said', async () => {
  const root = makeFolder()
  const mineAlone = await prod({}, root)
  await mineAlone.open(single).provision()
  const cluster = mineAlone.clusterOf(single)
  writeFiles(root, { '.kubeconfig/prod.yaml': 'of the project of the first token' })
  const token = 'other'.padEnd(64, '1')
  const other = await prod({ settings: { tokens: { [token]: 'read-write' } } }, root)
  const driver = other.open(single, { env: { HCLOUD_TOKEN: token } })
  const opened = { cluster, driver, lock: path.join(root, 'lock') }
  expect(await planDestroy(opened)).toEqual({
    removed: [],
    remarks: [
      'nothing of the cluster prod is in the project of HCLOUD_TOKEN: if it was made with another token, it may be in the project of that one',
      expect.stringMatching(/prod\.yaml stays: no such cluster was found/),
    ],
  })
  await destroyCluster(opened, { ...other.ctx, signal: other.world.signal })
  expect(other.writes()).toEqual([])
  expect(existsSync(cluster.kubeconfig)).toBe(true)

  // With the token that has made it, it goes, and its kubeconfig with it.
  const right = { ...opened, driver: mineAlone.open(single) }
  expect((await planDestroy(right)).removed).toContain(cluster.kubeconfig)
  await destroyCluster(right, { ...mineAlone.ctx, signal: mineAlone.world.signal })
  expect(existsSync(cluster.kubeconfig)).toBe(false)
})

it('fault 67: another cluster in the project is not touched', async () => {
  const all = await standing()
  const { error } = await destroyWith(() => {}, { all, options: { name: 'staging' } })
  expect(error).toBeUndefined()
  expect(all.writes()).toEqual([])
  expect(await all.open(single, { name: 'staging' }).inventory()).toEqual([])
})

it('says of volumes that an earlier destroy has kept what they cost', async () => {
  const all = await standing()
  await addServices(all)
  await destroyWith(() => {}, { all })
  const { removed, remarks } = await planDestroy({ cluster: all.clusterOf(single), driver: all.open(single) })
  expect(removed).toEqual([])
  expect(remarks).toEqual([expect.stringMatching(/^stays: volume pvc-1, volume pvc-2, with 1\.32 EUR/)])
})

it('fault 68: a volume that is still attached is detached, a protected one is named', async () => {
  const all = await standing()
  await addServices(all)
  const [, second] = (await all.hcloud.volumes.list()).filter(({ name }) => name.startsWith('pvc-'))
  await post(all, `/volumes/${second!.id}/actions/change_protection`, { delete: true })
  await all.world.sleep(30_000)
  const { error } = await destroyWith(() => {}, { all, options: { volumes: true } })
  expect(error?.detail).toContain('pvc-2')
  expect(namesOf(all, 'volumes')).toEqual(['data', 'pvc-2'])
})
