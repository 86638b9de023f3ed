import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Problem } from '../errors.js'
import { isName, showName } from '../project/name.js'
import { suggest } from '../project/nearest.js'
import { isFolder } from '../project/root.js'
import { listAddons } from './built-in.js'

/** Where addons are looked for. All absolute. */
export interface Places {
  root: string
  domainFolder: string
  /** The addons that come with `lo`. */
  builtIn: string
}

/** The folder of an addon; a built-in one stands outside the project. */
export interface Located {
  folder: string
  isBuiltIn: boolean
}

const projectAddons = '.lok8s/addons'

/**
 * The folder that an entry means: `./` and `../` from the domain's folder, `/` from the project's root, and anything
 * else is the name of an addon, of the project's own before the built-in ones. Or what is wrong with it.
 */
export function locateAddon(ref: string, places: Places): Located | Problem {
  if (!/^\.{0,2}(\/|$)/.test(ref)) return locateNamed(ref, places)
  const folder = ref.startsWith('/') ? path.join(places.root, ref) : path.resolve(places.domainFolder, ref)
  const problem = checkPath(folder, places.root)
  if (problem) return problem
  if (isFolder(folder)) return { folder, isBuiltIn: false }
  return { message: `addon not found: ${showName(ref)} (resolved to ${path.relative(places.root, folder)})` }
}

function locateNamed(name: string, { root, builtIn }: Places): Located | Problem {
  const parts = name.split('/')
  if (!parts.every(isName)) return { message: `${showName(name)} is no name of an addon` }
  const own = path.join(root, projectAddons, ...parts)
  if (isFolder(own)) return checkPath(own, root) ?? { folder: own, isBuiltIn: false }
  const ours = path.join(builtIn, ...parts)
  if (isFolder(ours)) return { folder: ours, isBuiltIn: true }
  const known = [...new Set([...listAddons(path.join(root, projectAddons)), ...listAddons(builtIn)])]
  const hint = suggest(name, known)
  return {
    message: `addon not found: ${showName(name)} (resolved to ${projectAddons}/${name}, and none of that name is built in)`,
    ...(hint && { hint }),
  }
}

/** The project is all that is read: neither a path nor a link leads out of it. */
export function checkPath(file: string, root: string): Problem | undefined {
  if (!isBelow(file, root)) return { message: 'this leads out of the project' }
  if (!existsSync(file) || isBelow(realpathSync(file), realpathSync(root))) return undefined
  return { message: `this is a link that leads out of the project, to ${realpathSync(file)}` }
}

function isBelow(file: string, root: string): boolean {
  const way = path.relative(root, file)
  return way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`)
}
