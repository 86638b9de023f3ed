import path from 'node:path'
import type { Context } from '../../context.js'
import { openHcloud } from '../../hcloud/hcloud.js'
import { checkToken } from '../../hcloud/token.js'
import type { DriverCluster, DriverOptions, OpenedCluster } from '../driver.js'
import { type Credentials, knownKeyOf, planAccess } from './access.js'
import { findBelongings, listBelongings } from './belongings.js'
import { destroy } from './destroy.js'
import { clusterTokenOf, exportVariables } from './export-variables.js'
import type { Job } from './job.js'
import { keyFileOf, readKeyFile } from './key-file.js'
import type { Reach } from './machine.js'
import { planProvision } from './plan-provision.js'
import { type Provisioned, provision } from './provision.js'
import { fetchKubeconfig, findKubeconfig } from './read-admin-config.js'
import { readConfig } from './read-config.js'
import { redactor } from './redact.js'
import { remarksOnDestroy } from './remarks.js'
import { reachBySsh } from './ssh.js'
import { readStatus } from './status.js'
import { surveyProject } from './survey.js'
import { tellDelays } from './tell-delays.js'
import { untilReady } from './until-ready.js'
import { readWanted } from './wanted.js'

export interface HetznerOptions extends DriverOptions {
  /** How servers are reached; over SSH where nothing else is said. */
  reach?: Reach
  /** Between 0 and 1, for the jitter of pauses. */
  chance?: () => number
}

/**
 * A cluster on Hetzner Cloud. The API is reached through the context's `fetch` and clock, and servers through `reach`:
 * with those of a simulation nothing leaves this machine. Throws `TOKEN_MISSING`, `TOKEN_REFUSED`, and `SPEC_INVALID`
 * for a cluster that could not stand.
 */
export function openHetzner(
  cluster: DriverCluster,
  ctx: Context,
  options: HetznerOptions = {},
): OpenedCluster {
  const { spec, name } = cluster
  const config = readConfig(cluster)
  const wanted = readWanted(
    { name, version: spec.spec.kubernetes!.version, file: path.relative(cluster.root, cluster.specFile) },
    config,
  )
  const { HCLOUD_TOKEN, HCLOUD_TOKEN_PREVIOUS, HCLOUD_CLUSTER_TOKEN, HCLOUD_ENDPOINT } = ctx.env
  const token = checkToken(HCLOUD_TOKEN)
  const hcloud = openHcloud(
    {
      token,
      ...(HCLOUD_ENDPOINT && { endpoint: HCLOUD_ENDPOINT }),
      ...(options.chance && { chance: options.chance }),
      delayed: tellDelays(ctx),
    },
    ctx,
  )
  const changes: string[] = []
  const job: Job = {
    wanted,
    hcloud,
    reach: options.reach ?? reachBySsh(ctx),
    ctx,
    prunes: options.shrink ?? false,
    redact: redactor([token, HCLOUD_TOKEN_PREVIOUS, HCLOUD_CLUSTER_TOKEN]),
    changed: what => changes.push(what),
  }
  const credentials = async (): Promise<Credentials> => {
    const file = keyFileOf(cluster, config.ssh?.privateKeyFile, ctx)
    return {
      token,
      previousToken: HCLOUD_TOKEN_PREVIOUS || undefined,
      keyFile: file && (await readKeyFile(file, ctx)),
    }
  }
  const takesVolumes = options.volumes ?? false
  let remarksOnPlan: string[] = []
  let provisioned: Provisioned | undefined

  return {
    provision: async () => {
      changes.length = 0
      provisioned = await provision(job, await credentials(), changes, remarksOnPlan.length > 0)
      return provisioned.outcome
    },
    destroy: () => {
      provisioned = undefined
      return destroy(job, takesVolumes)
    },
    inventory: async () => listBelongings(await findBelongings(hcloud, name), takesVolumes),
    status: () => readStatus(hcloud, wanted),
    kubeconfig: async () => {
      if (provisioned) return fetchKubeconfig(provisioned.living, provisioned.balancer, job)
      const survey = await surveyProject(hcloud, name)
      if (survey.uid === undefined) return undefined
      const access = planAccess(await credentials(), name, survey.uid, knownKeyOf(survey.found))
      return findKubeconfig(survey, access, job)
    },
    plan: async () => {
      const { parts, remarks } = await planProvision(job, await credentials())
      remarksOnPlan = remarks
      return parts
    },
    remarks: async about => {
      if (about === 'provision') return remarksOnPlan
      return remarksOnDestroy(await findBelongings(hcloud, name), takesVolumes, job)
    },
    export: () => exportVariables(job, ctx.env),
    untilReady: async entries => {
      if (!provisioned) throw new TypeError('nodes are waited for after a provision')
      const expected = { network: entries.includes('cilium'), ccm: entries.includes('ccm') }
      const { living, network } = provisioned
      await untilReady({ session: living.session, expected, network, token: clusterTokenOf(ctx.env) }, job)
    },
    publicKey: async () => {
      const { keyFile } = await credentials()
      return keyFile?.publicKey ?? (await surveyProject(hcloud, name)).found.sshKeys[0]?.public_key
    },
  }
}
