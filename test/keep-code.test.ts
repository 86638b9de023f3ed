import { chownSync, cpSync, existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { makeFolder } from './helpers/project.js'

const root = path.resolve(import.meta.dirname, '..')
const hook = path.join(import.meta.dirname, 'fixtures/tell-scripts.cjs')

/** An installed lo of its own, that nothing has been kept for. */
function install(): string {
  const folder = makeFolder()
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(path.join(root, name), path.join(folder, name), {
      recursive: true,
      filter: file => path.basename(file) !== '.code',
    })
  }
  return folder
}

/** What became of each file that lo loads: whether the code kept for it was refused, or that none was. */
async function run(folder: string, args: string[], env: Record<string, string> = {}) {
  const command = ['--require', hook, path.join(folder, 'bin/lo.js'), ...args]
  const { stdout, stderr, exitCode } = await execa(process.execPath, command, {
    cwd: folder,
    env,
    reject: false,
  })
  const told = /\{.*\}$/.exec(stderr)![0]
  return { exitCode, stdout, told: JSON.parse(told) as Record<string, boolean | string> }
}

const kept = (folder: string) => path.join(folder, 'dist/.code', `${process.version}-${process.arch}`)

// Node 22 and later do it themselves, which is tested there.
describe.runIf(!('enableCompileCache' in module))('code that is compiled already', () => {
  it('is kept by the first run of a command and taken by the next', async () => {
    const folder = install()
    const first = await run(folder, ['schema', 'cluster'])
    expect(new Set(Object.values(first.told))).toEqual(new Set(['nothing kept']))
    const second = await run(folder, ['schema', 'cluster'])
    expect(Object.keys(second.told)).toEqual(Object.keys(first.told))
    expect(new Set(Object.values(second.told))).toEqual(new Set([false]))
    expect(second.stdout).toBe(first.stdout)
    expect(readdirSync(kept(folder))).toEqual(['schema'])
  })

  it('is not used when it is none, and kept anew', async () => {
    const folder = install()
    const first = await run(folder, ['schema', 'cluster'])
    for (const name of readdirSync(path.join(kept(folder), 'schema'))) {
      writeFileSync(path.join(kept(folder), 'schema', name), 'junk')
    }
    const second = await run(folder, ['schema', 'cluster'])
    expect(new Set(Object.values(second.told))).toEqual(new Set([true]))
    expect(second.stdout).toBe(first.stdout)
    const third = await run(folder, ['schema', 'cluster'])
    expect(new Set(Object.values(third.told))).toEqual(new Set([false]))
  })

  it('is not taken for another file of the same name and length', async () => {
    const folder = install()
    await run(folder, ['schema', 'cluster'])
    const entry = path.join(folder, 'dist/lo.cjs')
    const { atime, mtime, size } = statSync(entry)
    writeFileSync(entry, 'process.stdout.write("new");process.exit()'.padEnd(size))
    utimesSync(entry, atime, mtime)
    expect((await run(folder, ['schema', 'cluster'])).stdout).toBe('new')
  })

  it('is not kept for a command that fails, for flags alone, or when that is not wanted', async () => {
    const folder = install()
    expect((await run(folder, ['frobnicate'])).exitCode).toBe(2)
    expect((await run(folder, ['--version'])).exitCode).toBe(0)
    expect((await run(folder, ['schema', 'cluster'], { NODE_DISABLE_COMPILE_CACHE: '1' })).exitCode).toBe(0)
    expect(existsSync(path.join(folder, 'dist/.code'))).toBe(false)
  })

  it.runIf(process.getuid?.() === 0)('leaves no files in the folder of another user', async () => {
    const folder = install()
    chownSync(path.join(folder, 'dist'), 12345, 12345)
    expect((await run(folder, ['schema', 'cluster'])).exitCode).toBe(0)
    expect(existsSync(path.join(folder, 'dist/.code'))).toBe(false)
  })
})
