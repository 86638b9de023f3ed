import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { authorizeKey } from '../../../src/drivers/hetzner/scripts/authorize-key.js'
import { makeHostKey, useHostKey } from '../../../src/drivers/hetzner/scripts/host-key.js'
import { installK3s } from '../../../src/drivers/hetzner/scripts/install-k3s.js'
import { look, parseLook } from '../../../src/drivers/hetzner/scripts/look.js'
import { lookAtCcm, parseCcm } from '../../../src/drivers/hetzner/scripts/look-at-ccm.js'
import {
  changeNodes,
  drainNode,
  listNodes,
  parseNodes,
  removeNode,
} from '../../../src/drivers/hetzner/scripts/nodes.js'
import { readKubeconfig, readToken } from '../../../src/drivers/hetzner/scripts/read.js'
import { renderScript, type Script } from '../../../src/drivers/hetzner/scripts/script.js'
import { startK3s } from '../../../src/drivers/hetzner/scripts/start-k3s.js'
import { waitForBoot } from '../../../src/drivers/hetzner/scripts/wait-for-boot.js'
import { waitForK3s } from '../../../src/drivers/hetzner/scripts/wait-for-k3s.js'
import { writeK3sConfig } from '../../../src/drivers/hetzner/scripts/write-k3s-config.js'
import { complainOfScript, itWithCheckers } from '../../helpers/checkers.js'
import { makeFolder, writeFiles } from '../../helpers/project.js'

const version = 'v1.33.5+k3s1'

itWithCheckers.each<[string, Script]>(
  [
    waitForBoot({ seconds: 300 }),
    makeHostKey({ name: 'prod-cp-1' }),
    useHostKey(),
    look(),
    installK3s({ version }),
    writeK3sConfig({ config: 'a: 1\n', token: 'secret' }),
    startK3s({ kind: 'server' }),
    startK3s({ kind: 'agent' }),
    waitForK3s({ kind: 'server', seconds: 60 }),
    readKubeconfig(),
    readToken(),
    listNodes(),
    changeNodes({ nodes: ['prod-cp-1'], labels: ['a=b'], taints: ['gpu:NoSchedule-'], given: ['a'] }),
    lookAtCcm(),
    drainNode('prod-cp-1', 60),
    removeNode('prod-cp-1'),
    authorizeKey({ key: 'ssh-ed25519 AAAA' }),
  ].map(script => [script.name, script]),
)('shellcheck has nothing against %s', async (_name, { text }) => {
  expect(await complainOfScript(text)).toBe('')
})

itWithCheckers('shellcheck would have something against a value that is not quoted', async () => {
  expect(await complainOfScript('file=$1\nrm $file\n')).toContain('SC2086')
})

/** As on a server: the script is read from the input, and is in no argument list. */
function run({ text }: Script, programs?: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['-s'], {
    input: text,
    encoding: 'utf8',
    ...(programs && { env: { ...process.env, PATH: `${programs}:${process.env.PATH}` } }),
  })
  return { status, stdout: stdout.trim(), stderr }
}

it.each([
  "it's",
  '$(touch /tmp/never)',
  '`id`',
  '"; exit 9; "',
  'a\nb',
  '\\',
  '${PATH}',
  "'",
  '',
  '-n',
])('hands %j to a script as it stands', value => {
  expect(run(renderScript('look', `printf '%s' "$it"`, { it: value }))).toMatchObject({
    status: 0,
    stdout: value.trim(),
  })
})

it('takes no name for a variable that could be a command', () => {
  expect(() => renderScript('look', 'true', { 'a; id': '' })).toThrow('is no name')
})

const arch = process.arch === 'arm64' ? ['arm64', '-arm64'] : ['amd64', '']
const program = (release: string) => `#!/bin/sh\necho "k3s version ${release} (0123456)"\n`

/** A release on this machine, and the script that installs it. curl decodes the address of a file. */
function release(content: string, sum = createHash('sha256').update(content).digest('hex')) {
  const root = makeFolder()
  writeFiles(path.join(root, version), {
    [`k3s${arch[1]}`]: content,
    [`sha256sum-${arch[0]}.txt`]: `${'0'.repeat(64)}  other\n${sum}  k3s${arch[1]}\n`,
  })
  const folder = path.join(root, 'bin')
  mkdirSync(folder)
  return { folder, script: installK3s({ version, source: `file://${root}`, folder }) }
}

