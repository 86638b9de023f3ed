import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { cacheFolder } from '../../project/cache-folder.js'
import type { Chart } from '../../project/spec/chart.js'
import { type HelmContext, runHelm } from './helm.js'
import { planPull } from './plan-chart.js'

/**
 * The archive of a chart from a repository: out of the user's cache, else out of the repository, and into the cache. A
 * version never changes, so what is in the cache is never asked for again.
 */
export async function pullChart(chart: Chart, ctx: HelmContext & Pick<Context, 'env'>): Promise<string> {
  const folder = path.join(cacheFolder(ctx.env), 'charts', hashOf(chart.repository!))
  const name = `${chart.chart.replaceAll('/', '_')}-${chart.version}.tgz`
  const cached = path.join(folder, chart.verify ? `verified-${name}` : name)
  if (existsSync(cached)) return cached
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Beside its place, so that it gets there in one step: whoever finds it there finds it whole.
  const scratch = mkdtempSync(path.join(folder, '.pull-'))
  try {
    const refusal = (said: string) => unavailable(chart, said)
    const download = path.join(scratch, 'chart')
    mkdirSync(download)
    await runHelm(planPull(chart, download), { scratch, refusal }, ctx)
    const [archive] = readdirSync(download).filter(file => file.endsWith('.tgz'))
    if (archive === undefined) throw unavailable(chart, 'helm has downloaded nothing.')
    renameSync(path.join(download, archive), cached)
    return cached
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const hashOf = (repository: string) =>
  createHash('sha256').update(repository.replace(/\/$/, '')).digest('hex').slice(0, 16)

function unavailable({ chart, version, repository }: Chart, detail: string): LoError {
  return new LoError('DOWNLOAD_FAILED', `The chart ${chart} ${version} cannot be had from ${repository}.`, {
    detail,
    hint: 'Where the address cannot be reached, put the chart into the folder of the addon, and name it in chart.yaml as `chart: ./<folder>` without a repository.',
  })
}
