import { readdirSync } from 'node:fs'
import path from 'node:path'
import { isFolder, type Project } from './root.js'

/** The folder of the project's own driver for a kind, in any case: `.lok8s/drivers/<kind>/`. */
export function findDriverFolder({ root }: Pick<Project, 'root'>, kind: string): string | undefined {
  const folder = path.join(root, '.lok8s', 'drivers')
  // What is compared with names of a folder leads nowhere else, whatever it is.
  const names = readNames(folder).filter(name => name.toLowerCase() === kind.toLowerCase())
  const name = names.includes(kind) ? kind : names.sort()[0]
  return name !== undefined && isFolder(path.join(folder, name)) ? path.join(folder, name) : undefined
}

/** The kinds that a project has drivers of its own for, as its folders spell them. */
export function listDriverFolders({ root }: Pick<Project, 'root'>): string[] {
  const folder = path.join(root, '.lok8s', 'drivers')
  return readNames(folder).filter(name => isFolder(path.join(folder, name)))
}

function readNames(folder: string): string[] {
  return isFolder(folder) ? readdirSync(folder).filter(name => !name.startsWith('.')) : []
}