it('installs k3s once, and knows the second time that it is there', () => {
  const { folder, script } = release(program(version))
  expect(run(script)).toMatchObject({ status: 0, stdout: 'changed' })
  expect(run(script)).toMatchObject({ status: 0, stdout: 'unchanged' })
  expect(execFileSync(path.join(folder, 'k3s'), { encoding: 'utf8' })).toContain(version)
})

it('replaces another release of k3s', () => {
  const { folder, script } = release(program(version))
  writeFiles(folder, { k3s: program('v1.33.4+k3s1') })
  expect(run(script).stdout).toBe('changed')
  expect(execFileSync(path.join(folder, 'k3s'), { encoding: 'utf8' })).toContain(version)
})

it.each([
  ['another hash than its release has', '1'.repeat(64)],
  ['no hash at all', ''],
])('does not install what has %s, and leaves nothing of it', (_what, sum) => {
  const { folder, script } = release(program(version), sum)
  expect(run(script)).toMatchObject({ status: 4, stderr: expect.stringContaining('SHA-256') })
  expect(existsSync(path.join(folder, 'k3s'))).toBe(false)
  expect(existsSync(path.join(folder, 'k3s.new'))).toBe(false)
})

it('writes the configuration of k3s for root alone, and says whether it is another one', () => {
  const folder = path.join(makeFolder(), 'k3s')
  const script = writeK3sConfig({ config: "a: 'x'\n", token: "it's secret", folder })
  expect([run(script).stdout, run(script).stdout]).toEqual(['changed', 'unchanged'])
  expect(readFileSync(path.join(folder, 'config.yaml'), 'utf8')).toBe("a: 'x'\n")
  expect(readFileSync(path.join(folder, 'token'), 'utf8')).toBe("it's secret")
  for (const name of ['config.yaml', 'token']) {
    expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600)
  }
  expect(run(writeK3sConfig({ config: 'a: 2\n', token: "it's secret", folder })).stdout).toBe('changed')
})

it('keeps the token when none is given', () => {
  const folder = path.join(makeFolder(), 'k3s')
  run(writeK3sConfig({ config: 'a: 1\n', token: 'first', folder }))
  expect(run(writeK3sConfig({ config: 'a: 1\n', folder })).stdout).toBe('unchanged')
  expect(readFileSync(path.join(folder, 'token'), 'utf8')).toBe('first')
})

