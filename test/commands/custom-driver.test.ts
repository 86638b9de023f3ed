import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { isGone, until } from '../drivers/rehearsal/processes.js'
import { lo, loJson, startLo } from '../helpers/lo.js'
import { clusterSpec, makeProject, readTree, writeFiles } from '../helpers/project.js'
import { bashDriver, domain, makeTiny, moduleDriver } from '../helpers/tiny-driver.js'

const PATH = '/usr/bin:/bin'
const main = 'The driver .lok8s/drivers/tiny/main'
const touch = 'touch "$PATH_BASE/there"'
const complete = bashDriver({ provision: `${touch}; echo "It all stands."; return 100` })

it('provisions and destroys with a driver that does the whole life cycle', async () => {
  const cwd = makeTiny(complete)
  const before = readTree(cwd)
  expect(await lo(['provision', domain], { cwd, env: { PATH } })).toEqual({
    exitCode: 0,
    stdout: 'Cluster:    test (Tiny, complete)',
    stderr: expect.stringMatching(
      /^Provision with \.lok8s\/drivers\/tiny\/main …\nIt all stands\.\nProvision with \S+ {2}\d+ms$/,
    ),
  })
  const { document } = await loJson(['destroy', domain, '--yes'], { cwd, env: { PATH } })
  expect(document).toEqual({ ok: true, domain, removed: ['the cluster test (Tiny)'], warnings: [] })
  expect(readTree(cwd)).toEqual(before)
  expect((await lo(['destroy', domain], { cwd, env: { PATH } })).stdout).toBe('There is nothing to remove.')
})

it.each([
  ['tiny', 'TINY'],
  ['TiNy', 'Tiny'],
])('finds the driver in %s for a spec of kind %s', async (folder, kind) => {
  const driver = Object.values(complete)[0]!
  const cwd = makeProject({
    [`clusters/${domain}/cluster.lok8s.yaml`]: clusterSpec(domain).replace('Rehearsal', kind),
    [`.lok8s/drivers/${folder}/main`]: driver,
  })
  const { document } = await loJson(['provision', domain], { cwd, env: { PATH } })
  expect(document).toMatchObject({ ok: true, kind, outcome: 'complete' })
})

it('proposes the drivers of the project for a kind that nobody knows', async () => {
  const cwd = makeTiny(complete)
  const spec = path.join(cwd, `clusters/${domain}/cluster.lok8s.yaml`)
  writeFileSync(spec, readFileSync(spec, 'utf8').replace('kind: Tiny', 'kind: Tinny'))
  const { exitCode, stderr } = await lo(['provision', domain], { cwd, env: { PATH } })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('did you mean "tiny"?')
})

it('prefers the driver of the project to one of its own, unless there is none in the folder', async () => {
  const cwd = makeProject({
    [`clusters/${domain}/cluster.lok8s.yaml`]: clusterSpec(domain),
    '.lok8s/drivers/rehearsal/main': Object.values(complete)[0]!,
  })
  const run = async () =>
    (await loJson(['provision', domain, '--plan'], { cwd, env: { PATH } })).document.plan
  expect(await run()).toContainEqual({ action: 'create', what: 'the cluster test (Rehearsal)' })
  const other = makeProject({
    [`clusters/${domain}/cluster.lok8s.yaml`]: clusterSpec(domain),
    '.lok8s/drivers/rehearsal/README.md': '',
  })
  const { document } = await loJson(['provision', domain, '--plan'], { cwd: other, env: { PATH } })
  expect(document.plan).toContainEqual({ action: 'create', what: 'etcd' })
})

it('says what there is and how to go on when the driver fails, and goes on', async () => {
  const inventory = 'if [[ -e $PATH_BASE/there ]]; then echo "server web-1"; fi'
  const cwd = makeTiny(
    bashDriver({
      inventory,
      provision: `${touch}\n[[ -e $PATH_BASE/money ]] || { echo "no money left" >&2; false; }\nreturn 100`,
    }),
  )
  const failed = await lo(['provision', domain, '--quiet'], { cwd, env: { PATH } })
  expect(failed).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: [
      `error: ${main} has failed: driver::provision ended with status 1.`,
      '  no money left',
      '',
      `  There is of the cluster of ${domain}:`,
      '    server web-1',
      `next: Run \`lo provision ${domain}\` again to go on, or \`lo destroy ${domain}\` to remove it.`,
    ].join('\n'),
  })
  writeFiles(cwd, { money: '' })
  expect((await lo(['provision', domain], { cwd, env: { PATH } })).exitCode).toBe(0)
})

