import { LoError } from '../../errors.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Network } from '../../hcloud/resources/networks.js'
import type { Volume } from '../../hcloud/resources/volumes.js'
import { step } from '../step.js'
import { forAll } from './all.js'
import { type Belongings, findBelongings } from './belongings.js'
import type { Job } from './job.js'
import { identity } from './labels.js'
import { removeFirewall } from './remove-firewall.js'
import { isOfService } from './survey.js'

/** Milliseconds for one removal. */
const patience = 300_000

type DestroyJob = Pick<Job, 'hcloud' | 'ctx' | 'wanted'>

/**
 * Removes all that is of a cluster, whether or not its API server lives, and nothing else. Servers go first: what runs
 * on them could make things anew. What refuses to go keeps nothing else from going, and is in the error at the end. May
 * be killed at any moment: everything is marked as the cluster's before the first of it goes.
 */
export async function destroy(job: DestroyJob, takesVolumes: boolean): Promise<void> {
  const { hcloud, wanted } = job
  const all = await findBelongings(hcloud, wanted.cluster)
  const { uid, found } = all
  if (uid === undefined) return
  await adopt(all, uid, job)
  const failures: LoError[] = []
  const removal = removalIn(job, failures)

  await removal.all('server', found.servers, hcloud.servers)
  await removal.all('load balancer', [...all.services, ...found.loadBalancers], hcloud.loadBalancers)
  if (takesVolumes) await removeVolumes(all.volumes, removal, job)
  await removal.all('placement group', found.placementGroups, hcloud.placementGroups)
  await forAll(found.firewalls, one =>
    removal.one(`firewall ${one.name}`, () => removeFirewall(one, hcloud, patience)),
  )
  await forAll(all.primaryIps, ip =>
    removal.one(`primary IP ${ip.name}`, async () => {
      if (ip.assignee_id !== null)
        await hcloud.wait(`primary IP ${ip.name}`, await hcloud.primaryIps.unassign(ip), patience)
      await hcloud.primaryIps.remove(ip)
    }),
  )
  for (const network of found.networks) {
    await removal.one(`network ${network.name}`, () => removeNetwork(network, all, job))
  }
  // It carries the uid: as long as anything is left, so is it.
  if (failures.length === 0) await removal.all('SSH key', found.sshKeys, hcloud.sshKeys)
  if (failures.length > 0) throw refused(wanted.cluster, failures)
}

/** Marks what was made from the inside, so that it is found again when its servers are gone. */
async function adopt(
  { services, volumes }: Belongings,
  uid: string,
  { hcloud, wanted }: DestroyJob,
): Promise<void> {
  const own = identity(wanted.cluster, uid)
  const isMarked = ({ labels }: { labels: Record<string, string> }) =>
    Object.entries(own).every(([key, value]) => labels[key] === value)
  await forAll(
    services.filter(one => !isMarked(one)),
    one => hcloud.loadBalancers.setLabels(one, { ...one.labels, ...own }),
  )
  await forAll(
    volumes.filter(one => !isMarked(one)),
    one => hcloud.volumes.setLabels(one, { ...one.labels, ...own }),
  )
}

interface Removal {
  /** Does one removal; a failure is noted. */
  one: (what: string, work: () => Promise<void>) => Promise<void>
  all: <Item extends { id: number; name: string }>(
    noun: string,
    items: readonly Item[],
    from: { remove: (item: Item) => Promise<Parameters<Job['hcloud']['wait']>[1]> },
  ) => Promise<void>
}

function removalIn({ hcloud, ctx }: DestroyJob, failures: LoError[]): Removal {
  const one: Removal['one'] = async (what, work) => {
    try {
      await step(`Remove the ${what}`, ctx, work)
    } catch (error) {
      ctx.signal.throwIfAborted()
      if (!(error instanceof LoError)) throw error
      failures.push(error)
    }
  }
  return {
    one,
    all: async (noun, items, from) => {
      await forAll(items, item =>
        one(`${noun} ${item.name}`, async () =>
          hcloud.wait(`${noun} ${item.name}`, await from.remove(item), patience),
        ),
      )
    },
  }
}

async function removeVolumes(
  volumes: readonly Volume[],
  removal: Removal,
  { hcloud }: DestroyJob,
): Promise<void> {
  await forAll(volumes, volume =>
    removal.one(`volume ${volume.name}`, async () => {
      // Its server may be gone meanwhile, and it with it.
      const now = await hcloud.volumes.get(volume.id)
      if (now?.server)
        await hcloud.wait(`volume ${volume.name}`, await hcloud.volumes.detach(volume), patience)
      if (now) await hcloud.volumes.remove(volume)
    }),
  )
}

/** The API would take whatever is in a network out of it without a word: so it goes only when nothing is. */
async function removeNetwork({ id, name }: Network, all: Belongings, job: DestroyJob): Promise<void> {
  const { hcloud } = job
  const late = (await hcloud.loadBalancers.list()).filter(
    one => isOfService(one) && one.private_net.some(({ network }) => network === id),
  )
  await forAll(late, one => hcloud.loadBalancers.remove(one))
  const network = await hcloud.networks.get(id)
  if (!network) return
  const others = [
    ...(await namesOf(network.servers, hcloud.servers, 'server')),
    ...(await namesOf(network.load_balancers ?? [], hcloud.loadBalancers, 'load balancer')),
  ]
  if (others.length > 0) {
    throw new LoError(
      'DESTROY_FAILED',
      `The network ${name} stays: ${others.join(', ')} ${others.length > 1 ? 'are' : 'is'} in it.`,
      {
        hint: 'Take out of the network, or remove, what is not managed by this cluster.',
      },
    )
  }
  const own = all.found.networks.find(one => one.id === id)!
  await hcloud.networks.remove(own)
}

async function namesOf(
  ids: readonly number[],
  from: { get: (id: number) => Promise<{ name: string } | LoadBalancer | undefined> },
  noun: string,
): Promise<string[]> {
  const items = await Promise.all(ids.map(id => from.get(id)))
  return items.flatMap((item, index) => (item ? [`${noun} ${item.name} (${ids[index]})`] : []))
}

function refused(cluster: string, failures: readonly LoError[]): LoError {
  const lines = failures.flatMap(({ message, hint }) => [message, ...(hint ? [`  ${hint}`] : [])])
  return new LoError('DESTROY_FAILED', `Not all of the cluster ${cluster} could be removed.`, {
    detail: lines.join('\n'),
  })
}
