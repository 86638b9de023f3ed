import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import type { KubeApi } from '../../kube/api.js'
import type { DriverCluster, ProvisionOutcome } from '../driver.js'
import { type Process, startRecorded, stop } from '../process.js'
import { step } from '../step.js'
import { findBinaries, missingIn, versionOf } from './binaries.js'
import { ensureCertificates } from './certificates.js'
import { commandLine } from './command-line.js'
import { formatKubeconfig } from './kubeconfig.js'
import type { Place } from './place.js'
import { type Ports, type Program, planProvision, type Wanted } from './plan.js'
import { choosePorts } from './ports.js'
import { findRunning } from './running.js'
import { readState, type State, writePrivate, writeState } from './state.js'
import { areNodesReady, died, hasServiceAccount, isApiReady, isListening, waitUntil } from './wait.js'

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
  const plan = planProvision({ ...(last && { state: last }), running: [...running.keys()], ports }, wanted)

  const binaries = plan.start.length > 0 || !last ? await chooseBinaries(last, ctx) : last
  const state: State = { ...wanted, ...pick(binaries), root: cluster.root, domain: cluster.domain, ports }
  warnOfVersion(cluster, state, ctx)

  await mkdir(place.folder, { recursive: true, mode: 0o700 })
  await stopAll(plan.stop, running, ctx)
  await writeState(place.state, state)
  if (!existsSync(place.pki)) {
    await step('Make certificates', ctx, () => ensureCertificates(place.pki, ctx))
  }
  await writeKubeconfigs(place, state)

  await start(plan.start, running, place, state, ctx)
  if (!last) return 'created'
  return plan.start.length > 0 ? 'configured' : 'unchanged'
}

const pick = ({ assets, kubernetes }: Pick<State, 'assets' | 'kubernetes'>) => ({ assets, kubernetes })

/** Those of the last start while they are there: a rehearsal never mixes versions. */
async function chooseBinaries(
  last: State | undefined,
  ctx: Context,
): Promise<Pick<State, 'assets' | 'kubernetes'>> {
  if (last && missingIn(last.assets).length === 0) return last
  const assets = await findBinaries(ctx)
  return { assets, kubernetes: (await versionOf(assets, ctx)) ?? '' }
}

function warnOfVersion({ spec, domain }: DriverCluster, { kubernetes }: State, { output }: Context): void {
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

/** Starts what the plan names and waits for all; what needs nothing of each other starts side by side. */
async function start(
  names: Program[],
  running: Map<Program, Process>,
  place: Place,
  state: State,
  ctx: Context,
): Promise<void> {
  await mkdir(place.logs, { recursive: true, mode: 0o700 })
  const launch = (program: Program) => launchProgram(program, running, place, state, ctx)
  const isNew = (program: Program) => names.includes(program)
  const wait = (what: string, isReady: () => Promise<boolean>) =>
    waitUntil({ what, isReady, running, place }, ctx)

  if (isNew('etcd')) {
    await step('Start etcd', ctx, async () => {
      await launch('etcd')
      await wait('etcd', () => isListening(state.ports.etcd))
    })
  }
  if (isNew('kube-apiserver')) await launch('kube-apiserver')
  const { connect } = await import('../../kube/connect.js')
  const api = await connect(place.kubeconfig('admin'), ctx)
  try {
    const isUp = () => isApiReady(api, ctx)
    const whenUp = () => wait('The API server', isUp)
    await (isNew('kube-apiserver') ? step('Start the API server', ctx, whenUp) : whenUp())
    const rest = names.filter(program => program !== 'etcd' && program !== 'kube-apiserver')
    const whenReady = async () => {
      for (const program of rest) await launch(program)
      await waitForRest(api, wait, state, ctx)
    }
    await (rest.length > 0 ? step('Start controllers and nodes', ctx, whenReady) : whenReady())
  } finally {
    api.close()
  }
}

async function launchProgram(
  program: Program,
  running: Map<Program, Process>,
  place: Place,
  state: State,
  ctx: Context,
): Promise<void> {
  const line = commandLine(program, { ...state, place, self: ctx.self })
  ctx.output.event({ type: 'command-started', command: line })
  const process = await startRecorded(
    path.join(place.processes, program),
    line,
    { log: path.join(place.logs, `${program}.log`), cwd: place.folder, env: smallEnvironment(ctx.env) },
    ctx,
  )
  if (!process) throw await died(program, place)
  running.set(program, process)
}

const inherited = ['PATH', 'HOME', 'TMPDIR']

/** What runs for days gets none of the user's tokens and proxies. */
function smallEnvironment(env: Context['env']): Record<string, undefined> {
  const others = Object.keys(env).filter(name => !inherited.includes(name))
  return Object.fromEntries(others.map(name => [name, undefined]))
}

async function waitForRest(
  api: KubeApi,
  wait: (what: string, isReady: () => Promise<boolean>) => Promise<void>,
  { nodes, ports }: { nodes: number; ports: Ports },
  ctx: Context,
): Promise<void> {
  await wait('kube-scheduler', () => isListening(ports['kube-scheduler']))
  await wait('kube-controller-manager', () => hasServiceAccount(api, ctx))
  await wait(nodes === 1 ? 'The node' : `One of the ${nodes} nodes`, () => areNodesReady(api, nodes, ctx))
}