it('gives a server a key of its own, the same until it is used, and prints the public half', () => {
  const folder = makeFolder()
  const key = path.join(folder, 'ssh_host_ed25519_key')
  const make = () => run(makeHostKey({ name: 'prod-cp-1', folder })).stdout
  const use = () => run(useHostKey({ folder, restart: 'true' })).stdout
  const first = make()
  expect(first).toMatch(/^ssh-ed25519 \S+ prod-cp-1$/)
  expect(make()).toBe(first)
  expect(existsSync(key)).toBe(false)
  expect([use(), use()]).toEqual(['changed', 'unchanged'])
  expect(execFileSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' }).trim()).toBe(first)
  expect(readFileSync(`${key}.pub`, 'utf8').trim()).toBe(first)
  expect(statSync(key).mode & 0o777).toBe(0o600)
  expect(make()).not.toBe(first)
})

it('finds out what a server has been so far', () => {
  const root = makeFolder()
  const places = { programs: `${root}/bin`, data: `${root}/data`, config: `${root}/config.yaml` }
  const seen = () => parseLook(run(look(places)).stdout)
  expect(seen()).toEqual({ k3s: undefined, data: 'none', joins: undefined })
  writeFiles(root, {
    'bin/k3s': program(version),
    'data/agent/file': '',
    'config.yaml': 'server: https://10.0.0.2:6443\n',
  })
  expect(seen()).toEqual({ k3s: version, data: 'agent', joins: 'https://10.0.0.2:6443' })
  writeFiles(root, { 'data/server/db/etcd/file': '', 'config.yaml': 'cluster-init: true\n' })
  expect(seen()).toEqual({ k3s: version, data: 'server', joins: undefined })
})

/** What systemd is asked, a line each; the state of a unit is a file beside it. */
const systemctl = `#!/bin/bash
here=\${0%/*}
echo "$*" >>"$here/asked"
case $* in
  *is-active*) [[ -e $here/active ]] ;;
  *is-failed*) [[ -e $here/failed ]] ;;
  *is-enabled*) [[ -e $here/enabled ]] ;;
  *enable*) touch "$here/enabled" ;;
esac
`

/** A server on which k3s can be started: its programs, and how to start it. */
function startable() {
  const root = makeFolder()
  writeFiles(root, {
    'bin/systemctl': systemctl,
    'bin/k3s': '#!/bin/sh\necho ok\n',
    'bin/journalctl': '#!/bin/sh\necho "the last words"\n',
    'k3s/config.yaml': 'a: 1\n',
    'k3s/token': 'x',
    'units/other.service': '',
  })
  const programs = path.join(root, 'bin')
  const places = { units: `${root}/units`, folder: `${root}/k3s`, program: `${programs}/k3s` }
  const asked = () => {
    const file = path.join(programs, 'asked')
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
    rmSync(file, { force: true })
    return lines.filter(line => !line.includes(' is-'))
  }
  return { root, programs, asked, start: () => run(startK3s({ kind: 'server', ...places }), programs) }
}

it('starts k3s, and again only when its configuration, its token or its program is another one', () => {
  const { root, programs, asked, start } = startable()
  expect(start()).toMatchObject({ status: 0, stdout: 'changed' })
  expect(asked()).toEqual(['daemon-reload', '-q enable k3s', 'restart --no-block k3s'])
  expect(readFileSync(path.join(root, 'units/k3s.service'), 'utf8')).toContain(
    `ExecStart=${programs}/k3s server\n`,
  )
  expect(start().stdout).toBe('unchanged')
  expect(asked()).toEqual(['start --no-block k3s'])
  for (const [file, text] of [
    ['k3s/config.yaml', 'a: 2\n'],
    ['k3s/token', 'y'],
    ['bin/k3s', '#!/bin/sh\necho new\n'],
  ] as const) {
    writeFiles(root, { [file]: text })
    expect([start().stdout, start().stdout]).toEqual(['changed', 'unchanged'])
  }
})

it('starts k3s again when it has failed', () => {
  const { root, start } = startable()
  start()
  writeFiles(root, { 'bin/failed': '' })
  expect(start().stdout).toBe('changed')
})

it('waits until k3s is ready, and shows the end of its journal when that takes too long', () => {
  const { root, programs } = startable()
  const wait = () => run(waitForK3s({ kind: 'server', seconds: 1 }), programs).stdout
  expect(wait()).toBe('late\nthe last words')
  writeFiles(root, { 'bin/active': '' })
  expect(wait()).toBe('ready')
  writeFiles(root, { 'bin/k3s': '#!/bin/sh\nexit 1\n' })
  expect(wait()).toBe('late\nthe last words')
})

it.each([
  [0, 'done'],
  [2, 'degraded\nthe log'],
  [1, 'failed\nthe log'],
])('reads off the status %d of cloud-init how the boot has ended', (status, said) => {
  const root = makeFolder()
  writeFiles(root, { 'bin/cloud-init': `#!/bin/sh\nexit ${status}\n`, log: 'the log\n' })
  expect(run(waitForBoot({ seconds: 5, log: `${root}/log` }), `${root}/bin`).stdout).toBe(said)
})

it('gives up on a boot that does not end', () => {
  const root = makeFolder()
  writeFiles(root, { 'bin/cloud-init': '#!/bin/sh\nexec sleep 60\n', log: 'the log\n' })
  expect(run(waitForBoot({ seconds: 1, log: `${root}/log` }), `${root}/bin`).stdout).toBe('late\nthe log')
})

/** A kubectl that answers by the first words it is asked for. */
const kubectl = (answers: Record<string, string>) => ({
  'bin/k3s': `#!/bin/bash
case $* in
${Object.entries(answers)
  .map(([words, answer]) => `  *"${words}"*) ${answer} ;;`)
  .join('\n')}
  *) echo "unexpected: $*" >&2; exit 9 ;;
esac
`,
  // Between two attempts.
  'bin/sleep': '#!/bin/sh\n',
})

it.each<[what: string, answers: Record<string, string>, said: string]>([
  ['absent', { 'get node ': 'true' }, 'absent'],
  ['drained', { 'get node ': 'echo node/x', cordon: 'true', drain: 'echo evicted' }, 'drained\nevicted'],
  [
    'refused',
    { 'get node ': 'echo node/x', cordon: 'true', drain: 'echo declare no controller; exit 1' },
    'refused\ndeclare no controller',
  ],
])('says of a node that is drained: %s', (_what, answers, said) => {
  const root = makeFolder()
  writeFiles(root, kubectl(answers))
  expect(run(drainNode('prod-default-1', 30), `${root}/bin`)).toMatchObject({ status: 0, stdout: said })
})

