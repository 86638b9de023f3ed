import path from 'node:path'
import { execa } from 'execa'
import { inject, it } from 'vitest'
import { makeFolder, writeFiles } from './project.js'

const found = inject('checkers')

/** A test that needs cloud-init or shellcheck; skipped where they cannot be had. */
export const itWithCheckers = it.skipIf('skipped' in found)

function programAt(name: string): string {
  if ('skipped' in found) throw new Error(found.skipped)
  return path.join(found.folder, name)
}

/** What cloud-init has against user data; empty when that is all right. */
export async function complainOfUserData(text: string): Promise<string> {
  const folder = makeFolder()
  writeFiles(folder, { 'user-data': text })
  const args = ['schema', '--config-file', `${folder}/user-data`]
  const { exitCode, stdout, stderr } = await execa(programAt('cloud-init'), args, { reject: false })
  return exitCode === 0 ? '' : `${stdout}${stderr}`
}

/** What shellcheck has against a script of bash; empty when that is all right. */
export async function complainOfScript(text: string): Promise<string> {
  const args = ['--shell=bash', '--severity=style', '-']
  const { stdout, stderr } = await execa(programAt('shellcheck'), args, { input: text, reject: false })
  return `${stdout}${stderr}`
}
