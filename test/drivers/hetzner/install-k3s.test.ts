import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { installK3s } from '../../../src/drivers/hetzner/scripts/install-k3s.js'
import { makeFolder, writeFiles } from '../../helpers/project.js'

const program = 'the program\n'
const sum = createHash('sha256').update(program).digest('hex')

/** Installs from a GitHub that gives something else for so many of the downloads of the program. */
function install(wrong: number) {
  const folder = makeFolder()
  const curl = `#!/bin/bash
while (($# > 1)); do [[ $1 == -o ]] && file=$2; shift; done
case $1 in
  */sha256sum-*) echo "${sum}  k3s"; echo "${sum}  k3s-arm64" ;;
  *) echo x >>'${folder}/count'; if (($(wc -l <'${folder}/count') > ${wrong})); then echo 'the program'; else echo cut off; fi ;;
esac >"$file"
`
  writeFiles(folder, { 'bin/curl': curl, count: '', 'programs/here': '' })
  const programs = path.join(folder, 'programs')
  const { status, stdout, stderr } = spawnSync('bash', ['-s'], {
    input: installK3s({ version: 'v1.33.5+k3s1', folder: programs }).text,
    env: { PATH: `${folder}/bin:/usr/bin:/bin` },
    encoding: 'utf8',
  })
  return {
    status,
    stdout,
    stderr,
    file: path.join(programs, 'k3s'),
    downloads: readFileSync(`${folder}/count`, 'utf8').length / 2,
  }
}

it('downloads k3s again when it is not what the release says', () => {
  const { status, stdout, file } = install(2)
  expect([status, stdout]).toEqual([0, 'changed\n'])
  expect(readFileSync(file, 'utf8')).toBe(program)
})

it('gives up after three downloads, and leaves none of them', () => {
  const { status, stderr, file, downloads } = install(9)
  expect([status, downloads]).toEqual([4, 3])
  expect(stderr).toContain(`not ${sum}`)
  expect([existsSync(file), existsSync(`${file}.new`)]).toEqual([false, false])
})
