import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../../context.js'
import type { KubeApi } from '../../kube/api.js'
import { type Process, startRecorded } from '../process.js'
import { step } from '../step.js'
import { commandLine } from './command-line.js'
import type { Place } from './place.js'
import type { Program } from './plan.js'
import { areNodesReady, canMakePods, isApiReady, isListening, isServing } from './ready.js'
import type { State } from './state.js'
import { died, type Ready, waitFor } from './wait.js'

/** The rehearsal that is started. What is launched is added to `running`. */
export interface Started {
  running: Map<Program, Process>
  place: Place
  state: State
}

/**
 * The controllers wait ten seconds for the API server to be ready, and then end. It takes less than half as long to
 * be ready as it took to answer at all: when that was quick they can be started before, when it was not they wait.
 */
const quickStart = 8000

/**
 * Starts these programs, and waits until all of the rehearsal is ready. Each is started as soon as what it cannot do
 * without is there, since most of the time the API server keeps only one core busy.
 */
export async function start(names: readonly Program[], started: Started, ctx: Context): Promise<void> {
  const { place, state } = started
  await mkdir(place.logs, { recursive: true, mode: 0o700 })
  const launch = async (...programs: Program[]) => {
    for (const program of programs) if (names.includes(program)) await launchProgram(program, started, ctx)
  }
  const wait = (what: string, ready: Ready) => waitFor({ ...started, what }, ready, ctx)
  const stepIf = (isOne: boolean, name: string, work: () => Promise<void>) =>
    isOne ? step(name, ctx, work) : work()

  await stepIf(names.includes('etcd'), 'Start etcd', async () => {
    await launch('etcd')
    await wait('etcd', isListening(state.ports.etcd))
  })
  const begin = ctx.now()
  await launch('kube-apiserver')
  const { connect } = await import('../../kube/connect.js')
  const api = await connect(place.kubeconfig('admin'), ctx)
  try {
    const early: Program[] = ['kubelet']
    await stepIf(names.includes('kube-apiserver'), 'Start the API server', async () => {
      await wait('The API server', isServing(api))
      if (ctx.now() - begin < quickStart) early.unshift('kube-controller-manager')
      await launch(...early)
      await wait('The API server', isApiReady(api))
    })
    const others = names.filter(program => program !== 'etcd' && program !== 'kube-apiserver')
    await stepIf(others.length > 0, 'Start controllers and nodes', async () => {
      await launch(...others.filter(program => !early.includes(program)))
      await waitForOthers(api, wait, state)
    })
  } finally {
    api.close()
  }
}

async function waitForOthers(
  api: KubeApi,
  wait: (what: string, ready: Ready) => Promise<void>,
  { nodes, ports, kubernetes }: State,
): Promise<void> {
  await wait('kube-scheduler', isListening(ports['kube-scheduler']))
  await wait('kube-controller-manager', canMakePods(api, kubernetes))
  await wait(nodes === 1 ? 'The node' : `One of the ${nodes} nodes`, areNodesReady(api, nodes))
}

async function launchProgram(
  program: Program,
  { running, place, state }: Started,
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