it('says of a node whose pods take longer than they may that it is late, and what is in the way', () => {
  const root = makeFolder()
  const drain = 'echo would violate the budget; /bin/sleep 1.1; exit 1'
  writeFiles(root, kubectl({ 'get node ': 'echo node/x', cordon: 'true', drain }))
  expect(run(drainNode('prod-default-1', 1), `${root}/bin`).stdout).toBe('late\nwould violate the budget')
})

it('asks the API server again while that fails, and takes no failure for a node that is not there', () => {
  const root = makeFolder()
  const flaky = (times: number) =>
    `echo >>"${root}/calls"; [[ $(wc -l <"${root}/calls") -gt ${times} ]] && echo node/x`
  writeFiles(root, kubectl({ 'get node ': flaky(4), cordon: 'true', drain: 'true' }))
  expect(run(drainNode('prod-default-1', 30), `${root}/bin`).stdout).toBe('drained')
  writeFiles(root, { calls: '', ...kubectl({ 'get node ': flaky(5) }) })
  expect(run(drainNode('prod-default-1', 30), `${root}/bin`).stdout).not.toContain('absent')
})

it.each<[what: string, answers: Record<string, string>, seen: unknown]>([
  [
    'as it should be',
    {
      'secret hcloud -o jsonpath={.data.token}': 'printf dG9rZW4=',
      'secret hcloud -o jsonpath={.data.network}': 'printf NDI=',
      'logs deployment/hcloud-cloud-controller-manager --tail=20': 'echo panic; echo exit',
    },
    {
      network: '42',
      tokenDigest: '3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0',
      log: 'panic\nexit',
    },
  ],
  [
    'not there',
    { secret: 'exit 1', logs: 'echo "not found" >&2; exit 1' },
    { network: undefined, tokenDigest: undefined, log: 'not found' },
  ],
])('looks at a cloud controller manager that is %s', (_what, answers, seen) => {
  const root = makeFolder()
  writeFiles(root, kubectl(answers))
  const { status, stdout } = run(lookAtCcm(), `${root}/bin`)
  expect([status, parseCcm(stdout)]).toEqual([0, seen])
})

it('removes a node', () => {
  const root = makeFolder()
  writeFiles(root, kubectl({ 'delete node prod-cp-1 --ignore-not-found': 'true' }))
  expect(run(removeNode('prod-cp-1'), `${root}/bin`)).toMatchObject({ status: 0, stdout: 'removed' })
})

it('lets a key in, once, and another one out', () => {
  const root = makeFolder()
  const file = path.join(root, '.ssh/authorized_keys')
  const change = (key: string, instead?: string) =>
    run(authorizeKey({ key, ...(instead && { instead }), file })).stdout
  expect([change('ssh-ed25519 AAAA lo'), change('ssh-ed25519 AAAA')]).toEqual(['changed', 'unchanged'])
  writeFiles(root, {
    '.ssh/authorized_keys': '# mine\nssh-ed25519 AAAA from-elsewhere\nssh-ed25519 CCCC me\n',
  })
  const both = ['ssh-ed25519 BBBB lo', 'ssh-ed25519 AAAA lo'] as const
  expect([change(...both), change(...both)]).toEqual(['changed', 'unchanged'])
  expect(readFileSync(file, 'utf8')).toBe('# mine\nssh-ed25519 CCCC me\nssh-ed25519 BBBB\n')
})

it('reads nodes off their lines', () => {
  const lines = [
    'prod-cp-1\tv1.33.5+k3s1\tTrue\t{"tier":"web"}\t[{"effect":"NoSchedule","key":"gpu"}]\ttier gpu:NoSchedule',
    'prod-cp-2\tv1.33.4+k3s1\tUnknown\t{}\t\t',
    'prod-cp-3\t\t\t\t\t',
  ]
  expect(parseNodes(`${lines.join('\n')}\n`)).toEqual([
    {
      name: 'prod-cp-1',
      version: 'v1.33.5+k3s1',
      isReady: true,
      labels: { tier: 'web' },
      taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }],
      given: ['tier', 'gpu:NoSchedule'],
    },
    { name: 'prod-cp-2', version: 'v1.33.4+k3s1', isReady: false, labels: {}, taints: [], given: [] },
    { name: 'prod-cp-3', version: '', isReady: false, labels: {}, taints: [], given: [] },
  ])
  expect(parseNodes('')).toEqual([])
})
