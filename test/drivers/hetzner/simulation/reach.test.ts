import { expect, it } from 'vitest'
import { authorizeKey } from '../../../../src/drivers/hetzner/scripts/authorize-key.js'
import { makeHostKey, useHostKey } from '../../../../src/drivers/hetzner/scripts/host-key.js'
import { look } from '../../../../src/drivers/hetzner/scripts/look.js'
import { waitForBoot } from '../../../../src/drivers/hetzner/scripts/wait-for-boot.js'
import { deriveSecrets } from '../../../../src/drivers/hetzner/secrets.js'
import { troubles } from '../../../../src/drivers/hetzner/simulation/troubles.js'
import { uid } from '../clusters.js'
import { openYard } from './yard.js'

const boot = waitForBoot({ seconds: 60 })
const stranger = deriveSecrets('S'.repeat(64), 'prod', uid)

it('answers over SSH 30 seconds after a server runs: first not at all, then with a refusal', async () => {
  const yard = await openYard()
  const server = await yard.make('prod-cp-1')
  const running = yard.machines.get('prod-cp-1')!.startedAt!
  expect(await yard.send(server, boot)).toMatchObject({ outcome: 'unreachable', why: 'silent' })
  await yard.world.sleep(5000)
  expect(await yard.send(server, boot)).toMatchObject({ outcome: 'unreachable', why: 'refused' })
  await yard.world.sleep(running + 30_000 - yard.world.now())
  expect(await yard.send(server, boot)).toEqual({ outcome: 'ended', status: 0, stdout: 'done\n', detail: '' })
  expect(yard.world.now()).toBe(running + 32_500)
})

it('answers nobody whom a firewall keeps out', async () => {
  const yard = await openYard({ from: '203.0.113.99' })
  const server = await yard.make('prod-cp-1')
  await yard.world.sleep(60_000)
  const rule = { direction: 'in', protocol: 'tcp', port: '22', description: 'SSH' } as const
  const { item, actions } = await yard.hcloud.firewalls.create({
    name: 'prod',
    rules: [{ ...rule, source_ips: ['203.0.113.0/28'] }],
    apply_to: [{ type: 'server', server: { id: server.id } }] as never,
    labels: {},
  })
  await yard.hcloud.wait('firewall', actions, 10_000)
  expect(await yard.send(server, boot)).toMatchObject({ outcome: 'unreachable', why: 'silent' })
  const opened = await yard.hcloud.firewalls.setRules(item, [{ ...rule, source_ips: ['203.0.113.0/24'] }])
  await yard.hcloud.wait('firewall', opened, 10_000)
  expect(await yard.send(server, boot)).toMatchObject({ outcome: 'ended' })
})

it('takes nothing from who expects another host key, or has another key than the one let in', async () => {
  const yard = await openYard()
  const server = await yard.make('prod-cp-1')
  await yard.world.sleep(60_000)
  const hostKeys = [stranger.hostKey('prod-cp-1').publicKey]
  expect(await yard.send(server, boot, { hostKeys })).toMatchObject({ why: 'other key' })
  expect(await yard.send(server, boot, { key: stranger.userKey })).toMatchObject({ why: 'denied' })
  expect(yard.machines.sent).toEqual([])
  await yard.ask(server, authorizeKey({ key: stranger.userKey.publicKey }))
  expect(await yard.send(server, boot, { key: stranger.userKey })).toMatchObject({ outcome: 'ended' })
})

it('has another host key once that is made and used, and keeps it over a reset', async () => {
  const yard = await openYard()
  const server = await yard.make('prod-cp-1')
  await yard.world.sleep(60_000)
  const made = await yard.ask(server, makeHostKey({ name: 'prod-cp-1' }))
  expect(await yard.ask(server, makeHostKey({ name: 'prod-cp-1' }))).toBe(made)
  expect(await yard.ask(server, useHostKey())).toBe('changed\n')
  expect(await yard.send(server, look())).toMatchObject({ why: 'other key' })
  await yard.hcloud.wait('reset', await yard.hcloud.servers.reset(server), 60_000)
  expect(await yard.send(server, look(), { hostKeys: [made] })).toMatchObject({ why: 'silent' })
  await yard.world.sleep(60_000)
  expect(await yard.send(server, look(), { hostKeys: [made] })).toMatchObject({ outcome: 'ended' })
})

it('is gone with its server, and is another one when the name and the address come back', async () => {
  const yard = await openYard()
  const server = await yard.make('prod-cp-1')
  await yard.world.sleep(60_000)
  const made = await yard.ask(server, makeHostKey({ name: 'prod-cp-1' }))
  await yard.ask(server, useHostKey())
  await yard.hcloud.wait('delete', await yard.hcloud.servers.remove(server), 60_000)
  expect(await yard.send(server, look(), { hostKeys: [made] })).toMatchObject({ why: 'silent' })
  const again = await yard.make('prod-cp-1')
  expect(again.public_net.ipv4!.ip).toBe(server.public_net.ipv4!.ip)
  await yard.world.sleep(60_000)
  expect(await yard.send(again, look(), { hostKeys: [made] })).toMatchObject({ why: 'other key' })
  expect(await yard.send(again, look())).toMatchObject({ outcome: 'ended' })
})

it('does what it is told goes wrong, on one server or all, once or for ever', async () => {
  const yard = await openYard()
  const servers = await Promise.all([yard.make('prod-cp-1'), yard.make('prod-cp-2')])
  await yard.world.sleep(60_000)
  const [one, two] = servers
  yard.machines.onScript('look', { how: 'unreachable', why: 'refused' }, { server: 'prod-cp-1', times: 1 })
  expect(await yard.send(one, look())).toMatchObject({ why: 'refused' })
  expect(await yard.send(two, look())).toMatchObject({ outcome: 'ended' })
  expect(await yard.send(one, look())).toMatchObject({ outcome: 'ended' })
  yard.machines.onScript('make-host-key', { how: 'hang up' }, { times: 1 })
  expect(await yard.send(one, makeHostKey({ name: 'prod-cp-1' }))).toMatchObject({ why: 'closed' })
  expect(yard.machines.get('prod-cp-1')!.nextHostKey).toBeDefined()
  const stopped = new Error('stopped')
  yard.machines.onScript('*', { how: 'stop before', error: stopped }, { times: 1 })
  await expect(yard.send(one, useHostKey())).rejects.toBe(stopped)
  yard.machines.onScript('*', { how: 'stop after', error: stopped }, { times: 1 })
  await expect(yard.send(one, useHostKey())).rejects.toBe(stopped)
  expect(yard.machines.get('prod-cp-1')!.nextHostKey).toBeUndefined()
})

it('has troubles to choose from, each with a name of its own', () => {
  const names = troubles.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toContain('sold-out')
  expect(names).toContain('ssh-other-key')
  for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/)
})

it('lets a server in trouble be well again once it was started anew', async () => {
  const yard = await openYard()
  const server = await yard.make('prod-cp-1')
  troubles.find(({ name }) => name === 'ssh-refused-at-first')!.arrange({ ...yard, cluster: 'prod' })
  await yard.world.sleep(60_000)
  expect(await yard.send(server, boot)).toMatchObject({ why: 'refused' })
  await yard.hcloud.wait('reset', await yard.hcloud.servers.reset(server), 60_000)
  await yard.world.sleep(60_000)
  expect(await yard.send(server, boot)).toMatchObject({ outcome: 'ended' })
})
