import { readFile } from 'node:fs/promises'
import { connect as connectTo } from 'node:net'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { ApiError, type KubeApi } from '../../kube/api.js'
import type { KubeObject } from '../../kube/object.js'
import { isAlive, type Process } from '../process.js'
import type { Place } from './place.js'
import type { Program } from './plan.js'

export type Running = ReadonlyMap<Program, Process>

export interface Waiting {
  /** What is waited for, as the end of the sentence "… is not ready". */
  what: string
  isReady: () => Promise<boolean>
  /** The wait is over at once when one of these dies. */
  running: Running
  place: Pick<Place, 'logs'>
}

// Generous, since a busy machine is slow, and what has died is noticed at once.
const longestWait = 180_000
const pause = 50

/** Waits until something is ready. Throws `PROVISION_FAILED` when it cannot be any more, or takes too long. */
export async function waitUntil(
  { what, isReady, running, place }: Waiting,
  ctx: Pick<Context, 'now' | 'sleep' | 'run'>,
): Promise<void> {
  for (const end = ctx.now() + longestWait; !(await isReady()); await ctx.sleep(pause)) {
    for (const [program, process] of running) {
      if (!(await isAlive(process, ctx))) throw await died(program, place)
    }
    if (ctx.now() > end) {
      throw new LoError('PROVISION_FAILED', `${what} is not ready after ${longestWait / 1000} seconds.`, {
        hint: `The logs are in ${place.logs}. Run \`lo provision\` again, or \`lo destroy\` first.`,
      })
    }
  }
}

const shownLines = 15

export async function died(program: Program, { logs }: Pick<Place, 'logs'>): Promise<LoError> {
  const log = path.join(logs, `${program}.log`)
  const text = await readFile(log, 'utf8').catch(() => '')
  return new LoError('PROVISION_FAILED', `${program} has ended right after its start.`, {
    detail: text.trimEnd().split('\n').slice(-shownLines).join('\n') || 'It has said nothing.',
    hint: `Its whole log is ${log}. Once the reason is gone, run \`lo provision\` again.`,
  })
}

const soon = 3000

/** Whether the API server says that it is ready. */
export async function isApiReady(api: KubeApi, { signal }: Pick<Context, 'signal'>): Promise<boolean> {
  return (await ask(() => api.text('/readyz', { timeout: soon, signal }))) !== undefined
}

/** Whether pods of the default namespace could be made: that takes the controllers. */
export async function hasServiceAccount(api: KubeApi, { signal }: Pick<Context, 'signal'>): Promise<boolean> {
  const account = '/api/v1/namespaces/default/serviceaccounts/default'
  return (await ask(() => api.request('GET', account, { timeout: soon, signal }))) !== undefined
}

/** Whether there are exactly so many nodes, all of them ready. */
export async function areNodesReady(
  api: KubeApi,
  wanted: number,
  { signal }: Pick<Context, 'signal'>,
): Promise<boolean> {
  const list = await ask(() => api.request<{ items: KubeObject[] }>('GET', '/api/v1/nodes', { signal }))
  return list !== undefined && list.items.length === wanted && list.items.every(isNodeReady)
}

function isNodeReady({ status }: KubeObject): boolean {
  const conditions = (status?.conditions ?? []) as { type: string; status: string }[]
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

/** Undefined when the server refuses or does not answer: it still is starting. */
async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

/** Whether somebody listens on this port of loopback. */
export function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connectTo(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
