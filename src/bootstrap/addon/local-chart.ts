import { cpSync, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { LoError } from '../../errors.js'
import type { Chart } from '../../project/spec/chart.js'
import { type HelmContext, runHelm } from './helm.js'

interface Place {
  /** The copy of the addon. */
  folder: string
  scratch: string
  subject: string
  chart: Chart
}

/**
 * A chart of the project's own with all the charts that it depends on. Where some are not there helm gets them, into a
 * copy of it.
 */
export async function completeChart(
  chart: string,
  { folder, scratch, subject, chart: { replaceLockFile } }: Place,
  ctx: HelmContext,
): Promise<string> {
  if (missingCharts(chart).length === 0) return chart
  const copy = isCopied(chart, folder) ? chart : path.join(scratch, path.basename(chart))
  if (copy !== chart) cpSync(realpathSync(chart), copy, { recursive: true, verbatimSymlinks: true })
  const refusal = (said: string) =>
    new LoError('DOWNLOAD_FAILED', `What the chart of ${subject} depends on cannot be had.`, {
      detail: said,
      hint: "Run `helm dependency build` in the chart's folder, and keep its folder charts/.",
    })
  const verb = replaceLockFile ? 'update' : 'build'
  await runHelm(['dependency', verb, copy], { scratch, refusal }, ctx)
  return copy
}

/** What stands around the copy of the addon are links to the sources. */
function isCopied(chart: string, folder: string): boolean {
  return realpathSync(chart).startsWith(realpathSync(folder) + path.sep)
}

/** The charts that a chart names and does not have. An archive is complete; what cannot be read is helm's affair. */
function missingCharts(chart: string): string[] {
  const manifest = path.join(chart, 'Chart.yaml')
  if (!existsSync(manifest)) return []
  const parsed: unknown = parse(readFileSync(manifest, 'utf8'), { schema: 'failsafe', logLevel: 'silent' })
  const { dependencies } = (parsed ?? {}) as { dependencies?: unknown }
  if (!Array.isArray(dependencies)) return []
  const folder = path.join(chart, 'charts')
  const present = existsSync(folder) ? readdirSync(folder) : []
  return dependencies
    .map(({ name }: { name?: unknown }) => String(name))
    .filter(name => !present.some(file => file === name || file.startsWith(`${name}-`)))
}
