import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { kustomizationFile } from '../build/kustomization.js'
import { isFolder, type Project } from '../project/root.js'
import { parseSource, type Source } from '../project/spec/source.js'
import { doubt, type Finding, mistake } from './finding.js'

/** A YAML file that a target is made of, with its text. */
export interface TargetFile {
  /** Relative to the project. */
  file: string
  text: string
}

export interface LintedTarget {
  findings: Finding[]
  files: TargetFile[]
}

/** Follows the kustomization of a target through all local ones that it stands on. What is remote is passed over. */
export function lintKustomization(project: Project, folder: string): LintedTarget {
  const visit: Visit = { project, seen: new Set(), findings: [], files: [] }
  if (kustomizationFile(folder) === undefined) {
    const file = path.relative(project.root, folder)
    return { findings: [doubt({ file, message: 'there is no kustomization.yaml in it' })], files: [] }
  }
  visitFolder(folder, visit)
  return { findings: visit.findings, files: visit.files }
}

interface Visit extends LintedTarget {
  project: Project
  seen: Set<string>
}

const listFields = ['resources', 'bases', 'components', 'crds', 'configurations']
const configFields = ['generators', 'transformers', 'validators']

function visitFolder(folder: string, visit: Visit): void {
  const file = kustomizationFile(folder)
  if (file === undefined || visit.seen.has(file)) return
  visit.seen.add(file)
  const shown = path.relative(visit.project.root, file)
  const source = parseSource(readFileSync(file, 'utf8'), shown)
  visit.findings.push(...source.problems.map(mistake))
  for (const field of [...listFields, ...configFields]) {
    for (const [index, entry] of listAt(source.value, field).entries()) {
      if (typeof entry === 'string') visitEntry(entry, [field, index], folder, source, visit)
    }
  }
  for (const [index, patch] of listAt(source.value, 'patches').entries()) {
    const place = (patch as { path?: unknown } | null)?.path
    if (typeof place === 'string') visitEntry(place, ['patches', index, 'path'], folder, source, visit)
  }
}

function visitEntry(
  entry: string,
  place: (string | number)[],
  folder: string,
  source: Source,
  visit: Visit,
): void {
  if (isRemote(entry) || isInline(entry)) return
  const target = path.resolve(folder, entry)
  if (!existsSync(target)) {
    visit.findings.push(mistake(source.problemAt(place, { message: `there is no ${entry}` })))
    return
  }
  if (isFolder(target)) {
    const message = `the folder ${entry} has no kustomization.yaml`
    if (kustomizationFile(target) !== undefined) visitFolder(target, visit)
    else visit.findings.push(mistake(source.problemAt(place, { message })))
    return
  }
  const file = path.relative(visit.project.root, target)
  if (!/\.ya?ml$/.test(file) || visit.seen.has(file)) return
  visit.seen.add(file)
  visit.files.push({ file, text: readFileSync(target, 'utf8') })
}

/** Addresses in all the ways in which kustomize takes them. */
const isRemote = (entry: string) =>
  /:\/\/|^git@|^[\w.-]+@|\?(ref|version|timeout|submodules)=|^(github|gitlab|bitbucket)\.\w+[/:]/.test(entry)

/** Generators and transformers may stand in the list themselves. */
const isInline = (entry: string) => /\n|^\s*\{/.test(entry)

function listAt(value: unknown, field: string): unknown[] {
  const list =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined
  return Array.isArray(list) ? list : []
}
