import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { keyPairOf } from '../../../src/drivers/hetzner/openssh.js'
import { deriveSecrets } from '../../../src/drivers/hetzner/secrets.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { plainServer } from '../../hcloud/simulator/asking.js'
import { makeFolder } from '../../helpers/project.js'
import { findLeaks, secretsOfKey } from './canary.js'
import { controlPlane } from './clusters.js'
import { k3sOn } from './inside.js'
import { type Prod, prod } from './prod.js'

async function standing(): Promise<Prod> {
  const all = await prod()
  await all.open(controlPlane(1)).provision()
  return all
}

const secretsOf = async ({ hcloud }: Prod) => {
  const [key] = await hcloud.sshKeys.list()
  return deriveSecrets(simulatedToken, 'prod', key!.labels['lok8s.dev/uid']!)
}

it('finds nothing secret where nothing is told', async () => {
  expect(findLeaks(await standing())).toEqual([])
})

it('finds each secret in what is told, in any way in which it is written', async () => {
  const all = await standing()
  const { userKey, k3sToken, hostKey } = await secretsOf(all)
  const [, hex] = secretsOfKey(userKey.privateKey).reverse()
  const secrets = [simulatedToken, userKey.privateKey, hex, k3sToken, k3sOn(all, 'prod-cp-1').token]
  for (const secret of [...secrets, hostKey('prod-cp-1').privateKey]) {
    all.events.splice(0, all.events.length, { type: 'notice', message: `it says ${secret}` })
    expect(findLeaks(all)).toContainEqual(expect.stringContaining('in the event notice'))
  }
})

it('finds a secret behind an error, and one that led to it', async () => {
  const all = await prod()
  const cause = new Error(`Bearer ${simulatedToken}`)
  const run = all.open(controlPlane(1))
  all.killAt({ what: 'call', number: 1, when: 'before', reason: new Error('wrong', { cause }) })
  await expect(run.provision()).rejects.toThrow('wrong')
  expect(findLeaks(all)).toEqual(['API token: in an error'])
})

it('finds the host key of one server in the user data of another', async () => {
  const all = await standing()
  const { hostKey } = await secretsOf(all)
  const user_data = `#cloud-config\n# ${secretsOfKey(hostKey('prod-cp-1').privateKey)[0]}\n`
  await all.hcloud.servers.create({ ...plainServer('other', { user_data }), labels: {} } as never)
  expect(findLeaks(all)).toEqual(['host key of prod-cp-1: in POST /servers other'])
})

it('finds a token before this one, and a key of a file', async () => {
  const all = await standing()
  const file = path.join(makeFolder(), 'id_ed25519')
  const { privateKey } = keyPairOf(Buffer.alloc(32, 7), 'me')
  writeFileSync(file, privateKey, { mode: 0o600 })
  const previous = 'previous'.padEnd(64, '1')
  all.open(controlPlane(1), { env: { HCLOUD_TOKEN_PREVIOUS: previous, LO_SSH_KEY_FILE: file } })
  const labels = { one: previous.slice(0, 63) }
  await all.hcloud.networks.setLabels((await all.hcloud.networks.list())[0]!, labels)
  expect(findLeaks(all)).toEqual([])
  all.events.push({ type: 'notice', message: previous }, { type: 'warning', message: privateKey })
  expect(findLeaks(all)).toEqual(['API token: in the event notice', 'key of a file: in the event warning'])
})
