import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, inject } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../../helpers/deploy.js'
import { configMap, deployment } from '../../helpers/manifests.js'
import { readTree } from '../../helpers/project.js'

const encode = (text: string) => Buffer.from(text).toString('base64')
const [inData, inStringData, inNumber, beside] = [
  'canary-data-4711',
  'canary-string-0815',
  '471108154711',
  'canary-of-others',
]
/** All of them, in every form in which they can be met. */
const canaries = [inData, inStringData, inNumber, beside].flatMap(value => [value, encode(value)])
const found = (text: string) => canaries.filter(canary => text.includes(canary))

const secret = (name: string, more = '') => `apiVersion: v1
kind: Secret
metadata:
  name: ${name}
data:
  token: ${encode(inData)}
stringData:
  password: ${inStringData}
${more}`

/** A log, and an event, that hold all that the program was given. */
const talkative = `got ${inData} and ${encode(inStringData)}\nand ${beside}`
const pull = { 'image-pull-error': `denied for ${inStringData}` }

/** What cannot be applied, since a value of the Secret stands where none may. */
const misplaced = (name: string) => configMap(name).replace('key: one', `key:\n    nested: ${inStringData}`)

const formats: [string, string[], Record<string, string>, boolean][] = [
  ['plain lines', ['--verbose'], {}, false],
  ['a terminal', [], {}, true],
  ['GitHub Actions', ['--verbose'], { GITHUB_ACTIONS: 'true' }, false],
  ['JSON', ['--json'], {}, false],
]

/** Runs a deploy that fails, in each format; answers with all that was shown. */
async function deployShown(test: DeployTest, args: string[]): Promise<[format: string, shown: string][]> {
  const shown: [string, string][] = []
  for (const [format, flags, env, isTTY] of formats) {
    const line = ['deploy', test.domain, ...args, ...flags]
    const { exitCode, stdout, stderr } = await test.lo(line, {
      env: { HOME: test.cluster.root, ...env },
      isTTY,
    })
    expect([format, exitCode]).not.toEqual([format, 0])
    shown.push([format, `${stdout}\n${stderr}`])
  }
  return shown
}

itOnCluster(
  'no value of a Secret is shown of what is not healthy: in no log, event or message',
  { timeout },
  async () => {
    const test = await makeDeploy()
    await test.kubectl(['create', 'secret', 'generic', 'foreign', `--from-literal=key=${beside}`])
    test.artifact('web', [
      secret('keys'),
      deployment('talks', { trouble: { 'crash-loop': talkative } }),
      deployment('pulls', { trouble: pull }),
    ])
    const shown = await deployShown(test, ['--timeout', '8s'])
    // The cluster does know them, in the places that are shown.
    const pods = await test.kubectl(['get', 'pods', '--output', 'name', '--selector', 'app=talks'])
    expect(found(await test.kubectl(['logs', '--previous', pods.trim()]))).toHaveLength(3)
    expect(found(await test.kubectl(['get', 'events', '--output', 'json']))).toEqual([inStringData])
    for (const [format, text] of shown) {
      expect([format, found(text)]).toEqual([format, []])
      expect([format, text]).toEqual([format, expect.stringContaining('got *** and ***')])
      expect([format, text]).toEqual([format, expect.stringContaining('denied for ***')])
    }
    const status = await test.lo(['status', test.domain, '--json'], { env: { HOME: test.cluster.root } })
    expect([found(status.stdout + status.stderr), status.stdout]).toEqual([
      [],
      expect.stringContaining('denied for ***'),
    ])
  },
)

itOnCluster('no value of a Secret is shown of what is refused', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('web', [
    secret('keys'),
    secret('number', `  number: ${inNumber}\n`),
    secret('wrong', `datum: ${inStringData}\n`),
    misplaced('settings'),
  ])
  for (const [format, text] of await deployShown(test, [])) {
    expect([format, found(text)]).toEqual([format, []])
    for (const name of ['number', 'wrong', 'settings'])
      expect([format, text]).toEqual([format, expect.stringContaining(name)])
  }
})

itOnCluster(
  'no value of a Secret reaches an argument list, a file that others may read, or any file that stays',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const env = withWatchedKubectl(test)
    test.artifact('web', [secret('keys'), configMap('a')])
    const before = readTree(test.root)
    const { exitCode, stderr } = await test.start(['--verbose'], env)
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('keys created')])
    const { seen, ...after } = readTree(test.root)
    // What kubectl was called with, the mode of what it reads, and no other file beside it.
    const [args = '', ...rest] = seen!.trim().split('\n')
    expect(args).toContain('apply --server-side')
    expect(found(args)).toEqual([])
    expect(rest).toEqual(['600'])
    expect(after).toEqual(before)
  },
)

/** The environment in which kubectl is the real one, and notes what it was given before it begins. */
function withWatchedKubectl({ root, cluster }: DeployTest): Record<string, string> {
  const [bin, tmp] = [path.join(root, 'bin'), path.join(root, 'tmp')]
  for (const folder of [bin, tmp]) mkdirSync(folder)
  symlinkSync(process.execPath, path.join(bin, 'node'))
  const program = path.join(bin, 'kubectl')
  writeFileSync(
    program,
    '#!/bin/sh\nPATH=/usr/bin:/bin\n{ echo "$@"; stat -L -c %a /proc/self/fd/0; ls -A "$TMPDIR"; } >>"$FOLDER/seen"\nexec "$REAL" "$@"\n',
  )
  chmodSync(program, 0o755)
  const real = path.join(inject('renderers').kubectl, 'kubectl')
  return { PATH: bin, REAL: real, FOLDER: root, TMPDIR: tmp, HOME: cluster.root }
}
