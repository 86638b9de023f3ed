import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** The folder of the addons that come with `lo`: beside its `package.json`, bundled or not. */
export function builtInFolder(): string {
  let folder = import.meta.dirname
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder)
  return path.join(folder, 'addons')
}

/** The names of the addons in a folder, in byte order; none when there is no such folder. */
export function listAddons(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => existsSync(path.join(folder, name, 'kustomization.yaml')))
    .sort()
}
