import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A copy of an addon that may be written to. All absolute. */
export interface Copy {
  /** Stands for the folder that paths in messages are relative to. */
  root: string
  folder: string
  /** For what belongs to the work and not to the addon. */
  scratch: string
}

/**
 * Does something with a copy of an addon, which is gone afterwards, whatever happens. What the addon refers to outside
 * of its folder is found: everything else of the project stands around the copy as links.
 */
export async function withCopy<Value>(
  { folder, root }: { folder: string; root: string },
  work: (copy: Copy) => Promise<Value>,
): Promise<Value> {
  const temporary = mkdtempSync(path.join(realpathSync(tmpdir()), 'lo-addon-'))
  const copy = path.join(temporary, 'project')
  const scratch = path.join(temporary, 'scratch')
  try {
    const way = path.relative(realpathSync(root), realpathSync(folder)).split(path.sep)
    linkAround(realpathSync(root), copy, way)
    const target = path.join(copy, ...way)
    cpSync(realpathSync(folder), target, { recursive: true, verbatimSymlinks: true })
    mkdirSync(scratch)
    return await work({ root: copy, folder: target, scratch })
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Makes the folders on the way to the addon, and links to what stands beside each. */
function linkAround(source: string, copy: string, [next, ...rest]: string[]): void {
  mkdirSync(copy, { recursive: true })
  for (const name of readdirSync(source)) {
    if (name !== next) symlinkSync(path.join(source, name), path.join(copy, name))
  }
  if (rest.length > 0) linkAround(path.join(source, next!), path.join(copy, next!), rest)
}
