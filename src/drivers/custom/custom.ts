import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import type { Driver, DriverCluster, OpenedCluster, ProvisionOutcome } from '../driver.js'
import { makeKubeconfigFolder } from '../kubeconfig-file.js'
import { step } from '../step.js'
import { type Answer, callDriver } from './call.js'
import { checkFunctions, type DriverFunction, type DriverProgram, findProgram } from './program.js'
import { BadAnswer, readLines, readPlan, readStatus, readText, readVariables } from './read-answer.js'

/** A driver that the project brings, in `.lok8s/drivers/<kind>/`. What it may do is in docs/writing-a-driver.md. */
export function customDriver(kind: string, folder: string): Driver {
  return {
    kind,
    summary: `a driver of this project, in ${folder}`,
    open: async (cluster, ctx) => openCustom(cluster, programIn(folder, cluster, ctx), ctx),
  }
}

/** Whether there is a driver in a folder. */
export function hasProgram(folder: string): boolean {
  return existsSync(path.join(folder, 'index.mjs')) || existsSync(path.join(folder, 'main'))
}

function programIn(folder: string, { root }: DriverCluster, ctx: Context): DriverProgram {
  const program = findProgram(folder, root, ctx)
  if (program) return program
  throw new LoError('DRIVER_INVALID', `${path.relative(root, folder)} has no index.mjs and no main.`, {
    hint: 'A driver is a module index.mjs, or a bash file main.',
  })
}

/** Completed by the driver itself: there is nothing left to bootstrap or to register. */
const completeStatus = 100

async function openCustom(
  cluster: DriverCluster,
  program: DriverProgram,
  ctx: Context,
): Promise<OpenedCluster> {
  const secrets = secretsOf(ctx.env)
  const call = (name: DriverFunction | 'functions') => callDriver(program, name, cluster, secrets, ctx)
  const ask = async <Value>(name: DriverFunction, read: (answer: unknown) => Value): Promise<Value> => {
    const answer = await call(name)
    if (answer.status !== 0) throw failed(program, name, answer)
    return understand(program, name, answer, read)
  }

  const functions = await call('functions')
  if (functions.status !== 0) throw broken(program, functions)
  const there = checkFunctions(program, readNames(program, functions))

  const status = () => ask('status', answer => readStatus(linesOf(answer, program)))
  const inventory = async () => {
    if (there.has('inventory')) return ask('inventory', answer => readLines(linesOf(answer, program)))
    return (await status()).state === 'absent' ? [] : [`the cluster ${cluster.name} (${cluster.spec.kind})`]
  }
  const plan = () => ask('plan', answer => readPlan(linesOf(answer, program)))

  const provision = async (): Promise<ProvisionOutcome> => {
    const before = await status()
    const planned = there.has('plan') && before.state !== 'absent' ? await plan() : undefined
    // The driver may write its kubeconfig where it belongs.
    await makeKubeconfigFolder(cluster)
    const answer = await step(`Provision with ${program.name}`, ctx, () => call('provision'))
    if (answer.status === completeStatus) return 'complete'
    if (answer.status !== 0) throw failed(program, 'provision', answer)
    const said = program.format === 'json' && understand(program, 'provision', answer, readOutcome)
    if (said) return said
    if (before.state === 'absent') return 'created'
    return planned?.every(({ action }) => action === 'keep') ? 'unchanged' : 'configured'
  }

  return {
    provision,
    destroy: async () => {
      const answer = await call('destroy')
      if (answer.status !== 0) throw failed(program, 'destroy', answer)
    },
    inventory,
    status,
    kubeconfig: async () => readKubeconfig(await ask('kubeconfig', readText), cluster),
    plan: async () => {
      if (there.has('plan')) return plan()
      if ((await status()).state !== 'absent') return undefined
      return [{ action: 'create', what: `the cluster ${cluster.name} (${cluster.spec.kind})` }]
    },
    ...(there.has('export') && {
      export: () => ask('export', answer => readVariables(linesOf(answer, program))),
    }),
    ...(there.has('publicKey') && { publicKey: async () => (await ask('publicKey', readText))?.trim() }),
  }
}

/** Every variable that is named after a secret. Shorter values are found in any text by chance. */
function secretsOf(env: Context['env']): string[] {
  const values = Object.entries(env)
    .filter(([name]) => /(TOKEN|PASSWORD|SECRET)$/.test(name))
    .map(([, value]) => value ?? '')
  return [...new Set(values)].filter(value => value.length >= 6).sort((a, b) => b.length - a.length)
}

function readNames(program: DriverProgram, { text }: Answer): string[] {
  return program.format === 'text' ? text.split('\n') : readLines(JSON.parse(text))
}

/** bash answers in lines; a module in whatever it likes. */
function linesOf(answer: unknown, { format }: DriverProgram): unknown {
  if (format === 'json' || typeof answer !== 'string') return answer
  return answer.split('\n').filter(line => line.trim() !== '')
}

function readOutcome(answer: unknown): ProvisionOutcome | undefined {
  if (answer === null) return undefined
  const outcomes = ['created', 'configured', 'unchanged', 'complete'] as const
  const outcome = answer === completeStatus ? 'complete' : outcomes.find(word => word === answer)
  if (outcome) return outcome
  throw new BadAnswer(`answers ${outcomes.join(', ')} or nothing`)
}

/** The text itself, or the path of a file that holds it. */
function readKubeconfig(answer: string | undefined, { root }: DriverCluster): string | undefined {
  const line = answer?.trim() ?? ''
  if (line === '' || line.includes('\n') || line.startsWith('{')) return answer
  const file = path.resolve(root, line)
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : answer
}

function understand<Value>(
  program: DriverProgram,
  name: DriverFunction,
  { text, said }: Answer,
  read: (answer: unknown) => Value,
): Value {
  try {
    return read(program.format === 'text' ? text : JSON.parse(text))
  } catch (cause) {
    const expected = cause instanceof BadAnswer ? cause.message : 'answers'
    throw new LoError(
      'DRIVER_FAILED',
      `The driver ${program.name} is wrong: ${program.spell(name)} ${expected}.`,
      {
        detail:
          text.trim() === '' ? 'It has answered nothing.' : `It has answered: ${text.trim().slice(0, 500)}`,
        cause,
        ...(said && { hint: `It has said: ${said}` }),
      },
    )
  }
}

function failed(program: DriverProgram, name: DriverFunction, { status, said }: Answer): LoError {
  return new LoError(
    'DRIVER_FAILED',
    `The driver ${program.name} has failed: ${program.spell(name)} ended with status ${status}.`,
    { detail: said || 'It has said nothing.' },
  )
}

function broken(program: DriverProgram, { status, said }: Answer): LoError {
  return new LoError('DRIVER_INVALID', `The driver ${program.name} cannot be loaded (status ${status}).`, {
    detail: said || 'It has said nothing.',
  })
}
