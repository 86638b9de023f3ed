import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import type { Context, Ended } from '../context.js'
import { LoError, type Problem } from '../errors.js'
import { findNeeds, type KrmFunction, kustomizationFile, type Needs } from './kustomization.js'
import type { Lanes } from './lanes.js'
import { statOf } from './stat.js'
import { startWith } from './subject.js'

export interface Renderer {
  program: 'kustomize' | 'kubectl'
  /** The executable, absolute. */
  path: string
}

/** The renderer is `kustomize`, else the one inside kubectl: for what both can do, their output is the same. */
export function findRenderer({ find }: Pick<Context, 'find'>): Renderer {
  for (const program of ['kustomize', 'kubectl'] as const) {
    const path = find(program)
    if (path !== undefined) return { program, path }
  }
  throw new LoError('TOOL_MISSING', 'Neither kustomize nor kubectl is on PATH.', {
    hint: 'Install kubectl (https://kubernetes.io/docs/tasks/tools); it brings a kustomize of its own.',
  })
}

export interface RenderRequest {
  root: string
  /** What is rendered, in the middle of a sentence: `target "web"`. */
  subject: string
  folder: string
  enableExec: boolean
}

/** Renders one target. What comes back on stdout is the renderer's output, byte for byte. */
export async function renderTarget(
  renderer: Renderer,
  request: RenderRequest & { target: string },
  lanes: Lanes,
  { output }: Pick<Context, 'output'>,
): Promise<Ended> {
  const args = planArgs(renderer, request, findNeeds(request.folder))
  output.event({ type: 'command-started', command: [renderer.path, ...args, request.folder] })
  const ended = await lanes.render(request.target, args).catch(error => {
    throw explainBroken(renderer, request, error)
  })
  if (ended.status === 0) return ended
  throw explainFailure(renderer, request, ended)
}

/** Renders one folder in a process of its own. `env` is added to what `lo` has. */
export async function renderFolder(
  renderer: Renderer,
  request: RenderRequest,
  env: Record<string, string>,
  { output, run }: Pick<Context, 'output' | 'run'>,
): Promise<Ended> {
  const args = [...planArgs(renderer, request, findNeeds(request.folder)), request.folder]
  output.event({ type: 'command-started', command: [renderer.path, ...args] })
  const ended = await run(renderer.path, args, { env })
  if (ended.status === 0) return ended
  throw explainFailure(renderer, request, ended)
}

function explainBroken({ program }: Renderer, { subject }: RenderRequest, error: unknown): unknown {
  if (!(error instanceof LoError) || error.code !== 'TOOL_FAILED') return error
  return new LoError('RENDER_FAILED', `The render of ${subject} by ${program} was cut off.`, {
    cause: error,
    detail: error.message,
    hint: 'Run it again; should the same happen, see what --verbose shows.',
  })
}

/** The arguments before the folder. Throws `FUNCTION_REFUSED` for what the renderer would leave out without a word. */
export function planArgs(renderer: Renderer, request: RenderRequest, needs: Needs): string[] {
  const { root, subject, enableExec } = request
  for (const { file, runtime } of needs.functions) {
    const refusal = refuse(runtime, renderer, enableExec)
    if (!refusal) continue
    throw new LoError('FUNCTION_REFUSED', `${startWith(subject)} uses a KRM function that would not run.`, {
      problems: [{ file: path.relative(root, file), message: refusal.why }],
      hint: refusal.hint,
    })
  }
  return [
    renderer.program === 'kustomize' ? 'build' : 'kustomize',
    '--enable-alpha-plugins',
    ...(needs.helm ? ['--enable-helm'] : []),
    ...(needs.functions.length > 0 ? ['--enable-exec'] : []),
  ]
}

