import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.js'
import { LoError, messageOf } from '../errors.js'

/** A user's project: the folder that holds `clusters/`. All paths are absolute. */
export interface Project {
  root: string
  clusters: string
}

/**
 * Finds the project: `--dir`, else `$PATH_BASE`, else the nearest ancestor of the working folder with `clusters/`.
 */
export function findProject(dir: string | undefined, ctx: Pick<Context, 'cwd' | 'env' | 'output'>): Project {
  const project = locateProject(dir, ctx)
  ctx.output.event({ type: 'project-found', root: project.root })
  return project
}

function locateProject(dir: string | undefined, { cwd, env }: Pick<Context, 'cwd' | 'env'>): Project {
  const named = dir ?? (env.PATH_BASE || undefined)
  if (named === undefined) return projectAt(nearestProject(cwd))
  const root = path.resolve(cwd, named)
  if (isFolder(path.join(root, 'clusters'))) return projectAt(root)
  const origin = dir === undefined ? '$PATH_BASE' : '--dir'
  throw new LoError('PROJECT_MISSING', `${root} (${origin}) has no folder clusters/.`, {
    hint: existsSync(root)
      ? `Name the folder that holds clusters/ with ${origin}.`
      : 'The folder does not exist.',
  })
}

function projectAt(root: string): Project {
  return { root, clusters: path.join(root, 'clusters') }
}

function nearestProject(start: string): string {
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (isFolder(path.join(folder, 'clusters'))) return folder
    if (folder === path.dirname(folder)) break
  }
  throw new LoError('PROJECT_MISSING', `Neither ${start} nor a folder above it has a folder clusters/.`, {
    hint: 'Run lo inside your project, or name it with --dir.',
  })
}

export function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** The error for a folder whose entries cannot be read. */
export function unreadable(folder: string, cause: unknown): LoError {
  return new LoError('READ_FAILED', `${folder} cannot be read: ${messageOf(cause)}.`, { cause })
}
