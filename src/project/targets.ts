import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { LoError, systemCode } from '../errors.js'
import type { Output } from '../output/output.js'
import type { Domain } from './domain.js'
import { checkName } from './name.js'
import { suggest } from './nearest.js'
import { isFolder, unreadable } from './root.js'

/** The folder of one target. */
export function targetFolder(domain: Domain, target: string): string {
  return path.join(domain.folder, 'targets', target)
}

/**
 * The targets of a domain in byte order: every folder in `targets/`, and every link to one, that is not hidden.
 * A folder whose name cannot be a target's is an error, a link to nothing a warning: neither may go unseen.
 */
export function listTargets(domain: Domain, output: Output): string[] {
  const targets: string[] = []
  for (const { name, broken } of readTargetsFolder(domain)) {
    if (name.startsWith('.')) continue
    const file = `clusters/${domain.name}/targets/${name}`
    if (broken) output.event({ type: 'warning', message: 'skipped: the link leads nowhere', file })
    if (broken || !hasTarget(domain, name)) continue
    targets.push(checkName('target', name, `a folder in clusters/${domain.name}/targets`))
  }
  if (targets.length === 0) {
    output.event({
      type: 'warning',
      message: 'there is no target in it',
      file: `clusters/${domain.name}/targets`,
    })
  }
  return targets.sort()
}

/** Of all targets of a domain the named ones, each once and in byte order; all of them when none is named. */
export function selectTargets(domain: Domain, names: string[], all: string[]): string[] {
  return selectInOrder(domain, names, all).sort()
}

/** The same in the order in which they are named. */
export function selectInOrder(domain: Domain, names: string[], all: string[]): string[] {
  if (names.length === 0) return [...all]
  for (const name of names) checkName('target', name)
  const missing = names.filter(name => !all.includes(name))
  if (missing.length === 0) return [...new Set(names)]
  const quoted = missing.map(name => `"${name}"`).join(', ')
  throw new LoError('TARGET_MISSING', `${domain.name} has no target ${quoted}.`, {
    problems: missing.map(name => ({
      file: `clusters/${domain.name}/targets/${name}`,
      message: ['there is no such folder', suggest(name, all)].filter(Boolean).join('; '),
    })),
  })
}

export function hasTargets(domain: Domain): boolean {
  return isFolder(path.join(domain.folder, 'targets'))
}

export function hasTarget(domain: Domain, name: string): boolean {
  return isFolder(targetFolder(domain, name))
}

function readTargetsFolder(domain: Domain): { name: string; broken: boolean }[] {
  const folder = path.join(domain.folder, 'targets')
  try {
    return readdirSync(folder, { withFileTypes: true }).map(entry => ({
      name: entry.name,
      broken: entry.isSymbolicLink() && !existsSync(path.join(folder, entry.name)),
    }))
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw unreadable(folder, error)
    throw new LoError('TARGET_MISSING', `clusters/${domain.name} has no folder targets/.`, {
      hint: `Make clusters/${domain.name}/targets/<target>/kustomization.yaml.`,
    })
  }
}