it('says so when a driver that fails has made nothing', async () => {
  const cwd = makeTiny(bashDriver({ provision: 'false' }))
  const { stderr } = await lo(['provision', domain, '--quiet'], { cwd, env: { PATH } })
  expect(stderr).toBe(
    [
      `error: ${main} has failed: driver::provision ended with status 1.`,
      '  It has said nothing.',
      '',
      `  There is nothing of the cluster of ${domain}.`,
    ].join('\n'),
  )
})

it.each([
  ['text that is no YAML', 'printf "a: [\\n"', 'is no kubeconfig'],
  ['a text of something else', 'echo "Hello, world"', 'has no current context'],
  ['a kubeconfig without a server', 'printf "apiVersion: v1\\nkind: Config\\n"', 'has no current context'],
])('refuses %s for a kubeconfig, and keeps the one it had', async (_what, kubeconfig, reason) => {
  const cwd = makeTiny({ ...bashDriver({ kubeconfig }), '.kubeconfig/test.yaml': 'the older one' })
  const { exitCode, stderr } = await lo(['provision', domain, '--quiet'], { cwd, env: { PATH } })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('error: The driver of kind Tiny has given a kubeconfig that is none.')
  expect(stderr).toContain(reason)
  expect(stderr).toContain(`Run \`lo provision ${domain}\` again to go on`)
  expect(Object.keys(readTree(path.join(cwd, '.kubeconfig')))).toEqual(['.gitignore', 'test.yaml'])
  expect(readFileSync(path.join(cwd, '.kubeconfig/test.yaml'), 'utf8')).toBe('the older one')
})

it('wants a kubeconfig from a driver that leaves the rest to lo', async () => {
  const { exitCode, stderr } = await lo(['provision', domain], { cwd: makeTiny(bashDriver()), env: { PATH } })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('The driver of kind Tiny has given no kubeconfig.')
})

it('uses the credentials of the domain where the environment has none, and never shows them', async () => {
  const provision = 'echo "$HCLOUD_TOKEN $HROBOT_USER $HROBOT_PASSWORD" | tee "$PATH_BASE/seen"; return 100'
  const secrets = `clusters/${domain}/secrets/Secret.hetzner.provisioning`
  const cwd = makeTiny({
    ...bashDriver({ provision }),
    [`${secrets}.HCLOUD_TOKEN`]: 'token-of-the-domain\n',
    [`${secrets}.HROBOT_USER`]: 'user-of-the-domain',
    [`${secrets}.HROBOT_PASSWORD`]: '',
  })
  const env = { PATH, HROBOT_USER: 'user-of-the-caller', HROBOT_PASSWORD: '' }
  const { exitCode, stdout, stderr } = await lo(['provision', domain, '-v'], { cwd, env })
  expect(exitCode).toBe(0)
  expect(readFileSync(path.join(cwd, 'seen'), 'utf8')).toBe('token-of-the-domain user-of-the-caller \n')
  expect(stderr).toContain(`HCLOUD_TOKEN comes from ${domain}/secrets`)
  expect(stderr).toContain('*** user-of-the-caller')
  expect(stdout + stderr).not.toContain('token-of-the-domain')
})

it('plans without writing, whatever there is', async () => {
  const plan = 'echo "create the servers"; echo "keep the network"'
  const cwd = makeTiny(bashDriver({ plan }))
  const before = readTree(cwd)
  expect(await lo(['provision', domain, '--plan'], { cwd, env: { PATH } })).toEqual({
    exitCode: 0,
    stdout: `create  the servers\nkeep    the network\ncreate  ${cwd}/.kubeconfig/test.yaml`,
    stderr: '',
  })
  const { document } = await loJson(['provision', domain, '--plan'], { cwd, env: { PATH } })
  expect(document).toEqual({
    ok: true,
    domain,
    plan: [
      { action: 'create', what: 'the servers' },
      { action: 'keep', what: 'the network' },
      { action: 'create', what: `${cwd}/.kubeconfig/test.yaml` },
    ],
    warnings: [],
  })
  expect(readTree(cwd)).toEqual(before)
})

