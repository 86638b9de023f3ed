import { existsSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { readPlainly, standsOn } from './plain-kustomization.js'
import { statOf } from './stat.js'

/** A KRM function that kustomize leaves out, with exit code 0, unless it is called with more than its usual flags. */
export interface KrmFunction {
  /** The file that configures it. */
  file: string
  runtime: 'exec' | 'starlark'
}

/** What a kustomization needs of its renderer beyond the flags that every target gets. */
export interface Needs {
  helm: boolean
  functions: KrmFunction[]
}

/** Nothing but text, lists and maps is looked for. */
const quick = {
  logLevel: 'silent',
  schema: 'failsafe',
  merge: true,
  prettyErrors: false,
  uniqueKeys: false,
} as const

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const inflatesCharts = /^helmChart(?:s|InflationGenerator)$/i
const configuresFunctions = /^(?:generators|transformers|validators)$/i
const functionAnnotations = ['config.kubernetes.io/function', 'config.k8s.io/function']

/**
 * Reads a kustomization and all local ones it stands on. What is remote, unreadable or no YAML is passed over:
 * the renderer reads it too, and says what is wrong with it.
 */
export function findNeeds(folder: string): Needs {
  const needs: Needs = { helm: false, functions: [] }
  visitFolder(folder, { needs, seen: new Set(), isConfig: false })
  return needs
}

/** The file that makes a folder a kustomization. */
export function kustomizationFile(folder: string): string | undefined {
  return fileNames.map(name => path.join(folder, name)).find(file => existsSync(file))
}

interface Visit {
  needs: Needs
  seen: Set<string>
  /** Whether the resources found here configure generators or transformers. */
  isConfig: boolean
}

function visitFolder(folder: string, visit: Visit): void {
  const file = kustomizationFile(folder)
  if (file === undefined) return
  const real = ignoringMistakes(() => realpathSync.native(folder)) ?? folder
  const key = `${visit.isConfig} ${real}`
  if (visit.seen.has(key)) return
  visit.seen.add(key)
  const kustomization = readKustomization(file)
  if (!isRecord(kustomization)) return
  for (const [field, value] of Object.entries(kustomization)) {
    if (value && inflatesCharts.test(field)) visit.needs.helm = true
    if (standsOn.test(field)) visitEntries(folder, value, visit)
    if (configuresFunctions.test(field)) visitEntries(folder, value, { ...visit, isConfig: true }, file)
  }
}

/** Entries are folders, files, addresses or, where functions are configured, YAML itself. */
function visitEntries(folder: string, entries: unknown, visit: Visit, inlineIn?: string): void {
  if (!Array.isArray(entries)) return
  for (const entry of entries) {
    if (typeof entry !== 'string') continue
    if (inlineIn !== undefined && /\n|^\s*\{/.test(entry)) {
      visitConfig(entry, inlineIn, visit.needs)
      continue
    }
    const place = path.resolve(folder, entry)
    const stat = statOf(place)
    if (stat?.isDirectory()) visitFolder(place, visit)
    if (!stat?.isFile() || !visit.isConfig) continue
    const text = ignoringMistakes(() => readFileSync(place, 'utf8'))
    if (text !== undefined) visitConfig(text, place, visit.needs)
  }
}

function visitConfig(text: string, file: string, needs: Needs): void {
  if (text.includes('HelmChartInflationGenerator')) needs.helm = true
  if (!functionAnnotations.some(name => text.includes(name))) return
  for (const document of parseAllDocuments(text)) {
    const runtime = ignoringMistakes(() => runtimeOf(document.toJS()))
    if (runtime) needs.functions.push({ file, runtime })
  }
}

/** Container functions are not among them: kustomize runs those, or says why it cannot. */
function runtimeOf(config: unknown): KrmFunction['runtime'] | undefined {
  const annotations = isRecord(config) && isRecord(config.metadata) ? config.metadata.annotations : undefined
  if (!isRecord(annotations)) return undefined
  const declared = functionAnnotations.map(name => annotations[name]).find(value => typeof value === 'string')
  const spec: unknown = declared === undefined ? undefined : parse(String(declared))
  if (!isRecord(spec)) return undefined
  return (['exec', 'starlark'] as const).find(runtime => spec[runtime] !== undefined)
}

function readKustomization(file: string): unknown {
  return ignoringMistakes(() => {
    const text = readFileSync(file, 'utf8')
    return readPlainly(text) ?? parse(text, quick)
  })
}

function ignoringMistakes<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
