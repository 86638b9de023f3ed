import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { parse } from 'yaml'
import { deriveSecrets } from '../../../src/drivers/hetzner/secrets.js'
import { fullToken } from '../../../src/drivers/hetzner/simulation/etcd.js'
import type { Prod } from './prod.js'

type Project = Pick<Prod, 'simulator' | 'machines' | 'events' | 'errors' | 'environments'>

/** Everything that nobody may see, by what it is. `hosts` may be seen in the user data of one server alone. */
interface Secrets {
  everywhere: [what: string, secret: string][]
  hosts: { server: string; secret: string }[]
}

/**
 * Where something secret has got to that people see, a line each: in an event, in an error with all that led to it, in
 * anything that the API has ever been told, user data, labels and names among it, or in what stands in the project now.
 */
export function findLeaks(all: Project): string[] {
  const { everywhere, hosts } = secretsOf(all)
  const texts: { where: string; text: string; server?: unknown }[] = [
    ...all.events.map(event => ({ where: `the event ${event.type}`, text: wholeOf(event) })),
    ...all.errors.map(error => ({ where: 'an error', text: wholeOf(error) })),
    ...all.simulator.calls.map(({ route, path, body }) => {
      const { name, user_data } = (body ?? {}) as { name?: unknown; user_data?: unknown }
      const text = JSON.stringify([path, body, parse(String(user_data ?? ''))])
      return {
        where: `${route} ${name ?? ''}`.trim(),
        text,
        ...(route === 'POST /servers' && { server: name }),
      }
    }),
    { where: 'the project', text: JSON.stringify(all.simulator.everything()) },
  ]
  const leaks = texts.flatMap(({ where, text, server }) => [
    ...everywhere.flatMap(([what, secret]) => (text.includes(secret) ? [`${what}: in ${where}`] : [])),
    ...hosts.flatMap(host =>
      host.server !== server && text.includes(host.secret) ? [`host key of ${host.server}: in ${where}`] : [],
    ),
  ])
  return [...new Set(leaks)]
}

const wholeOf = (value: unknown): string =>
  inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: Infinity })

/** What stands in environments that is secret, or leads to a file that is. */
function givenSecrets(environments: Project['environments']): { tokens: string[]; keys: string[] } {
  const valuesOf = (name: string) => environments.flatMap(env => env[name] ?? [])
  return {
    tokens: ['HCLOUD_TOKEN', 'HCLOUD_TOKEN_PREVIOUS', 'HCLOUD_CLUSTER_TOKEN'].flatMap(valuesOf),
    keys: valuesOf('LO_SSH_KEY_FILE').flatMap(file => secretsOfKey(readFileSync(file, 'utf8'))),
  }
}

function secretsOf({ simulator, machines, environments }: Project): Secrets {
  const given = givenSecrets(environments)
  const tokens = [...new Set(given.tokens)]
  const servers = new Set<string>()
  const clusters = new Map<string, [name: string, uid: string]>()
  for (const { route, body } of simulator.calls) {
    const { name, labels } = (body ?? {}) as { name?: string; labels?: Record<string, string> }
    const [cluster, uid] = [labels?.['lok8s.dev/cluster'], labels?.['lok8s.dev/uid']]
    if (cluster && uid) clusters.set(uid, [cluster, uid])
    if (route === 'POST /servers' && name) servers.add(name)
  }
  const derived = tokens.flatMap(token =>
    [...clusters.values()].map(([cluster, uid]) => deriveSecrets(token, cluster, uid)),
  )
  return {
    everywhere: [
      ...tokens.map((token): [string, string] => ['API token', token]),
      ...given.keys.map((part): [string, string] => ['key of a file', part]),
      ...derived.flatMap(({ userKey, k3sToken }): [string, string][] => [
        ...secretsOfKey(userKey.privateKey).map((part): [string, string] => ['private key', part]),
        ['k3s token', k3sToken],
      ]),
      ...machines.clusters().map((etcd): [string, string] => ['join token', fullToken(etcd)]),
    ],
    hosts: derived.flatMap(({ hostKey }) =>
      [...servers].flatMap(server =>
        secretsOfKey(hostKey(server).privateKey).map(secret => ({ server, secret })),
      ),
    ),
  }
}

/** What stands in a key file before its seed: that a string of 64 bytes follows, the seed and the public key. */
const beforeSeed = Buffer.from([0, 0, 0, 64])

/** The lines of a private key of ed25519 that no other key has, and its seed, in the ways in which bytes are written. */
export function secretsOfKey(privateKey: string): string[] {
  const lines = privateKey.split('\n').filter(line => line && !line.startsWith('-----'))
  const file = Buffer.from(lines.join(''), 'base64')
  const at = file.lastIndexOf(beforeSeed) + beforeSeed.length
  const seed = file.subarray(at, at + 32)
  // The first line is the same in all keys, and the last one may be short.
  const own = lines.slice(1).filter(({ length }) => length > 40)
  return [...own, seed.toString('hex'), seed.toString('base64'), seed.toString('base64url')]
}
