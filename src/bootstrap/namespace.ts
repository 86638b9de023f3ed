import type { Chart } from '../project/spec/chart.js'

/** Where objects of an addon land that name no namespace: as helm has it, in that of the release. */
export function namespaceOf(chart: Chart | undefined): string {
  return chart?.namespace ?? chart?.metadata.namespace ?? 'default'
}
