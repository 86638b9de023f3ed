import { parse } from 'yaml'
import { deriveSecrets } from '../../../../src/drivers/hetzner/secrets.js'
import { fullToken } from '../../../../src/drivers/hetzner/simulation/etcd.js'
import { ownOf } from './picture.js'
import { token } from './token.js'
import type { World } from './world.js'

/** Everything that nobody may see, of a cluster that is there. */
export function secretsOf({ simulator, machines }: World, cluster = 'prod'): string[] {
  const uid = ownOf(simulator.everything(), cluster).ssh_keys?.map(
    ({ labels }) => (labels as Record<string, string>)['lok8s.dev/uid']!,
  )[0]
  if (uid === undefined) return [token]
  const { userKey, k3sToken } = deriveSecrets(token, cluster, uid)
  const [, ...lines] = userKey.privateKey.split('\n').filter(line => line && !line.startsWith('-----'))
  return [token, k3sToken, ...lines, ...machines.clusters().map(fullToken)]
}

/** User data, labels and names of everything, which whoever reads the project sees. */
export function visibleOf({ simulator }: World): string {
  const all = simulator.everything()
  const data = all.servers!.map(({ name }) => simulator.server(String(name))!.userData)
  return JSON.stringify([all, data.map(text => parse(text))])
}
