import { expect, it } from 'vitest'
import { outcomesOf, run, warningsOf } from './runs.js'

it('applies what stands side by side at once, in the order of the list, and waits for nobody', async () => {
  const ran = await run(['b', 'a', 'c'], { b: { apply: 2, ready: 50 }, a: { ready: 50 } })
  expect(ran.story).toEqual([
    '0 b starts',
    '0 a starts',
    '0 c starts',
    '1 a applied',
    '1 c applied',
    '2 b applied',
  ])
  expect(outcomesOf(ran)).toEqual({ b: 'created', a: 'created', c: 'created' })
})

it('starts an entry when all it depends on are ready, and waits for those alone', async () => {
  const entries = ['a', 'b', 'c: { dependsOn: [a, b] }']
  const { story } = await run(entries, { a: { ready: 5 }, b: { ready: 10 }, c: { ready: 100 } })
  expect(story.slice(4)).toEqual(['6 a ready', '11 b ready', '11 c starts', '12 c applied'])
})

it('lets a gate wait for all before it, and all after it wait for the gate', async () => {
  const entries = ['a', 'b', 'g: { wait: true }', 'c']
  const { story } = await run(entries, { a: { ready: 3 }, g: { ready: 4 } })
  expect(story).toEqual([
    '0 a starts',
    '0 b starts',
    '1 a applied',
    '1 b applied',
    '1 b ready',
    '4 a ready',
    '4 g starts',
    '5 g applied',
    '9 g ready',
    '9 c starts',
    '10 c applied',
  ])
})

it('applies no more at once than it may, and gives a free place to the first of the list', async () => {
  const { story } = await run(['a', 'b', 'c', 'd'], { a: { apply: 2 }, b: { apply: 5 } }, { parallel: 2 })
  expect(story).toEqual([
    '0 a starts',
    '0 b starts',
    '2 a applied',
    '2 c starts',
    '3 c applied',
    '3 d starts',
    '4 d applied',
    '5 b applied',
  ])
})

it('gives its place away while it waits for readiness', async () => {
  const entries = ['a', 'b', 'c: { dependsOn: [a] }']
  const { story } = await run(entries, { a: { ready: 9 } }, { parallel: 1 })
  expect(story).toEqual([
    '0 a starts',
    '1 a applied',
    '1 b starts',
    '2 b applied',
    '10 a ready',
    '10 c starts',
    '11 c applied',
  ])
})

it('goes on after 180 seconds with what does not get ready, and warns of it', async () => {
  const ran = await run(['a', 'b: { dependsOn: [a] }'], { a: { ready: 1000 } })
  expect(ran.story.slice(2)).toEqual(['181 a not ready', '181 b starts', '182 b applied'])
  expect(warningsOf(ran)).toEqual([
    'a is not ready after 180 seconds; what depends on it starts all the same\nDeployment a: no image',
  ])
  expect(outcomesOf(ran)).toEqual({ a: 'created', b: 'created' })
})

it('skips exactly what depends on a failed entry, each with one warning that names it', async () => {
  const entries = [
    'd: { dependsOn: [c] }',
    'a',
    'b',
    'c: { dependsOn: [a, b] }',
    'e',
    'f: { dependsOn: [e] }',
    'g: { dependsOn: [b] }',
  ]
  const ran = await run(entries, { a: { refused: ['invalid'] }, b: { apply: 3, ready: 3 }, e: { apply: 5 } })
  expect(outcomesOf(ran)).toEqual({
    d: 'skipped',
    a: 'failed',
    b: 'created',
    c: 'skipped',
    e: 'created',
    f: 'created',
    g: 'created',
  })
  expect(warningsOf(ran)).toEqual([
    'd is skipped, since it depends on a, which failed',
    'c is skipped, since it depends on a, which failed',
  ])
})

it('skips everything after a gate that failed', async () => {
  const ran = await run(['a', 'g: { wait: true }', 'b', 'c'], { g: { refused: ['invalid'] } })
  expect(outcomesOf(ran)).toEqual({ a: 'created', g: 'failed', b: 'skipped', c: 'skipped' })
})

it('skips a gate of which something before it failed, and all after it', async () => {
  const ran = await run(['a', 'b', 'g: { wait: true }', 'c'], { a: { refused: ['invalid'] } })
  expect(ran.results.map(({ because }) => because)).toEqual([undefined, undefined, 'a', 'a'])
})

it('tries again while a kind is not known yet', async () => {
  const ran = await run(['a'], { a: { refused: ['unknown-kind', 'webhook', 'missing-namespace'] } })
  expect(ran.story).toEqual(['0 a starts', '4 a again', '11 a again', '21 a again', '22 a applied'])
  expect(ran.events).toContainEqual({
    type: 'notice',
    message: 'a: the cluster does not know a kind yet; trying again in 3 seconds',
  })
})

it('gives up after three minutes of attempts', async () => {
  const ran = await run(['a', 'b: { dependsOn: [a] }'], { a: { refused: Array(20).fill('webhook') } })
  expect(ran.story.map(line => line.split(' ')[2])).toEqual(['starts', ...Array(14).fill('again')])
  expect(ran.took).toBe(15 + 180)
  expect(outcomesOf(ran)).toEqual({ a: 'failed', b: 'skipped' })
})

it('lets everything else go on while one entry is tried again', async () => {
  const { story } = await run(['a', 'b', 'c: { dependsOn: [b] }'], { a: { refused: ['webhook'] } })
  expect(story.slice(-3)).toEqual(['2 c applied', '4 a again', '5 a applied'])
})

it('starts nothing more after an interrupt, and says how far each entry was', async () => {
  const entries = ['a', 'b', 'c: { dependsOn: [a] }', 'd: { dependsOn: [b] }']
  const ran = await run(entries, { a: { apply: 2, ready: 50 }, b: { apply: 30 } }, { interruptAt: 10 })
  expect(ran.results.map(({ entry, state }) => [entry, state])).toEqual([
    ['a', 'settling'],
    ['b', 'applying'],
    ['c', 'waiting'],
    ['d', 'waiting'],
  ])
  expect(warningsOf(ran)).toEqual([])
})

it('lets a bug be a bug', async () => {
  await expect(run(['a', 'b'], { a: { bug: true } })).rejects.toThrow(TypeError)
})

it('does nothing where there is nothing to do', async () => {
  expect(await run([])).toMatchObject({ story: [], results: [] })
})

it('takes no longer than its longest chain', async () => {
  const seconds = [7, 3, 11, 2, 5, 8, 4, 9, 1, 6, 10, 12]
  const entries = [
    'a0',
    'a1',
    'a2: { dependsOn: [a0] }',
    'a3: { dependsOn: [a0] }',
    'a4: { dependsOn: [a1] }',
    'a5: { dependsOn: [a2] }',
    'a6: { dependsOn: [a2, a4] }',
    'a7: { dependsOn: [a3] }',
    'a8',
    'a9: { dependsOn: [a8] }',
    'a10: { dependsOn: [a5, a6] }',
    'a11: { dependsOn: [a7] }',
  ]
  const ready = Object.fromEntries(seconds.map((ready, index) => [`a${index}`, { ready }]))
  const { took, results } = await run(entries, ready, { parallel: 3 })
  const chain = 7 + 1 + 11 + 1 + 8 + 1 + 1
  expect(took).toBeLessThanOrEqual(chain * 1.1)
  expect(results.every(({ outcome }) => outcome === 'created')).toBe(true)
})
