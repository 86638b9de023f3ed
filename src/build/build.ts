import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import pLimit from 'p-limit'
import type { Context } from '../context.js'
import { describeError, LoError, messageOf, type Problem, systemCode } from '../errors.js'
import type { TargetReport } from '../events.js'
import { type Layout, planArtifact } from './artifact.js'
import { checkInside, recoverArtifacts, writeArtifact } from './artifact-folder.js'
import { fillIn } from './fill-in.js'
import { type Lanes, openLanes } from './lanes.js'
import { findRenderer, type Renderer, renderTarget } from './render.js'
import type { Variables } from './substitute.js'

export interface BuildRequest {
  /** The project's root: the names of files in messages are relative to it, and nothing is written outside it. */
  root: string
  domain: string
  /** The domain's folder, with `targets/` and `artifacts/`. */
  folder: string
  /** Names of folders in `targets/`, in the order in which they are reported. */
  targets: string[]
  /** All targets of the domain, to tell which artifacts have none any more. */
  allTargets: string[]
  layout: Layout
  variables: Variables
  /** Whether targets may run KRM functions that are programs. */
  enableExec: boolean
  /** Added to the environment of the renderer. */
  env: Record<string, string>
  /** Whether artifacts must be encrypted, which `lo` does not do: a target with a Secret is refused then. */
  isSecretRefused: boolean
}

export interface BuildReport {
  renderer: Renderer
  targets: TargetReport[]
}

/** One render more than there are cores: no core waits while `lo` itself compares and writes. */
const rendersAhead = 1

type BuildContext = Pick<
  Context,
  'cores' | 'env' | 'find' | 'isRunning' | 'now' | 'openShell' | 'output' | 'pid' | 'signal'
>

/**
 * Renders targets side by side, and brings each artifact up to date as soon as its target is rendered. A target that
 * fails, or is not reached before an interrupt, keeps the artifact it had; the others are built all the same.
 */
export async function buildTargets(request: BuildRequest, ctx: BuildContext): Promise<BuildReport> {
  const { domain, targets, folder, root } = request
  const artifacts = path.join(folder, 'artifacts')
  checkInside(root, artifacts)
  recoverArtifacts(artifacts, ctx)
  const renderer = findRenderer(ctx)
  ctx.output.event({ type: 'build-started', domain, targets, renderer: renderer.program })
  const env = { ...tuneRenderer(targets.length, ctx), ...request.env }
  const lanes = openLanes(renderer.path, path.join(folder, 'targets'), env, ctx)
  const limit = pLimit(ctx.cores + rendersAhead)
  try {
    const work = targets.map(target => limit(() => buildTarget(target, request, renderer, lanes, ctx)))
    const reports = await reportInOrder(work, ctx)
    for (const warning of findOrphans(artifacts, request)) ctx.output.event({ type: 'warning', ...warning })
    return { renderer, targets: reports }
  } finally {
    limit.clearQueue()
    lanes.close()
  }
}

/** Tells of each target as soon as it and all before it are finished. */
async function reportInOrder(
  work: Promise<Built>[],
  { output }: Pick<Context, 'output'>,
): Promise<TargetReport[]> {
  // Nothing is lost when a later one fails while an earlier one is waited for: this only says that it is seen to.
  for (const finished of work) finished.catch(() => {})
  const reports: TargetReport[] = []
  for (const finished of work) {
    const { report, warnings } = await finished
    for (const warning of warnings) output.event({ type: 'warning', ...warning })
    output.event({ type: 'target-finished', ...report })
    reports.push(report)
  }
  output.event({ type: 'build-finished' })
  return reports
}

/**
 * Lets Go's garbage collector run half as often: a render ends before the memory is needed by anyone, and collecting
 * takes up to a third of its time. Not more seldom, since on machines whose memory is slow to come, as virtual ones can
 * be, fresh pages cost more than collecting does. Where every core has a render of its own to do, one thread for each is
 * enough. Whoever sets these variables knows better.
 */
function tuneRenderer(
  targets: number,
  { cores, env }: Pick<Context, 'cores' | 'env'>,
): Record<string, string> {
  if (env.GOGC || env.GOMEMLIMIT || env.GOMAXPROCS) return {}
  return { GOGC: '200', ...(targets > cores && { GOMAXPROCS: '1' }) }
}

/** A build as programs get it: the same facts as in the lines for people. */
export function describeBuild(
  { domain, layout, folder, root }: BuildRequest,
  { renderer, targets }: BuildReport,
) {
  const place = (target: string) => path.relative(root, path.join(folder, 'artifacts', target))
  return {
    domain,
    layout,
    renderer: renderer.program,
    targets: targets.map(({ error, ...facts }) => ({
      ...facts,
      artifact: place(facts.target),
      ...(error && { error: describeError(error) }),
    })),
  }
}

