import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Variables } from '../../build/substitute.js'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import type { Chart } from '../../project/spec/chart.js'
import type { PlannedEntry } from '../find-addon.js'
import { type HelmContext, runHelm } from './helm.js'
import { completeChart } from './local-chart.js'
import { localChart, planLayers, planTemplate } from './plan-chart.js'
import { pullChart } from './pull-chart.js'
import { selectObjects } from './select-objects.js'

export interface ChartRequest {
  entry: Pick<PlannedEntry, 'values' | 'valueFiles'>
  chart: Chart
  /** A copy of the addon. */
  folder: string
  /** Another folder that goes away with it. */
  scratch: string
  driver: string
  provider: string | undefined
  variables: Variables
  kubeVersion: string | undefined
  subject: string
}

/** The objects of an addon's chart, as YAML. Warnings of helm are told. */
export async function renderChart(
  request: ChartRequest,
  ctx: HelmContext & Pick<Context, 'env'>,
): Promise<string> {
  const { chart, folder, scratch, kubeVersion, subject } = request
  const refusal = (said: string) =>
    new LoError('RENDER_FAILED', `helm cannot render the chart of ${subject}.`, { detail: said })
  const local = localChart(folder, chart)
  const place = local === undefined ? await pullChart(chart, ctx) : await completeChart(local, request, ctx)
  const args = planTemplate({ chart, place, valueFiles: writeValues(request), kubeVersion })
  const { stdout, said } = await runHelm(args, { scratch, refusal }, ctx)
  if (said !== '') ctx.output.event({ type: 'warning', message: `${subject}: helm says: ${said}` })
  return selectObjects(stdout, chart, subject)
}

/**
 * The files of values for helm, which merges them: maps key by key, anything else as a whole. What is no file becomes
 * one; JSON is YAML that reads the same everywhere.
 */
function writeValues({ entry, chart, folder, scratch, driver, provider, variables }: ChartRequest): string[] {
  // Only the driver knows, and it says so to all addons.
  const isHa = Number(variables.LOK8S_USER_CONTROL_PLANES ?? 1) > 1
  const layers = planLayers({ driver, provider, isHa })
    .map(name => path.join(folder, name))
    .filter(file => existsSync(file))
  const hasLayers = layers.length > 0 || entry.valueFiles.length > 0 || entry.values !== undefined
  const own = (chart.valueFiles ?? []).map(file => path.resolve(folder, file))
  const write = (name: string, values: Record<string, unknown> | undefined) => {
    if (values === undefined) return []
    const file = path.join(scratch, `${name}.json`)
    writeFileSync(file, JSON.stringify(values))
    return [file]
  }
  return [
    ...(hasLayers ? layers : own),
    ...write('descriptor', chart.values),
    ...entry.valueFiles,
    ...write('inline', entry.values),
  ]
}
