import { expect, it } from 'vitest'
import { addons, orderOf, plainAddon, plan, problemsOf } from './plans.js'

const files = { ...addons('a', 'b', 'c', 'd', '5'), ...plainAddon('one/x'), ...plainAddon('two/x') }

it.each([
  ['entries that stand side by side', ['a', 'b'], { a: [], b: [] }],
  ['dependsOn', ['a', 'b: { dependsOn: [a] }'], { a: [], b: ['a'] }],
  ['dependsOn of a later entry', ['a: { dependsOn: [b] }', 'b'], { a: ['b'], b: [] }],
  ['the same one twice', ['a', 'b: { dependsOn: [a, a] }'], { a: [], b: ['a'] }],
  ['dependsOn by the name that is given', ['a: { name: x }', 'b: { dependsOn: [x] }'], { x: [], b: ['x'] }],
  ['a number as name', ['"5"', 'b: { dependsOn: [5] }'], { '5': [], b: ['5'] }],
  [
    'a number whose spelling matters',
    ['a: { name: "1.10" }', 'b: { dependsOn: [1.10] }'],
    { '1.10': [], b: ['1.10'] },
  ],
  [
    'a gate: after all before it, before all after it',
    ['a', 'b', 'c: { wait: true }', 'd'],
    { a: [], b: [], c: ['a', 'b'], d: ['c'] },
  ],
  ['a gate alone', ['a: { wait: true }'], { a: [] }],
  ['a gate that is none', ['a: { wait: false }', 'b'], { a: [], b: [] }],
  [
    'two gates',
    ['a: { wait: true }', 'b', 'c: { wait: true }', 'd'],
    { a: [], b: ['a'], c: ['a', 'b'], d: ['a', 'c'] },
  ],
])('orders %s', (_what, entries, order) => {
  expect(orderOf(plan(entries, files))).toEqual(order)
})

it.each([
  ['nobody, where nobody depends on anything', ['a', 'b'], [false, false]],
  ['the one that somebody depends on', ['a', 'b: { dependsOn: [a] }'], [true, false]],
  ['a gate, even the last one', ['a: { wait: true }'], [true]],
  ['all before a gate', ['a', 'b', 'c: { wait: true }', 'd'], [true, true, true, false]],
])('waits for the readiness of %s', (_what, entries, isAwaited) => {
  expect(plan(entries, files).graph.isAwaited).toEqual(isAwaited)
})

it.each([
  [
    'an entry that there is not, with the one that was meant',
    ['a', 'b: { name: storage }', 'c: { dependsOn: [a, storge] }'],
    [{ line: 9, column: 27, message: 'there is no entry "storge"', hint: 'did you mean "storage"?' }],
  ],
  [
    'the last part of a path once the entry has a name',
    ['a: { name: x }', 'b: { dependsOn: [a] }'],
    [{ line: 8, message: 'there is no entry "a"' }],
  ],
  [
    'a name that two entries share',
    ['/one/x', '/two/x', 'a: { dependsOn: [x] }'],
    [{ line: 9, message: '"x" is ambiguous: 2 entries are called that' }],
  ],
  [
    'a given name that is a path of another entry',
    ['a', 'b: { name: a }'],
    [{ line: 8, column: 18, message: 'another entry of the list is called "a" too' }],
  ],
  [
    'the same given name twice',
    ['a: { name: x }', 'b: { name: x }'],
    [
      { line: 7, message: 'another entry of the list is called "x" too' },
      { line: 8, message: 'another entry of the list is called "x" too' },
    ],
  ],
  [
    'an entry that depends on itself',
    ['a: { dependsOn: [a] }'],
    [{ line: 7, message: 'entries wait for each other: a → a (dependsOn)' }],
  ],
  [
    'a cycle',
    ['d', 'a: { dependsOn: [b, d] }', 'b: { dependsOn: [c] }', 'c: { dependsOn: [a] }'],
    [{ line: 8, message: 'entries wait for each other: a → b (dependsOn) → c (dependsOn) → a (dependsOn)' }],
  ],
  [
    'a cycle through a gate',
    ['a: { dependsOn: [c] }', 'b: { wait: true }', 'c'],
    [
      {
        line: 7,
        message: 'entries wait for each other: a → c (dependsOn) → b (wait: true) → a (wait: true)',
      },
    ],
  ],
])('refuses %s', (_what, entries, problems) => {
  expect(problemsOf(entries, files)).toMatchObject(problems)
  expect(problemsOf(entries, files)).toHaveLength(problems.length)
})

it('warns of two entries of one name that nobody depends on', () => {
  expect(plan(['/one/x', '/two/x'], files).warnings).toMatchObject([
    { line: 8, column: 7, message: 'two entries are called "x"' },
  ])
})

it('finds a cycle at the end of a long chain', () => {
  const names = Array.from({ length: 900 }, (_, index) => `n${index}`)
  const entries = names.map(
    (name, index) => `a: { name: ${name}, dependsOn: [${names[index + 1] ?? 'n898'}] }`,
  )
  expect(problemsOf(entries, files)).toMatchObject([
    { message: 'entries wait for each other: n898 → n899 (dependsOn) → n898 (dependsOn)' },
  ])
})
