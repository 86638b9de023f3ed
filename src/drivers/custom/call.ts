import { stripVTControlCharacters } from 'node:util'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { parseDuration } from '../../project/duration.js'
import type { DriverCluster } from '../driver.js'
import { presentKubeconfig } from '../kubeconfig-file.js'
import { guardScript } from './guard-script.js'
import type { HostAnswer } from './host.js'
import type { DriverFunction, DriverProgram } from './program.js'

export type CallContext = Pick<Context, 'run' | 'env' | 'output'>

/** How a call ended. */
export interface Answer {
  status: number
  /** What it answered, as text or as JSON. */
  text: string
  /** The last lines of what it has said beside, as evidence. */
  said: string
}

/** Provision and destroy may take long; whatever only looks may not. Both give way to `LOK8S_DRIVER_TIMEOUT`. */
const longestWork = 3_600_000
const longestLook = 60_000
const shownLines = 15

/**
 * Calls one function of a driver. Its words stream to the story, without the values of secrets. Throws `DRIVER_FAILED`
 * when it does not come to an end.
 */
export async function callDriver(
  program: DriverProgram,
  name: DriverFunction | 'functions',
  cluster: DriverCluster,
  secrets: readonly string[],
  ctx: CallContext,
): Promise<Answer> {
  const said: string[] = []
  const limit = limitOf(name, ctx.env)
  const command = program.commandFor(name, cluster.domain, cluster.specFile)
  ctx.output.event({ type: 'command-started', command: [program.name, name, cluster.domain] })
  const { status, stdout, isLate } = await ctx.run('/bin/sh', ['-c', guardScript, 'sh', ...command], {
    cwd: cluster.root,
    env: environmentOf(cluster, ctx.env),
    holdsInput: true,
    limit,
    onErrorLine: line => {
      const clean = redact(printable(line), secrets)
      said.push(clean)
      if (said.length > shownLines) said.shift()
      ctx.output.event({ type: 'notice', message: clean })
    },
  })
  if (!isLate) return { ...readEnd(program, status, stdout.toString()), said: said.join('\n') }
  const spelled = name === 'functions' ? 'it' : program.spell(name)
  throw new LoError(
    'DRIVER_FAILED',
    `The driver ${program.name} was ended, since ${spelled} has not come to an end in ${limit / 1000} seconds.`,
    {
      ...(said.length > 0 && { detail: said.join('\n') }),
      hint: 'LOK8S_DRIVER_TIMEOUT, such as 90m, gives it more time.',
    },
  )
}

/** A module says how its call ended; without a word its process was ended from within. */
function readEnd({ format }: DriverProgram, status: number, text: string): Pick<Answer, 'status' | 'text'> {
  if (format === 'text') return { status, text }
  if (text === '') return { status: status || 1, text }
  const answer = JSON.parse(text) as HostAnswer
  return 'value' in answer ? { status: 0, text: JSON.stringify(answer.value) } : { status: 1, text: '' }
}

function limitOf(name: DriverFunction | 'functions', env: Context['env']): number {
  const wanted = env.LOK8S_DRIVER_TIMEOUT
  const given = wanted ? parseDuration(wanted) : undefined
  if (wanted && given === undefined) {
    throw new LoError('USAGE', `LOK8S_DRIVER_TIMEOUT is a duration such as 90m, not "${wanted}".`)
  }
  return given ?? (name === 'provision' || name === 'destroy' ? longestWork : longestLook)
}

/** What every driver finds in its environment, beside all that `lo` has. */
function environmentOf({ root, kubeconfig }: DriverCluster, env: Context['env']) {
  return {
    ...env,
    PATH_BASE: root,
    PATH_CLUSTERS: `${root}/clusters`,
    KUBECONFIG: presentKubeconfig(kubeconfig),
  }
}

/** Lines for a log: no colours, and nothing that moves a cursor. */
function printable(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
    .trimEnd()
}

function redact(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line)
}
