import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Domain } from '../project/domain.js'
import type { Project } from '../project/root.js'
import { doubt, type Finding } from './finding.js'

/** Larger files are no Secrets: a cluster takes 1 MiB. */
const largest = 1024 * 1024

/** Secrets in clear text, and those that stand in two stores. Their values are not looked at. */
export function lintSecrets({ root }: Project, { folder }: Domain): Finding[] {
  const own = path.join(folder, 'secrets')
  const shared = new Set(listFiles(path.join(root, '.secrets')))
  return listFiles(own).flatMap(name => {
    const file = path.relative(root, path.join(own, name))
    return [
      ...(isClear(path.join(own, name))
        ? [doubt({ file, message: 'a Secret in clear text', hint: 'encrypt it, and name it .enc or .age' })]
        : []),
      ...(shared.has(name)
        ? [doubt({ file, message: `the same file stands in .secrets/${name}, and this one is taken` })]
        : []),
    ]
  })
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ name }) => name)
    .sort()
}

function isClear(file: string): boolean {
  if (/\.(enc|age)$/.test(file) || statSync(file).size > largest) return false
  const text = readFileSync(file, 'utf8')
  return /^(data|stringData):/m.test(text) && !/^sops:/m.test(text)
}
