import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { bashDriver, domain, openTiny, specIn } from '../../helpers/tiny-driver.js'

it('calls each function with the domain and the path of the spec, in the environment it is promised', async () => {
  const { root, driver } = await openTiny(
    bashDriver({
      provision:
        'printf "%s\\n" "$@" "$#" "$PWD" "$PATH_BASE" "$PATH_CLUSTERS" "$KUBECONFIG" >"$PATH_BASE/seen"',
    }),
  )
  expect(await driver.provision()).toBe('created')
  expect(readFileSync(path.join(root, 'seen'), 'utf8').split('\n')).toEqual([
    domain,
    specIn(root),
    '2',
    root,
    root,
    path.join(root, 'clusters'),
    path.join(root, '.kubeconfig/test.yaml'),
    '',
  ])
})

it('tells what the driver says on both streams as it comes, and neither colours nor secrets', async () => {
  const { driver, story } = await openTiny(
    bashDriver({
      provision: [
        'echo first; echo "second" >&2',
        'printf "\\033[31mred\\033[0m\\r\\n"',
        'echo "token $HCLOUD_TOKEN, password $DB_PASSWORD"',
      ].join('\n'),
    }),
    { HCLOUD_TOKEN: 'very-secret-token', DB_PASSWORD: 'hunter2!' },
  )
  await driver.provision()
  expect(story()).toEqual(['first', 'second', 'red', 'token ***, password ***'])
})

it('takes exit status 100 of provision for a whole life cycle', async () => {
  const { driver } = await openTiny(bashDriver({ provision: 'return 100' }))
  expect(await driver.provision()).toBe('complete')
})

it('fails with the first command that fails, and with what was said', async () => {
  const { driver } = await openTiny(
    bashDriver({ provision: 'echo "no money left" >&2\nfalse | cat\necho "not reached"' }),
  )
  await expect(driver.provision()).rejects.toMatchObject({
    code: 'DRIVER_FAILED',
    message: 'The driver .lok8s/drivers/tiny/main has failed: driver::provision ended with status 1.',
    detail: 'no money left',
  })
})

it('says only what it knows: without a plan a cluster that stands was changed', async () => {
  const plan = 'if [[ -e $PATH_BASE/there ]]; then echo "keep all"; else echo "create all"; fi'
  const [mute, open] = [await openTiny(bashDriver()), await openTiny(bashDriver({ plan }))]
  expect(await mute.driver.provision()).toBe('created')
  expect(await mute.driver.plan!()).toBeUndefined()
  expect(await mute.driver.provision()).toBe('configured')
  expect(await open.driver.provision()).toBe('created')
  expect(await open.driver.provision()).toBe('unchanged')
})

it('reads plans, inventories, variables, keys and kubeconfigs', async () => {
  const { root, driver } = await openTiny(
    bashDriver({
      plan: 'echo "create   the network"; echo; echo "delete server web-1"',
      inventory: 'echo "server web-1"; echo "network web"',
      export: 'echo "A=1"; echo "B=x=y"',
      public_key: 'echo "ssh-ed25519 AAAA me"',
      kubeconfig: 'echo given.yaml',
    }),
  )
  expect(await driver.plan!()).toEqual([
    { action: 'create', what: 'the network' },
    { action: 'delete', what: 'server web-1' },
  ])
  expect(await driver.inventory()).toEqual(['server web-1', 'network web'])
  expect(await driver.export!()).toEqual({ A: '1', B: 'x=y' })
  expect(await driver.publicKey!()).toBe('ssh-ed25519 AAAA me')
  expect(await driver.kubeconfig()).toBe('given.yaml\n')
  writeFileSync(path.join(root, 'given.yaml'), 'kind: Config\n')
  expect(await driver.kubeconfig()).toBe('kind: Config\n')
})

it('ends with the driver, and leaves alone what that has left running', async () => {
  const { root, driver, ctx } = await openTiny(
    bashDriver({ provision: 'sleep 300 & echo $! >"$PATH_BASE/pid"\ntouch "$PATH_BASE/there"' }),
  )
  expect(await driver.provision()).toBe('created')
  const pid = Number(readFileSync(path.join(root, 'pid'), 'utf8'))
  expect(ctx.isRunning(pid)).toBe(true)
  ctx.kill(pid, 'SIGKILL')
})

it.each([
  [
    'a required function',
    bashDriver({ status: '', kubeconfig: '' }),
    'has no driver::status, no driver::kubeconfig.',
  ],
  ['good syntax', { '.lok8s/drivers/tiny/main': 'driver::provision() {\n' }, 'cannot be loaded (status 2).'],
  ['a file', { '.lok8s/drivers/tiny/README.md': '' }, '.lok8s/drivers/tiny has no index.mjs and no main.'],
])('names a driver without %s before it is used', async (_what, files, message) => {
  await expect(openTiny(files)).rejects.toMatchObject({
    code: 'DRIVER_INVALID',
    exitCode: 2,
    message: expect.stringContaining(message),
  })
})

const main = 'The driver .lok8s/drivers/tiny/main'
it.each([
  [
    'status',
    { status: 'echo "Hello, world"' },
    `${main} is wrong: driver::status answers absent,`,
    'It has answered: Hello, world',
  ],
  ['status', { status: ':' }, `${main} is wrong: driver::status answers absent,`, 'It has answered nothing.'],
  [
    'status',
    { status: 'echo oops >&2; false' },
    `${main} has failed: driver::status ended with status 1.`,
    'oops',
  ],
  [
    'plan',
    { plan: 'echo "explode the cluster"' },
    `${main} is wrong: driver::plan answers with entries`,
    'explode',
  ],
  [
    'export',
    { export: 'echo "no variable"' },
    `${main} is wrong: driver::export answers with variables`,
    'no variable',
  ],
  [
    'destroy',
    { destroy: 'kill -KILL $$' },
    `${main} has failed: driver::destroy ended with status 137.`,
    'said nothing',
  ],
] as const)('names a driver whose %s is wrong', async (name, functions, message, detail) => {
  const { driver } = await openTiny(bashDriver(functions))
  await expect(driver[name]!()).rejects.toMatchObject({
    code: 'DRIVER_FAILED',
    message: expect.stringContaining(message),
    detail: expect.stringContaining(detail),
  })
})

it('ends a driver that hangs, and all it has started', async () => {
  const { driver, root, ctx } = await openTiny(
    bashDriver({
      status: 'echo waiting >&2; sleep 300 & echo $! >"$PATH_BASE/pid"; wait',
    }),
    { LOK8S_DRIVER_TIMEOUT: '1s' },
  )
  await expect(driver.status()).rejects.toMatchObject({
    code: 'DRIVER_FAILED',
    message: `${main} was ended, since driver::status has not come to an end in 1 seconds.`,
    detail: 'waiting',
    hint: expect.stringContaining('LOK8S_DRIVER_TIMEOUT'),
  })
  const pid = Number(readFileSync(path.join(root, 'pid'), 'utf8'))
  while (ctx.isRunning(pid)) await ctx.sleep(10)
})

it('refuses a time limit that is none', async () => {
  await expect(openTiny(bashDriver(), { LOK8S_DRIVER_TIMEOUT: 'soon' })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('"soon"'),
  })
})