it('admits that a plan cannot be told', async () => {
  const cwd = makeTiny({ ...bashDriver(), there: '' })
  const { exitCode, stdout, stderr } = await lo(['provision', domain, '--plan'], { cwd, env: { PATH } })
  expect(exitCode).toBe(0)
  expect(stderr).toBe('warning: the driver of kind Tiny does not tell what it would change')
  expect(stdout).toContain('keep    the cluster test')
})

const waiting = (more = '') =>
  bashDriver({ provision: `echo $$ >"$PATH_BASE/pid"\n${touch}\n${more}\nwhile :; do sleep 0.1; done` })
const pidIn = (cwd: string) => ({ pid: Number(readFileSync(path.join(cwd, 'pid'), 'utf8')), born: '' })

it('ends the driver on Ctrl-C, and says how to go on', async () => {
  const cwd = makeTiny(waiting())
  const run = startLo(['provision', domain, '--quiet'], { cwd, env: { PATH } })
  await until(() => existsSync(path.join(cwd, 'there')))
  run.kill('SIGINT')
  const { exitCode, stderr } = await run
  expect(exitCode).toBe(130)
  expect(stderr).toBe(
    `error: Interrupted (SIGINT).\nnext: Run \`lo provision ${domain}\` again to go on, or \`lo destroy ${domain}\` to remove it.`,
  )
  expect(isGone(pidIn(cwd))).toBe(true)
})

it.each([
  ['that would go on', ''],
  ['that does not want to end', "trap '' TERM"],
])('ends a driver %s when lo is killed, and the next run goes on at once', async (_what, more) => {
  const cwd = makeTiny(waiting(more))
  const run = startLo(['provision', domain], { cwd, env: { PATH } })
  await until(() => existsSync(path.join(cwd, 'there')))
  run.kill('SIGKILL')
  await run
  await until(() => isGone(pidIn(cwd)))
  writeFiles(cwd, complete)
  const { exitCode } = await lo(['provision', domain], { cwd, env: { PATH } })
  expect(exitCode).toBe(0)
})

it.each(['provision', 'destroy'])('lets no %s run beside a provision of the same domain', async command => {
  const cwd = makeTiny(waiting())
  const run = startLo(['provision', domain], { cwd, env: { PATH } })
  await until(() => existsSync(path.join(cwd, 'there')))
  const { exitCode, stderr } = await lo([command, domain, '--yes', '--quiet'], { cwd, env: { PATH } })
  expect(exitCode).toBe(1)
  expect(stderr).toBe(
    `error: Another lo (process ${run.pid}) is at work on ${domain}.\nnext: Wait until it is done, or end it.`,
  )
  run.kill('SIGTERM')
  await run
})

it('runs a module the same way', async () => {
  const provision = `async provision({ root }, { log }) { writeFileSync(root + '/there', ''); log('done'); return 'complete' }`
  const cwd = makeTiny(moduleDriver({ provision }))
  const { exitCode, stdout, stderr } = await lo(['provision', domain], { cwd, env: { PATH } })
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Cluster:    test (Tiny, complete)' })
  expect(stderr).toContain('\ndone\n')
})

it('lets a driver that is being ended use the kubeconfig of the cluster, and nobody else', async () => {
  const destroy = 'cat "$KUBECONFIG" >"$PATH_BASE/seen"; rm -f "$PATH_BASE/there"; [[ -e $PATH_BASE/money ]]'
  const cwd = makeTiny({ ...bashDriver({ destroy }), there: '', '.kubeconfig/test.yaml': 'the kubeconfig' })
  const args = ['destroy', domain, '--yes', '--quiet']
  expect((await lo(args, { cwd, env: { PATH } })).exitCode).toBe(1)
  expect(readFileSync(path.join(cwd, 'seen'), 'utf8')).toBe('the kubeconfig')
  expect((await lo(['kubeconfig', domain], { cwd, env: { PATH } })).exitCode).toBe(2)
  writeFiles(cwd, { money: '' })
  expect((await lo(args, { cwd, env: { PATH } })).exitCode).toBe(0)
  expect(existsSync(path.join(cwd, '.kubeconfig'))).toBe(false)
})

it('destroys whatever is wrong with what would be bootstrapped', async () => {
  const bootstrap = '  bootstrap: [nothing-of-that-name]\n'
  const cwd = makeTiny({ ...complete, there: '' }, bootstrap)
  const { exitCode, document } = await loJson(['destroy', domain, '--yes'], { cwd, env: { PATH } })
  expect({ exitCode, warnings: document.warnings }).toEqual({ exitCode: 0, warnings: [] })
})
