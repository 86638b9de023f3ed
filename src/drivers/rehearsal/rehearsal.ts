import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import type { Planned } from '../../events.js'
import { type ClusterStatus, type DriverCluster, defineDriver } from '../driver.js'
import { stop } from '../process.js'
import { type Place, placeOf } from './place.js'
import { type Program, planProvision, programs, type Wanted } from './plan.js'
import { choosePorts } from './ports.js'
import { provision } from './provision.js'
import { findRunning } from './running.js'
import { readState } from './state.js'

/** A real control plane on loopback, with nodes that are simulated. */
export const rehearsal = defineDriver({
  kind: 'Rehearsal',
  isPerProject: true,
  summary: 'a real API server, etcd and controllers on this machine, with simulated nodes',
  open: (cluster, ctx) => {
    const place = placeOf(cluster, ctx.env)
    return {
      provision: () => provision(cluster, wantedOf(cluster), place, ctx),
      destroy: () => destroy(place, ctx),
      inventory: () => inventory(place, ctx),
      status: () => status(place, ctx),
      kubeconfig: () => readFile(place.kubeconfig('admin'), 'utf8').catch(() => undefined),
      plan: () => plan(cluster, place, ctx),
    }
  },
})

const defaultDelay = 500
const delayAnnotation = 'rehearsal.lok8s.dev/ready-after'

function wantedOf({ name, spec }: DriverCluster): Wanted {
  const { nodes = 1 } = spec.spec as { nodes?: number }
  const delay = spec.metadata.annotations?.[delayAnnotation]
  return { name, nodes, delay: delay === undefined ? defaultDelay : parseDelay(delay) }
}

/** On a pod the annotation is about that pod; on the cluster it is about every pod without one. */
function parseDelay(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  if (amount === undefined) {
    throw new LoError(
      'SPEC_INVALID',
      `metadata.annotations: ${delayAnnotation} is ${JSON.stringify(text)}, which is no duration.`,
      { hint: 'Write a duration such as 500ms, 2.5s or 1m.' },
    )
  }
  return Number(amount) * { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm']
}

async function plan(cluster: DriverCluster, place: Place, ctx: Context): Promise<Planned[]> {
  const state = await readState(place.state)
  const running = [...(await findRunning(place, ctx)).keys()]
  const ports = await choosePorts(state?.ports, running)
  const { start } = planProvision({ ...(state && { state }), running, ports }, wantedOf(cluster))
  const actionOf = (program: Program) => (start.includes(program) ? 'change' : 'keep')
  return [
    { action: state ? 'keep' : 'create', what: place.folder },
    ...programs.map((program): Planned => ({ action: state ? actionOf(program) : 'create', what: program })),
  ]
}

async function status(place: Place, ctx: Context): Promise<ClusterStatus> {
  if (!existsSync(place.folder)) return { state: 'absent', missing: [] }
  const running = await findRunning(place, ctx)
  const missing = programs.filter(program => !running.has(program))
  if (missing.length === 0) return { state: 'running', missing }
  return { state: running.size === 0 ? 'stopped' : 'degraded', missing }
}

async function inventory(place: Place, ctx: Context): Promise<string[]> {
  const running = [...(await findRunning(place, ctx))]
  return [
    ...running.map(([program, { pid }]) => `${program} (process ${pid})`),
    ...(existsSync(place.folder) ? [`${place.folder} (all its data, keys and logs)`] : []),
  ]
}

/** Those that only talk to the API server end first: without it they would hold out until they are killed. */
async function destroy(place: Place, ctx: Context): Promise<void> {
  const running = await findRunning(place, ctx)
  const groups: Program[][] = [
    ['kubelet', 'kube-scheduler', 'kube-controller-manager'],
    ['kube-apiserver', 'etcd'],
  ]
  for (const group of groups) {
    const left = await stop(
      group.flatMap(program => running.get(program) ?? []),
      ctx,
    )
    if (left.length === 0) continue
    throw new LoError(
      'DESTROY_FAILED',
      `Processes that cannot be ended: ${left.map(({ pid }) => pid).join(', ')}.`,
    )
  }
  await rm(place.folder, { recursive: true, force: true, maxRetries: 3 })
}
