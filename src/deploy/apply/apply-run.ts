import type { Context, Ended } from '../../context.js'
import { LoError } from '../../errors.js'
import { ApiError } from '../../kube/api.js'
import { fieldManager } from '../../kube/kubectl.js'
import { objectPath } from '../../kube/resources.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { planRefusal, type Refusal } from './refusal.js'

interface RunOptions {
  force: boolean
  /** By `now`. */
  deadline: number
  onApplied: (manifest: Manifest) => void
}

/** One run of kubectl over some manifests. Each that it reports as applied is told at once. */
export async function applyRun(
  manifests: readonly Manifest[],
  { force, deadline, onApplied }: RunOptions,
  { kubectl }: Pick<Connection, 'kubectl'>,
  ctx: Pick<Context, 'now' | 'sleep'>,
): Promise<Ended> {
  const text = manifests.map(manifest => manifest.text).join('---\n')
  const match = matchLines(manifests, onApplied)
  return unlessStalled(deadline, ctx, (onLine, signal) => {
    const onSign = (line: string) => {
      onLine()
      match(line)
    }
    return kubectl.apply(text, { force }, onSign, signal)
  })
}

/** Milliseconds that kubectl may say nothing; less once the time is over. */
const longestSilence = { before: 60_000, after: 10_000 }

/** kubectl waits for an API server that has fallen silent for as long as that likes to be. */
async function unlessStalled(
  deadline: number,
  { now, sleep }: Pick<Context, 'now' | 'sleep'>,
  run: (onLine: () => void, signal: AbortSignal) => Promise<Ended>,
): Promise<Ended> {
  const [done, stalled] = [new AbortController(), new AbortController()]
  let heardAt = now()
  const watch = async () => {
    for (;;) {
      await sleep(1000, done.signal)
      const silence = now() - heardAt
      if (silence < (now() > deadline ? longestSilence.after : longestSilence.before)) continue
      const seconds = Math.round(silence / 1000)
      return stalled.abort(new LoError('TOOL_FAILED', `kubectl has said nothing for ${seconds} seconds`))
    }
  }
  watch().catch(() => {})
  try {
    return await run(() => {
      heardAt = now()
    }, stalled.signal)
  } catch (error) {
    if (error !== stalled.signal.reason) throw error
    return { stdout: Buffer.of(), stderr: (error as LoError).message, status: 124 }
  } finally {
    done.abort()
  }
}

/**
 * kubectl goes through the objects in order, and prints a line for each that it has applied, without its namespace.
 * So a line is about the next object of that name. Where one of two namesakes fails, the first is taken for applied
 * that may be the failed one; whoever asks for the reasons of failures finds out.
 */
export function matchLines(
  manifests: readonly Pick<Manifest, 'id'>[],
  onApplied: (manifest: Manifest) => void,
): (line: string) => void {
  let next = 0
  return line => {
    for (let index = next; index < manifests.length; index++) {
      if (line !== `${nameOf(manifests[index]!)} serverside-applied`) continue
      next = index + 1
      onApplied(manifests[index] as Manifest)
      return
    }
  }
}

/** As kubectl prints it: `deployment.apps/web`. */
export function nameOf({ id: { group, kind, name } }: Pick<Manifest, 'id'>): string {
  return `${kind.toLowerCase()}${group && `.${group}`}/${name}`
}

/**
 * Asks the API server what it has against an object, in a form that programs can read; undefined when it has nothing
 * (any more). Changes nothing.
 */
export async function askRefusal(
  manifest: Manifest,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  force: boolean,
  { signal }: Pick<Context, 'signal'>,
): Promise<Refusal | undefined> {
  try {
    const { apiVersion, id, text } = manifest
    const resource = await resources.find({ apiVersion, kind: id.kind })
    if (!resource) return unknownKind(manifest)
    await api.request('PATCH', objectPath(resource, id), {
      query: { fieldManager, force, dryRun: 'All' },
      contentType: 'application/apply-patch+yaml',
      body: text,
      signal,
    })
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return planRefusal(manifest, error)
    throw error
  }
}

const unknownKind = (manifest: Manifest) =>
  planRefusal(manifest, new ApiError('no such kind', { status: 404, reason: 'NotFound' }))
