// What is measured, and the bounds that lo is to stay within.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { checkSameDocuments, checkSameFiles, listChanges, takeStamps } from './artifacts.js'
import { planBootstrapMeasurements } from './bootstrap.js'
import { planDeployMeasurements } from './deploy.js'
import { planHetznerMeasurements } from './hetzner.js'
import { race, run, tell } from './measure.js'
import { domain, namespaceAndLabels, strategicMergePatch, writeProject } from './project.js'

/**
 * What all measurements need to know.
 * @typedef {object} Bench
 * @property {string} folder where projects are written
 * @property {string} lo its bin/lo.js
 * @property {{ program: string, path: string }} renderer
 * @property {number} cores
 * @property {number | undefined} runs instead of each measurement's own number
 * @property {number} many how many resources the large target has
 * @property {AbortSignal} signal
 */

/**
 * A figure: `value` is what the bound is for. Beyond an aim, which is stricter than the bound, nothing is wrong.
 * @typedef {{ what: string, lo: string, byHand?: string, value: number, unit: string, bound: number, aim?: number }} Figure
 */

/** Everything there is to measure: the names of the figures, and how to get those of them that are wanted. */
export function planMeasurements(bench) {
  const plain = thirtyTargets(bench, 'plain', namespaceAndLabels)
  const patched = thirtyTargets(bench, 'patched', namespaceAndLabels + strategicMergePatch)
  const large = largeTarget(bench)
  return [
    startRace(bench),
    buildRace(bench, plain, { runs: 5, single: { bound: 1, aim: 0.5 }, split: { bound: 1.15 } }),
    buildRace(bench, patched, { runs: 5, single: { bound: 1, aim: 0.5 }, split: { bound: 1.15 } }),
    buildRace(bench, large, { runs: 3, single: { bound: 1.15 }, split: { bound: 1.5 } }),
    ...layouts.map(flags => peakMemory(bench, large, flags)),
    ...layouts.map(flags => unchangedRebuild(bench, plain, flags)),
    ...planDeployMeasurements(bench),
    ...planHetznerMeasurements(bench),
    ...planBootstrapMeasurements(bench),
  ]
}

const layouts = [[], ['--split']]

/** What it takes to start lo, next to what it takes to start Node. */
function startRace(bench) {
  const entrant = flag => ({ what: `lo ${flag}`, command: [process.execPath, bench.lo, flag], bound: 1.5 })
  const byHand = { what: 'node -e 0', command: [process.execPath, '-e', '0'] }
  return planRace(bench, { runs: 9, byHand, entrants: [entrant('--version'), entrant('--help')] })
}

/** Builds of both layouts, next to the renderer called by hand, which knows one layout only. */
function buildRace(bench, project, { runs, single, split }) {
  const byHand = renderByHand(bench, project)
  const entrant = (flags, checkSame, bounds) => {
    const build = buildWithLo(bench, project, flags)
    return { ...build, ...bounds, check: () => checkSame(byHand.writes, build.writes) }
  }
  const entrants = [entrant([], checkSameFiles, single), entrant(['--split'], checkSameDocuments, split)]
  return planRace(bench, { runs, byHand, entrants })
}

function planRace(bench, { runs, byHand, entrants }) {
  return {
    names: entrants.map(({ what }) => what),
    measure: async names => {
      const wanted = entrants.filter(({ what }) => names.includes(what))
      const [base, ...times] = await race([byHand, ...wanted], {
        runs: bench.runs ?? runs,
        signal: bench.signal,
      })
      return wanted.map(({ what, bound, aim }, index) => {
        const [time, value] = [times[index], times[index] / base]
        return { what, lo: formatTime(time), byHand: formatTime(base), value, unit: '', bound, aim }
      })
    },
  }
}

/** The memory of lo alone, without that of the renderers that it starts. */
function peakMemory(bench, project, flags) {
  const build = buildWithLo(bench, project, flags)
  const what = `peak memory of ${build.what}`
  const hook = import.meta.resolve('./peak-memory.js')
  const file = path.join(bench.folder, 'peak-memory')
  const [node, ...args] = build.command
  const command = [node, '--import', hook, ...args]
  return planSingle(what, async () => {
    tell(what)
    await run({ ...build, command, env: { ...build.env, BENCH_PEAK_FILE: file } }, bench.signal)
    const value = Number(readFileSync(file, 'utf8')) / 1024
    return { lo: `${Math.round(value)} MB`, value, unit: ' MB', bound: 300 }
  })
}

function unchangedRebuild(bench, project, flags) {
  const { writes, ...build } = buildWithLo(bench, project, flags)
  const what = `files changed by an unchanged ${build.what}`
  return planSingle(what, async () => {
    tell(what)
    await run({ ...build, writes }, bench.signal)
    const before = takeStamps(writes)
    await run(build, bench.signal)
    const value = listChanges(before, takeStamps(writes)).length
    return { lo: `${value} of ${before.size}`, value, unit: ' files', bound: 0 }
  })
}

function planSingle(what, measure) {
  return { names: [what], measure: async () => [{ what, ...(await measure()) }] }
}

function thirtyTargets(bench, kind, edits) {
  const root = path.join(bench.folder, kind)
  const folder = writeProject(root, { targets: 30, resources: 20, edits })
  return { name: `30 targets of 20, ${kind}`, root, folder, many: true }
}

/** Without a namespace and labels: with so many resources kustomize would take minutes for them. */
function largeTarget(bench) {
  const root = path.join(bench.folder, 'large')
  const folder = writeProject(root, { targets: 1, resources: bench.many })
  return { name: `1 target of ${bench.many.toLocaleString('en')}`, root, folder, many: false }
}

function buildWithLo(bench, { name, root, folder }, flags) {
  return {
    what: `${['lo build', ...flags].join(' ')}, ${name}`,
    command: [process.execPath, bench.lo, 'build', domain, ...flags],
    cwd: root,
    writes: path.join(folder, 'artifacts'),
  }
}

/** What people do who have no lo: a line of shell, as fast as it can be. */
function renderByHand({ renderer, cores }, { name, folder, many }) {
  const render = renderer.program === 'kustomize' ? 'build' : 'kustomize'
  const line = target =>
    `mkdir -p out/${target} && printf %s "$LIST" > out/${target}/kustomization.yaml && ` +
    `"$RENDERER" ${render} targets/${target} > out/${target}/artifacts.yaml`
  const sh = many ? `ls targets | xargs -P ${cores} -I{} sh -c '${line('{}')}'` : line('target-00')
  return {
    what: `${renderer.program} by hand, ${name}`,
    command: ['sh', '-c', sh],
    cwd: folder,
    env: { RENDERER: renderer.path, LIST: list },
    writes: path.join(folder, 'out'),
  }
}

const list = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- artifacts.yaml
`

function formatTime(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`
}