function refuse(
  runtime: KrmFunction['runtime'],
  { program }: Renderer,
  enableExec: boolean,
): { why: string; hint: string } | undefined {
  if (runtime === 'starlark') {
    return {
      why: 'kustomize no longer runs starlark functions',
      hint: 'Rewrite the function as a program or a container.',
    }
  }
  if (program === 'kubectl') {
    return {
      why: 'the kustomize inside kubectl cannot run a function that is a program',
      hint: 'Install kustomize, and allow the function with --enable-exec.',
    }
  }
  if (enableExec) return undefined
  return {
    why: 'the function is a program, and running programs is not allowed',
    hint: 'If you trust it, allow it with --enable-exec, or with `build: { enableExec: true }` in the spec.',
  }
}

function explainFailure({ program }: Renderer, request: RenderRequest, { stderr, status }: Ended): LoError {
  const { root, subject, folder } = request
  const detail = ownWords(stderr)
  const hint = hintFor(detail)
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === status - 128) ?? []
  const why = signal ? `: it was ended by ${signal}` : ''
  return new LoError('RENDER_FAILED', `${program} cannot render ${subject}${why}.`, {
    detail: detail || `It ended with exit code ${status} and said nothing.`,
    problems: [findCulprit(detail, root, folder, program)],
    ...(hint && { hint }),
  })
}

/** kubectl wraps what its kustomize says into a line of its log. */
function ownWords(said: string): string {
  const [, line, lines] =
    /^E\d{4} .*?\] "command failed" err=(?:"(.*)"|<\n(.*)\n *>)$/s.exec(said.trim()) ?? []
  const words =
    line?.replace(/\\(.)/g, (_, char: string) => ({ n: '\n', t: '\t' })[char] ?? char) ??
    lines?.replace(/^\t/gm, '') ??
    said
  return words.replace(/^(Error|error): /, '').trimEnd()
}

/** The file that the renderer's words are about: the last of the project they name, since they go inwards. */
function findCulprit(words: string, root: string, folder: string, program: string): Problem {
  const named = placesIn(words, folder).filter(place => place.startsWith(root + path.sep))
  const existing = named.findLast(file => statOf(file)?.isFile())
  if (existing) return { file: path.relative(root, existing), message: `${program} stopped at this file` }
  const file = path.relative(root, kustomizationFile(folder) ?? folder)
  // Words of what is fetched from elsewhere look like files that are missing here.
  const isLocal = /no such file/i.test(words) && !/:\/\/|\bgit |\blookup /.test(words)
  const missing = isLocal ? named.findLast(file => !existsSync(file)) : undefined
  return {
    file,
    message: missing ? `${path.relative(folder, missing)} does not exist` : `${program} stopped here`,
  }
}

/** What could be a path in the renderer's words, absolute: behind a folder, names are relative to that folder. */
function placesIn(words: string, folder: string): string[] {
  let at = folder
  return (words.match(/[^\s'"`,:;()]*[^\s'"`,:;().]/g) ?? [])
    .filter(word => word.includes('.') || word.includes('/'))
    .map(word => {
      const place = path.resolve(at, word)
      if (statOf(place)?.isDirectory()) at = place
      return place
    })
}

function hintFor(words: string): string | undefined {
  if (/unknown shorthand flag: 'c' in -c/.test(words)) {
    return 'kustomize before 5.8 cannot work with Helm 4: install kustomize 5.8 or later, or Helm 3.'
  }
  if (/"helm": executable file not found|is 'helm' installed/.test(words)) {
    return 'The target uses charts: is helm installed?'
  }
  if (/unable to find plugin root|unable to load.*plugin|external plugins disabled/i.test(words)) {
    return 'Put the plugin into .kustomize/<group>/<version>/<kind in lower case>/<Kind>, or set KUSTOMIZE_PLUGIN_HOME.'
  }
  if (/unexecutable plugin|permission denied/i.test(words)) {
    return 'Make the program executable: chmod +x, and git update-index --chmod=+x to keep it.'
  }
  return undefined
}
