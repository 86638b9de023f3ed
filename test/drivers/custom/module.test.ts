import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { domain, moduleDriver, openTiny, specIn } from '../../helpers/tiny-driver.js'
import { isGone, until } from '../rehearsal/processes.js'

const file = '.lok8s/drivers/tiny/index.mjs'

it('gives each function the cluster, a signal and a log', async () => {
  const { root, driver, story } = await openTiny(
    moduleDriver({
      provision: `provision({ spec, ...cluster }, { signal, log }) {
        log(JSON.stringify(cluster))
        console.log(spec.metadata.name, spec.spec.cluster.domain, signal.aborted, process.env.PATH_BASE)
      }`,
    }),
  )
  expect(await driver.provision()).toBe('created')
  expect(JSON.parse(story()[0]!)).toEqual({
    domain,
    name: 'test',
    kind: 'Tiny',
    specFile: specIn(root),
    root,
    kubeconfig: path.join(root, '.kubeconfig/test.yaml'),
  })
  expect(story()[1]).toBe(`test ${domain} false ${root}`)
})

it.each([
  ["'unchanged'", 'unchanged'],
  ["'complete'", 'complete'],
  ['100', 'complete'],
  ['undefined', 'created'],
])('takes %s from provision for %s', async (value, outcome) => {
  const { driver } = await openTiny(moduleDriver({ provision: `provision() { return ${value} }` }))
  expect(await driver.provision()).toBe(outcome)
})

it('reads what the optional functions answer', async () => {
  const { driver } = await openTiny(
    moduleDriver({
      plan: `plan: () => [{ action: 'keep', what: 'the network' }, 'create the servers']`,
      inventory: `inventory: async () => ['server 1']`,
      export: `export: () => ({ A: 1, B: 'two', C: true })`,
      publicKey: `publicKey: () => 'ssh-ed25519 AAAA'`,
      status: `status: () => ({ state: 'Provisioning' })`,
    }),
  )
  expect(await driver.plan!()).toEqual([
    { action: 'keep', what: 'the network' },
    { action: 'create', what: 'the servers' },
  ])
  expect(await driver.inventory()).toEqual(['server 1'])
  expect(await driver.export!()).toEqual({ A: '1', B: 'two', C: 'true' })
  expect(await driver.publicKey!()).toBe('ssh-ed25519 AAAA')
  expect(await driver.status()).toEqual({ state: 'degraded', missing: ['provisioning'] })
})

it('does not wait for what a driver leaves open', async () => {
  const { driver } = await openTiny(
    moduleDriver({ provision: 'provision() { setInterval(() => {}, 1000); return "configured" }' }),
  )
  expect(await driver.provision()).toBe('configured')
})

it.each([
  ['lacks a required function', moduleDriver({ destroy: '' }), 'has no destroy.', undefined],
  ['cannot be parsed', { [file]: 'export default {' }, 'cannot be loaded', 'SyntaxError'],
  [
    'has no default export',
    { [file]: 'export const status = () => {}' },
    'cannot be loaded',
    'no default export',
  ],
  [
    'cannot find what it imports',
    moduleDriver({}, "import 'nothing-there'\n"),
    'cannot be loaded',
    'nothing-there',
  ],
])('names a driver that %s before it is used', async (_what, files, message, detail) => {
  await expect(openTiny(files)).rejects.toMatchObject({
    code: 'DRIVER_INVALID',
    message: expect.stringContaining(`The driver ${file} ${message}`),
    ...(detail && { detail: expect.stringContaining(detail) }),
  })
})

it.each([
  ['throws', 'throw new Error("no money left")', 'has failed: status ended with status 1', 'no money left'],
  ['ends the process', 'process.exit(0)', 'has failed: status ended with status 1', 'said nothing'],
  [
    'crashes later',
    'return new Promise(() => setTimeout(() => { throw new Error("late") }))',
    'has failed',
    'late',
  ],
  ['answers garbage', 'return { state: 42 }', 'is wrong: status answers absent', '{"state":42}'],
  ['answers what JSON cannot say', 'return 10n', 'has failed: status ended with status 1', 'BigInt'],
])('names a driver that %s', async (_what, body, message, detail) => {
  const { driver } = await openTiny(moduleDriver({ status: `status() { ${body} }` }))
  await expect(driver.status()).rejects.toMatchObject({
    code: 'DRIVER_FAILED',
    message: expect.stringContaining(`The driver ${file} ${message}`),
    detail: expect.stringContaining(detail),
  })
})

it('ends a driver that never comes back, and leaves nothing of it running', async () => {
  const spin = `async status() {
    const { writeFileSync } = await import('node:fs')
    writeFileSync('pid', String(process.pid))
    for (;;);
  }`
  const { driver, root } = await openTiny(moduleDriver({ status: spin }), { LOK8S_DRIVER_TIMEOUT: '5s' })
  await expect(driver.status()).rejects.toMatchObject({
    message: `The driver ${file} was ended, since status has not come to an end in 5 seconds.`,
  })
  const pid = Number(readFileSync(path.join(root, 'pid'), 'utf8'))
  await until(() => isGone({ pid, born: '' }))
})