/** The error that a build ends with; undefined when every target was built. */
export function failureOf({ targets }: BuildReport, domain: string): LoError | undefined {
  const named = (outcome: TargetReport['outcome']) =>
    targets.filter(report => report.outcome === outcome).map(report => report.target)
  const [failed, skipped] = [named('failed'), named('skipped')]
  const kept = 'their artifacts are as they were'
  if (skipped.length > 0) {
    const built = targets.length - failed.length - skipped.length
    return new LoError('INTERRUPTED', `Interrupted: ${built} of ${targets.length} targets are built.`, {
      detail: `Not built, ${kept}: ${someOf([...failed, ...skipped])}`,
      hint: 'Run the same command again to build the rest.',
    })
  }
  if (failed.length === 0) return undefined
  return new LoError(
    'BUILD_FAILED',
    `${failed.length} of ${targets.length} target${targets.length === 1 ? '' : 's'} of ${domain} failed: ${someOf(failed)}.`,
    {
      detail: `Nothing of the failed targets was written; ${kept}.`,
    },
  )
}

const mostNames = 10

function someOf(names: string[]): string {
  const more = names.length - mostNames
  return more > 0 ? `${names.slice(0, mostNames).join(', ')} and ${more} more` : names.join(', ')
}

interface Built {
  report: TargetReport
  warnings: Problem[]
}

async function buildTarget(
  target: string,
  request: BuildRequest,
  renderer: Renderer,
  lanes: Lanes,
  ctx: BuildContext,
): Promise<Built> {
  const start = ctx.now()
  const report = (facts: Pick<TargetReport, 'outcome'> & Partial<TargetReport>): TargetReport => ({
    target,
    resources: 0,
    milliseconds: Math.round(ctx.now() - start),
    ...facts,
  })
  if (ctx.signal.aborted) return { report: report({ outcome: 'skipped' }), warnings: [] }
  ctx.output.event({ type: 'target-started', target })
  try {
    const folder = path.join(request.folder, 'targets', target)
    const subject = `target "${target}"`
    const { stdout, stderr } = await renderTarget(
      renderer,
      { ...request, subject, target, folder },
      lanes,
      ctx,
    )
    const file = path.relative(request.root, folder)
    const said = stderr.trim() === '' ? [] : [{ file, message: stderr.trim() }]
    const { bytes, warnings } = fillIn(stdout, subject, file, request.variables)
    const artifact = planArtifact(bytes, request.layout)
    if (request.isSecretRefused) refuseSecrets(target, bytes)
    const place = { artifacts: path.join(request.folder, 'artifacts'), target }
    const outcome = writeArtifact(place, artifact, ctx)
    return { report: report({ outcome, resources: artifact.resources }), warnings: [...said, ...warnings] }
  } catch (error) {
    if (ctx.signal.aborted) return { report: report({ outcome: 'skipped' }), warnings: [] }
    return { report: report({ outcome: 'failed', error: asFailure(target, error) }), warnings: [] }
  }
}

/** A file that cannot be read fails its target; what is neither that nor explained is a bug. */
function asFailure(target: string, error: unknown): LoError {
  if (error instanceof LoError) return error
  if (systemCode(error) === undefined) throw error
  return new LoError('RENDER_FAILED', `Target "${target}" cannot be read: ${messageOf(error)}.`, {
    cause: error,
  })
}

function refuseSecrets(target: string, rendered: Buffer): void {
  if (!/^kind: Secret$/m.test(rendered.toString('latin1'))) return
  throw new LoError(
    'ARTIFACT_REFUSED',
    `Target "${target}" renders a Secret, and spec.build.encrypt asks for encryption.`,
    {
      hint: 'lo does not encrypt: remove spec.build.encrypt to write Secrets in clear text, or keep them out of the target.',
    },
  )
}

/** A deploy goes by `targets/`, so an artifact without a target is not applied any more, and easily overlooked. */
function findOrphans(artifacts: string, { root, targets, allTargets }: BuildRequest): Problem[] {
  if (targets.length < allTargets.length || !existsSync(artifacts)) return []
  return readdirSync(artifacts, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.') && !allTargets.includes(entry.name))
    .map(({ name }) => ({
      file: path.relative(root, path.join(artifacts, name)),
      message: 'this artifact has no target any more, and is not deployed',
      hint: 'remove it, unless something else uses it',
    }))
}
