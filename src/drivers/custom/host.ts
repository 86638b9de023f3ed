import { writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { findDriverFolder } from '../../project/driver-folder.js'
import { clusterOf, loadNamed } from '../open.js'
import { functionNames, moduleIn } from './program.js'

/** Where `guardScript` wants answers, and where the story goes. */
const [answers, story] = [3, 2]

/** What a call came to. A value that JSON does not know is as good as none. */
export type HostAnswer = { value: unknown } | { thrown: true }

/**
 * Calls one function of a driver that is a module, in a process of its own: so it can be ended, and cannot end `lo`.
 * Writes a `HostAnswer` as JSON, and what is thrown as text beside it.
 */
export async function hostDriver(domain: string, name: string, ctx: Context): Promise<void> {
  const answer = await call(domain, name, ctx).catch((error): HostAnswer => {
    writeSync(story, `${inspect(error)}\n`)
    return { thrown: true }
  })
  writeSync(answers, JSON.stringify(answer))
  // The driver may have left timers and sockets behind, which would keep this process for ever.
  ctx.kill(ctx.pid, 'SIGKILL')
}

async function call(domain: string, name: string, ctx: Context): Promise<HostAnswer> {
  const loaded = loadNamed(domain, { ...(ctx.env.PATH_BASE && { dir: ctx.env.PATH_BASE }) }, ctx)
  const folder = findDriverFolder(loaded.project, loaded.cluster.spec.kind)
  const file = moduleIn(folder!)
  const { default: driver } = (await import(pathToFileURL(file).href)) as { default?: Functions }
  if (typeof driver !== 'object' || driver === null) {
    throw new LoError('DRIVER_INVALID', `${file} has no default export with the functions of a driver.`)
  }
  if (name === 'functions') {
    return { value: functionNames.filter(known => typeof driver[known] === 'function') }
  }
  const { kubeconfig, ...cluster } = clusterOf(loaded)
  const value = await driver[name]!(
    { ...cluster, kind: cluster.spec.kind, kubeconfig: ctx.env.KUBECONFIG ?? kubeconfig },
    { signal: ctx.signal, log: (line: unknown) => void writeSync(story, `${line}\n`) },
  )
  return { value: value ?? null }
}

type Functions = Record<string, ((cluster: unknown, ctx: unknown) => unknown) | undefined>
