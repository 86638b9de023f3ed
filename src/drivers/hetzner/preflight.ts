import { LoError } from '../../errors.js'
import type { Job } from './job.js'
import { balancerName, firewallName, networkName, serverName, sshKeyName } from './names.js'
import { checkOffers, type Offers } from './offers.js'
import type { Plan } from './plan.js'
import { slotsOf } from './slots.js'
import { checkNames, type Survey } from './survey.js'

interface Known {
  survey: Survey
  uid: string
  offers: Offers
  plan: Plan
}

/**
 * Everything that can be refused before anything is made. What the API does not tell beforehand, limits of the account
 * above all, shows when it is met.
 */
export async function preflight(job: Job, { survey, uid, offers, plan }: Known): Promise<void> {
  const { wanted, ctx, prunes } = job
  const { problems, warnings } = checkOffers(wanted, offers, ctx.today())
  if (problems.length > 0) {
    throw new LoError('CLOUD_REFUSED', `Hetzner does not have what the cluster ${wanted.cluster} wants.`, {
      detail: problems.join('\n'),
      hint: 'Change location, types or image in spec.provider.config. Nothing was made.',
    })
  }
  for (const message of [...warnings, ...crowded(wanted), ...manyOf(survey, plan, prunes)])
    ctx.output.event({ type: 'warning', message })
  checkAllNames(job, survey, uid)
  await checkRelease(job)
}

/** https://docs.hetzner.com/cloud/networks/faq */
const mostInNetwork = 100

/** What the account may have to be asked for: the API tells its limits only when they are met. */
function crowded({ controlPlane, workers, cluster }: Job['wanted']): string[] {
  const servers = [controlPlane, ...workers].reduce((sum, { replicas }) => sum + replicas, 0)
  const all = servers + (controlPlane.replicas > 1 ? 1 : 0)
  if (all <= mostInNetwork) return []
  return [
    `${cluster} has ${all} servers and load balancers; Hetzner lets ${mostInNetwork} into a network unless asked`,
  ]
}

/**
 * https://docs.hetzner.com/cloud/firewalls/overview#limits and
 * https://docs.hetzner.com/cloud/placement-groups/overview#limits
 */
const mostInProject = 50

/** What a project has so many of, with everything of others, that Hetzner would refuse the rest. */
export function manyOf(
  { found, foreign }: Pick<Survey, 'found' | 'foreign'>,
  plan: Pick<Plan, 'placementGroups' | 'firewalls' | 'surplus'>,
  prunes: boolean,
): string[] {
  const kinds = [
    ['placement groups', 'placementGroups'],
    ['firewalls', 'firewalls'],
  ] as const
  return kinds.flatMap(([nouns, kind]) => {
    const isNew = plan[kind].filter(one => !one.found).length
    const goes = prunes ? plan.surplus[kind].length : 0
    const all = found[kind].length + foreign[kind].length + isNew
    if (isNew === 0 || all <= mostInProject) return []
    const later = goes > 0 ? `; ${goes} go only at the end` : ''
    return `the project is to have ${all} ${nouns}; Hetzner allows ${mostInProject} in one${later}`
  })
}

function checkAllNames({ wanted }: Job, { foreign }: Survey, uid: string): void {
  const { cluster, controlPlane, workers } = wanted
  const slots = slotsOf(wanted)
  checkNames([
    { what: 'SSH key', name: sshKeyName(cluster, uid), taken: foreign.sshKeys },
    { what: 'network', name: networkName(cluster), taken: foreign.networks },
    { what: 'firewall', name: firewallName(cluster, 'control-plane'), taken: foreign.firewalls },
    ...(workers.length > 0
      ? [{ what: 'firewall', name: firewallName(cluster, 'worker'), taken: foreign.firewalls }]
      : []),
    ...(controlPlane.replicas > 1
      ? [{ what: 'load balancer', name: balancerName(cluster), taken: foreign.loadBalancers }]
      : []),
    ...[...new Set(slots.map(({ group }) => group))].map(name => ({
      what: 'placement group',
      name,
      taken: foreign.placementGroups,
    })),
    ...slots.map(({ pool, index }) => ({
      what: 'server',
      name: serverName(cluster, pool.name, index),
      taken: foreign.servers,
    })),
  ])
}

/** Nodes fetch the release themselves, so that only its absence is a reason to stop here. */
async function checkRelease({ wanted: { version }, ctx }: Job): Promise<void> {
  const address = `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(version)}/sha256sum-amd64.txt`
  const status = await ctx
    .fetch(address, { method: 'HEAD', signal: AbortSignal.any([ctx.signal, AbortSignal.timeout(15_000)]) })
    .then(response => response.status)
    .catch(() => undefined)
  ctx.signal.throwIfAborted()
  if (status === 404) {
    throw new LoError('SPEC_INVALID', `There is no release ${version} of k3s.`, {
      hint: 'Change spec.kubernetes.version; the releases are at https://github.com/k3s-io/k3s/releases. Nothing was made.',
    })
  }
  if (status !== undefined && status < 400) return
  const message = `whether k3s ${version} exists cannot be told from here: ${status === undefined ? 'GitHub does not answer' : `GitHub answers ${status}`}`
  ctx.output.event({ type: 'warning', message })
}
