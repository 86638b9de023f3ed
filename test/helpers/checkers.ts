import { execa } from 'execa'
import { inject, it } from 'vitest'
import { makeFolder, writeFiles } from './project.js'

const found = inject('checkers')

/** A test that needs cloud-init; skipped where it is not installed. */
export const itWithCloudInit = it.skipIf(found['cloud-init'] === undefined)

/** What cloud-init has against user data; empty when that is all right. */
export async function complainOfUserData(text: string): Promise<string> {
  const folder = makeFolder()
  writeFiles(folder, { 'user-data': text })
  const args = ['schema', '--config-file', `${folder}/user-data`]
  const { exitCode, stdout, stderr } = await execa(found['cloud-init']!, args, { reject: false })
  return exitCode === 0 ? '' : `${stdout}${stderr}`
}

/** A test that needs shellcheck; skipped where it is not installed. */
export const itWithShellcheck = it.skipIf(found.shellcheck === undefined)

/** What shellcheck has against a script of bash; empty when that is all right. */
export async function complainOfScript(text: string): Promise<string> {
  const args = ['--shell=bash', '--severity=style', '-']
  const { stdout, stderr } = await execa(found.shellcheck!, args, { input: text, reject: false })
  return `${stdout}${stderr}`
}
