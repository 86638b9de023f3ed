import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import type { DriverCluster, ProvisionOutcome } from '../driver.js'
import { type Process, stop } from '../process.js'
import { step } from '../step.js'
import { findBinaries, missingIn, versionOf } from './binaries.js'
import { ensureCertificates } from './certificates.js'
import { formatKubeconfig } from './kubeconfig.js'
import type { Place } from './place.js'
import { type Program, planProvision, type Wanted } from './plan.js'
import { choosePorts } from './ports.js'
import { findRunning } from './running.js'
import { start } from './start.js'
import { readState, type State, writePrivate, writeState } from './state.js'

/**
 * Brings all programs of a rehearsal up, as the spec wants them, with the data they had. May be killed at any moment:
 * whatever runs is recorded, runs by what `state.json` says, and is found by the next run.
 */
export async function provision(
  cluster: DriverCluster,
  wanted: Wanted,
  place: Place,
  ctx: Context,
): Promise<ProvisionOutcome> {
  const last = await readState(place.state)
  const running = await findRunning(place, ctx)
  const ports = await choosePorts(last?.ports, [...running.keys()])
  const observed = { running: [...running.keys()], ports }
  const sparing = planProvision({ ...observed, ...(last && { state: last }) }, wanted)

  // A rehearsal never mixes versions: when programs of the last start are needed and gone, all start anew.
  const isKept = last !== undefined && (sparing.start.length === 0 || missingIn(last.assets).length === 0)
  const plan = isKept ? sparing : planProvision(observed, wanted)
  const assets = isKept ? last.assets : await findBinaries(ctx)
  await mkdir(place.folder, { recursive: true, mode: 0o700 })
  const [kubernetes] = await Promise.all([
    isKept ? last.kubernetes : versionOf(assets, ctx),
    makeCertificates(place, ctx),
  ])
  const { root, domain } = cluster
  const state: State = { ...wanted, assets, kubernetes: kubernetes ?? '', root, domain, ports }
  warnOfVersion(cluster, last, state, ctx)

  await stopAll(plan.stop, running, ctx)
  await writeState(place.state, state)
  await writeKubeconfigs(place, state)
  await start(plan.start, { running, place, state }, ctx)
  if (!last) return 'created'
  return plan.start.length > 0 ? 'configured' : 'unchanged'
}

async function makeCertificates({ pki }: Place, ctx: Context): Promise<void> {
  if (!existsSync(pki)) await step('Make certificates', ctx, () => ensureCertificates(pki, ctx))
}

function warnOfVersion(
  { spec, domain }: DriverCluster,
  last: State | undefined,
  { kubernetes }: State,
  { output }: Context,
): void {
  if (last && last.kubernetes !== kubernetes) {
    output.event({
      type: 'warning',
      message: `the programs of Kubernetes ${last.kubernetes} that ${domain} was made with are gone: its data now goes on with ${kubernetes}`,
      hint: `\`lo destroy ${domain}\` and a new start are safer`,
    })
  }
  const asked = spec.spec.kubernetes?.version.replace(/^v/, '')
  if (asked === undefined || asked === kubernetes) return
  output.event({
    type: 'warning',
    message: `the rehearsal of ${domain} runs Kubernetes ${kubernetes || 'of an unknown version'}, not ${asked}`,
    hint: 'KUBEBUILDER_ASSETS names a folder with other binaries',
  })
}

async function stopAll(names: Program[], running: Map<Program, Process>, ctx: Context): Promise<void> {
  const left = await stop(
    names.map(program => running.get(program)!),
    ctx,
  )
  if (left.length > 0) {
    throw new LoError('PROVISION_FAILED', `Process ${left[0]!.pid} has to be restarted, and cannot be ended.`)
  }
  for (const program of names) running.delete(program)
}

const users = ['admin', 'controller-manager', 'scheduler', 'kubelet'] as const

/** Written only where they differ, since programs watch them. */
async function writeKubeconfigs(place: Place, { name, ports }: State): Promise<void> {
  const read = (file: string) => readFile(path.join(place.pki, file), 'utf8')
  for (const user of users) {
    const text = formatKubeconfig({
      name,
      user: `${name}-${user}`,
      server: `https://127.0.0.1:${ports['kube-apiserver']}`,
      ca: await read('ca.crt'),
      certificate: await read(`${user}.crt`),
      key: await read(`${user}.key`),
    })
    const file = place.kubeconfig(user)
    const old = await readFile(file, 'utf8').catch(() => undefined)
    if (old !== text) await writePrivate(file, text)
  }
}
