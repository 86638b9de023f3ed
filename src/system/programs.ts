import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { LoError } from '../errors.js'

/** What one program may write. More is a plugin gone wild. */
export const mostBytes = 512 * 1024 * 1024

/** `ENOENT` is about the program, or about the folder it should run in. */
export function cannotStart(
  file: string,
  cwd: string | undefined,
  cause: { shortMessage?: string | undefined } = {},
): LoError {
  const isFolderGone = cwd !== undefined && !existsSync(cwd)
  return new LoError(
    'TOOL_MISSING',
    isFolderGone ? `There is no folder ${cwd} to run ${file} in.` : `${file} cannot be started.`,
    { cause, ...(cause.shortMessage && { detail: cause.shortMessage }) },
  )
}

/** The absolute path of a program in one of these folders; relative ones are passed over. */
export function findOnPath(program: string, searchPath: string): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter(folder => path.isAbsolute(folder))
    .map(folder => path.join(folder, program))
    .find(isExecutable)
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
