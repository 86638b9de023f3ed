import path from 'node:path'
import type { Chart } from '../../project/spec/chart.js'
import { namespaceOf } from '../namespace.js'

export interface TemplateRequest {
  chart: Chart
  /** The chart itself: a folder or an archive. */
  place: string
  /** Files of values, the last one wins; merging them is helm's own affair. */
  valueFiles: string[]
  /** The cluster's version, where the descriptor names none. */
  kubeVersion: string | undefined
}

/** How helm is called to render a chart. Works with Helm 3 and 4. */
export function planTemplate({ chart, place, valueFiles, kubeVersion }: TemplateRequest): string[] {
  const { metadata, name, apiVersions = [], excludeCRDs, excludeHooks } = chart
  const version = chart.kubeVersion ?? (kubeVersion && plainVersion(kubeVersion))
  return [
    'template',
    name ?? metadata.name,
    place,
    ...['--namespace', namespaceOf(chart)],
    ...(excludeCRDs ? [] : ['--include-crds']),
    ...(excludeHooks ? ['--no-hooks'] : ['--skip-tests']),
    ...(version ? ['--kube-version', version] : []),
    ...apiVersions.flatMap(one => ['--api-versions', one]),
    ...valueFiles.flatMap(file => ['--values', file]),
  ]
}

/** Without the digest of an image, which only the local driver knows. */
const plainVersion = (version: string) => version.replace(/@.*$/, '')

/** How helm is called to get a chart from its repository into a folder. */
export function planPull({ repository, chart, version, verify, keyring }: Chart, folder: string): string[] {
  const isOci = repository!.startsWith('oci://')
  return [
    'pull',
    isOci ? `${repository!.replace(/\/$/, '')}/${chart}` : chart,
    ...(isOci ? [] : ['--repo', repository!]),
    ...['--version', version!],
    ...(verify ? ['--verify', ...(keyring ? ['--keyring', keyring] : [])] : []),
    ...['--destination', folder],
  ]
}

export interface LayerNames {
  driver: string
  provider: string | undefined
  /** The cluster has several control planes. */
  isHa: boolean
}

/**
 * The layers of values, the last one wins: of the addon, of the driver, of the provider, of the driver for several
 * control planes, of the descriptor, of the entry. Where the addon and the entry have none, the descriptor's own files
 * count instead.
 */
export function planLayers({ driver, provider, isHa }: LayerNames): string[] {
  const layers = [
    'values.yaml',
    `values.${driver}.yaml`,
    ...(provider ? [`values.${provider}.yaml`] : []),
    ...(isHa ? [`values.${driver}.ha.yaml`] : []),
  ]
  return [...new Set(layers)]
}

/** Whether a chart without a repository is a folder or an archive of the addon. */
export function localChart(folder: string, { repository, chart }: Chart): string | undefined {
  return repository === undefined ? path.resolve(folder, chart) : undefined
}
