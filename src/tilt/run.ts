import { readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Context } from '../context.js'
import { findRecorded, isAlive, startRecorded, stop } from '../drivers/process.js'
import { step } from '../drivers/step.js'
import { LoError } from '../errors.js'
import type { Tilt } from './plan.js'

const longestStart = 60_000
const pause = 100
const shownLines = 15

/** Runs Tilt for a project: to its end for a job, else in the background. Answers with what there is to say of it. */
export async function runTilt(
  tilt: Tilt,
  { ci = false, timeout }: { ci?: boolean; timeout?: string },
  ctx: Context,
): Promise<{ text: string; data: Record<string, unknown> }> {
  if (ci) {
    await runToItsEnd(tilt, timeout, ctx)
    return { text: 'Tilt:       all is ready', data: { state: 'ready' } }
  }
  const isNew = await start(tilt, ctx)
  const url = `http://localhost:${tilt.port}`
  return {
    text: `Tilt:       ${url} (${isNew ? 'started' : 'runs already'})`,
    data: { state: isNew ? 'started' : 'running', url, log: tilt.log },
  }
}

/** Throws `TILT_FAILED` when one thing has failed. */
async function runToItsEnd(
  { program, port, root, env }: Tilt,
  timeout: string | undefined,
  ctx: Pick<Context, 'run' | 'output'>,
): Promise<void> {
  const args = ['ci', '--port', String(port), ...(timeout === undefined ? [] : ['--timeout', timeout])]
  ctx.output.event({ type: 'command-started', command: [program, ...args] })
  const tell = (message: string) => ctx.output.event({ type: 'notice', message })
  const { status } = await ctx.run(program, args, { cwd: root, env, onLine: tell, onErrorLine: tell })
  if (status !== 0) throw new LoError('TILT_FAILED', `tilt ci has failed with status ${status}.`)
}

/** Starts Tilt and waits until it listens; whether there was none yet. */
async function start(tilt: Tilt, ctx: Context): Promise<boolean> {
  if (await findRecorded(tilt.record, ctx)) return false
  if (await isListening(tilt.port)) {
    throw new LoError('TILT_FAILED', `Another program listens on port ${tilt.port} already.`, {
      hint: 'Give Tilt another one with TILT_PORT, or with spec.tilt.port.',
    })
  }
  const command: [string, ...string[]] = [tilt.program, 'up', '--stream', '--port', String(tilt.port)]
  ctx.output.event({ type: 'command-started', command })
  await step('Start Tilt', ctx, async () => {
    const options = { log: tilt.log, cwd: tilt.root, env: tilt.env }
    const process = await startRecorded(tilt.record, command, options, ctx)
    for (const end = ctx.now() + longestStart; !(await isListening(tilt.port)); await ctx.sleep(pause)) {
      if (process && ctx.now() < end && (await isAlive(process, ctx))) continue
      if (process) await stop([process], ctx)
      throw await failure(tilt)
    }
  })
  return true
}

async function failure({ log, port }: Tilt): Promise<LoError> {
  const text = await readFile(log, 'utf8').catch(() => '')
  return new LoError('TILT_FAILED', `Tilt does not come up on port ${port}.`, {
    detail: text.trimEnd().split('\n').slice(-shownLines).join('\n') || 'It has said nothing.',
    hint: `Its whole log is ${log}.`,
  })
}

/** Ends the Tilt of a domain that runs in the background; whether there was one. */
export async function stopTilt(
  { record, log }: Pick<Tilt, 'record' | 'log'>,
  ctx: Context,
): Promise<boolean> {
  const running = await findRecorded(record, ctx)
  if (running) await step('Stop Tilt', ctx, () => stop([running], ctx))
  await rm(record, { force: true })
  await rm(log, { force: true })
  return running !== undefined
}

function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
