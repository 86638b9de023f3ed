import { LoError } from '../../errors.js'
import type { Server } from '../../hcloud/resources/servers.js'
import { step } from '../step.js'
import { forAll } from './all.js'
import type { Job } from './job.js'
import { patience } from './make-parts.js'
import type { ClusterNode } from './node.js'
import type { Plan } from './plan.js'
import { removeFirewall } from './remove-firewall.js'
import { drainNode, removeNode } from './scripts/nodes.js'

/** Seconds for the pods of a node to go elsewhere. */
const drainSeconds = 300

/**
 * Removes what the spec does not want any more, when that is asked for: one server after the other, each only when its
 * pods have gone elsewhere.
 */
export async function removeSurplus({ surplus }: Plan, living: ClusterNode, job: Job): Promise<void> {
  if (!job.prunes) return
  const { hcloud } = job
  for (const server of surplus.servers) await retire(server, living, job)
  const rest = [
    ['load balancer', surplus.loadBalancers, hcloud.loadBalancers],
    ['placement group', surplus.placementGroups, hcloud.placementGroups],
  ] as const
  for (const [noun, items, from] of rest) {
    await forAll<{ id: number; name: string }, void>(items, async item => {
      await hcloud.wait(`${noun} ${item.name}`, await from.remove(item), patience)
      job.changed(`${noun} ${item.name}`)
    })
  }
  await forAll(surplus.firewalls, async firewall => {
    // This run may have had it cover more than it did.
    const now = await hcloud.firewalls.get(firewall.id)
    if (now) await removeFirewall(now, hcloud, patience)
    job.changed(`firewall ${firewall.name}`)
  })
}

async function retire(server: Server, living: ClusterNode, job: Job): Promise<void> {
  const { hcloud, ctx } = job
  await step(`Remove the server ${server.name}`, ctx, async () => {
    const said = await living.session.run(drainNode(server.name, drainSeconds), {
      seconds: drainSeconds + 30,
    })
    const [state, ...words] = said.split('\n')
    if (state === 'late' || state === 'refused') {
      const why =
        state === 'late' ? `have not gone elsewhere after ${drainSeconds} seconds` : 'cannot be moved'
      throw new LoError('PROVISION_FAILED', `The pods of ${server.name} ${why}.`, {
        detail: words.join('\n'),
        hint: 'It takes no new pods. Once nothing is in the way, run `lo provision --shrink` again.',
      })
    }
    await living.session.run(removeNode(server.name), { seconds: 90 })
    await hcloud.wait(`server ${server.name}`, await hcloud.servers.remove(server), patience)
    // In between it may have come back by itself. A control plane has to leave etcd before it goes.
    await living.session.run(removeNode(server.name), { seconds: 90 })
    job.changed(`server ${server.name}`)
  })
}
