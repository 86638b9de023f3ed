import { truncateSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parseSource, readSource } from '../../../src/project/spec/source.js'
import { loJson } from '../../helpers/lo.js'
import { clusterSpec, makeFolder, makeProject, writeFiles } from '../../helpers/project.js'

const file = 'cluster.lok8s.yaml'
const parse = (text: string) => parseSource(text, file)
const times = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('')

it.each([
  ['anchors', 'a: &n { x: 1 }\nb: *n\n', { a: { x: 1 }, b: { x: 1 } }],
  ['merge keys', 'a: &n { x: 1, y: 2 }\nb: { <<: *n, y: 3 }\n', { a: { x: 1, y: 2 }, b: { x: 1, y: 3 } }],
  [
    'merge keys with a list, the first one winning',
    'a: &a { x: 1 }\nb: &b { x: 2, y: 2 }\nc: { <<: [*a, *b] }\n',
    { a: { x: 1 }, b: { x: 2, y: 2 }, c: { x: 1, y: 2 } },
  ],
  ['an anchor defined anew inside itself', 'a: &n { b: &n 1, c: *n }\n', { a: { b: 1, c: 1 } }],
  [
    'the booleans of YAML 1.1 as text',
    'a: [yes, no, on, off, y, n, Yes]\n',
    { a: ['yes', 'no', 'on', 'off', 'y', 'n', 'Yes'] },
  ],
  [
    'numbers by the core schema of YAML 1.2',
    'a: [017, 0o17, 0x1F, 1e3, 1_000, 12:30:45]\n',
    { a: [17, 15, 31, 1000, '1_000', '12:30:45'] },
  ],
  ['a date as text', 'a: 2026-01-31\n', { a: '2026-01-31' }],
  ['a byte order mark', '\ufeffa: 1\n', { a: 1 }],
  ['CRLF line ends', 'a: 1\r\nb: |\r\n  x\r\n  y\r\n', { a: 1, b: 'x\ny\n' }],
  ['a document with marks', '---\na: 1\n...\n', { a: 1 }],
  ['__proto__ as a key like any other', '__proto__: 1\n', JSON.parse('{ "__proto__": 1 }')],
  [
    'brackets and dashes inside text as text',
    `a: "${'['.repeat(100)}"\nb: |\n  ${'- '.repeat(100)}\nc: ${'x-'.repeat(100)}\n`,
    { a: '['.repeat(100), b: `${'- '.repeat(100)}\n`, c: 'x-'.repeat(100) },
  ],
  [
    'nesting of 60 levels',
    `${'['.repeat(60)}${']'.repeat(60)}\n`,
    JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`),
  ],
  ['100 aliases', `a: &n 1\nb: [${times(100, () => '*n,')}]\n`, { a: 1, b: Array(100).fill(1) }],
  ['a list of many items', '- a\n'.repeat(100), Array(100).fill('a')],
])('reads %s', (_what, text, value) => {
  expect(parse(text)).toMatchObject({ value, problems: [] })
})

it.each([
  [
    'a key given twice',
    'a: 1\nb: 2\na: 3\n',
    { line: 3, column: 1, source: 'a: 3', message: 'the key "a" stands in this map already, on line 1' },
  ],
  [
    'a key given twice deep inside, once in quotes',
    'a:\n  - b: 1\n    "b": 2\n',
    {
      line: 3,
      column: 5,
      source: '    "b": 2',
      message: 'the key "b" stands in this map already, on line 2',
    },
  ],
  [
    'a merge key given twice',
    'a: &n { x: 1 }\nb:\n  <<: *n\n  <<: *n\n',
    { line: 4, column: 3, source: '  <<: *n', message: 'the key "<<" stands in this map already, on line 3' },
  ],
  [
    'a key given twice after CRLF',
    'a: 1\r\nb: 2\r\na: 3\r\n',
    { line: 3, column: 1, source: 'a: 3', message: 'the key "a" stands in this map already, on line 1' },
  ],
  [
    'a key given twice after a byte order mark',
    '\ufeffa: 1\na: 2\n',
    { line: 2, column: 1, source: 'a: 2', message: 'the key "a" stands in this map already, on line 1' },
  ],
  [
    'a tab as indentation',
    'a:\n\tb: 1\n',
    {
      line: 2,
      column: 1,
      source: '\tb: 1',
      message: 'a tab cannot indent YAML',
      hint: 'use spaces',
    },
  ],
  [
    'a second document',
    'a: 1\n---\nb: 2\n',
    {
      line: 2,
      column: 1,
      source: '---',
      message: 'a second document begins here, and a spec is one document',
    },
  ],
  [
    'an alias of nothing',
    'a: 1\nb: *nope\n',
    { line: 2, column: 4, source: 'b: *nope', message: 'there is no anchor &nope above this line' },
  ],
  [
    'an alias above its anchor',
    'a: *n\nb: &n 1\n',
    { line: 1, column: 4, source: 'a: *n', message: 'there is no anchor &n above this line' },
  ],
  [
    'an anchor that contains itself',
    'a: &n\n  - 1\n  - [*n]\n',
    { line: 3, column: 6, source: '  - [*n]', message: 'the anchor &n contains itself' },
  ],
  [
    'an anchor that merges itself',
    'a: &n { <<: *n }\n',
    { line: 1, column: 13, source: 'a: &n { <<: *n }', message: 'the anchor &n contains itself' },
  ],
  [
    'a map as key',
    'a: 1\n? { b: 1 }\n: 2\n',
    {
      line: 2,
      column: 3,
      source: '? { b: 1 }',
      message: 'a key is plain text, and not a map, a list or an alias',
    },
  ],
  [
    'an alias as key',
    'a: &n { b: 1 }\n*n : 2\n',
    {
      line: 2,
      column: 1,
      source: '*n : 2',
      message: 'a key is plain text, and not a map, a list or an alias',
    },
  ],
  [
    'a tag of somebody else',
    'a: !vault secret\n',
    { line: 1, column: 4, source: 'a: !vault secret', message: 'unresolved tag: !vault' },
  ],
  [
    'two colons in a line',
    'a: b: c\n',
    {
      line: 1,
      column: 4,
      source: 'a: b: c',
      message: 'nested mappings are not allowed in compact mappings',
    },
  ],
  [
    'a bracket that nothing closes',
    'a: [1,\nb: 2\n',
    {
      line: 2,
      column: 1,
      source: 'b: 2',
      message: 'flow sequence in block collection must be sufficiently indented and end with a ]',
    },
  ],
  [
    'a level too many',
    `a:\n  ${'['.repeat(60)}\n  [\n`,
    { line: 3, source: '  [', message: 'nested more than 60 levels deep' },
  ],
  [
    'merging what is no map',
    'a: { <<: 1 }\n',
    { message: expect.stringContaining('Merge sources must be maps') },
  ],
  ['an empty file', '', { message: 'the file is empty' }],
  ['a file of blank lines', ' \n\n', { message: 'the file is empty' }],
  ['a file of comments', '# nothing yet\n# at all\n', { message: 'the file is empty' }],
])('refuses %s', (_what, text, problem) => {
  expect(parse(text)).toMatchObject({ value: undefined })
  expect(parse(text).problems).toEqual([{ file, ...problem }])
})

it('finds every key given twice, in the order of lines, and the first twenty of very many', () => {
  expect(parse('a: { b: 1, b: 2 }\nc: 1\na: 2\n').problems.map(({ line }) => line)).toEqual([1, 3])
  expect(parse('a: 1\n'.repeat(50)).problems).toHaveLength(20)
})

it('spells out what a terminal would act on', () => {
  expect(parse('"\\e[31m": 1\n"\\e[31m": 2\n').problems[0]?.message).toBe(
    'the key "\\u001b[31m" stands in this map already, on line 1',
  )
  expect(parse('a: *n\u009b31m\n').problems[0]?.message).toBe(
    'there is no anchor &n\\u{9b}31m above this line',
  )
  expect(parse('a: !<x\u009b31m> y\n').problems[0]?.message).toBe('unresolved tag: x\\u{9b}31m')
})

it('leaves out a line that is too long to look at', () => {
  expect(parse(`a: [${'1,'.repeat(2000)}*n]\n`).problems).toEqual([
    { file, line: 1, column: 4005, message: 'there is no anchor &n above this line' },
  ])
})

const placed = `a: &n { x: 1 }
b:
  - c: 1
d: *n
e: { <<: *n }
f: { <<: [*n] }
g:
`

it.each([
  ['a value', ['b', 0, 'c'], {}, 3, 8],
  ['a key', ['b', 0, 'c'], { key: true }, 3, 5],
  ['the nearest value above one that is missing', ['b', 0, 'z', 'y'], {}, 3, 5],
  ['the whole when a key of it is missing', ['z'], { key: true }, 1, 1],
  ['a value behind an alias', ['d', 'x'], {}, 1, 12],
  ['a value that is merged in', ['e', 'x'], {}, 1, 12],
  ['a value that is merged in from a list', ['f', 'x'], {}, 1, 12],
  ['a value that is not there', ['g'], {}, 7, 3],
])('places a problem at %s', (_what, at, options, line, column) => {
  expect(parse(placed).problemAt(at, { message: 'wrong' }, options)).toEqual({
    file,
    line,
    column,
    source: placed.split('\n')[line - 1],
    message: 'wrong',
  })
})

it('refuses a file by its size, without reading it', () => {
  const root = makeFolder()
  writeFiles(root, { [file]: 'a: 1\n' })
  const name = path.join(root, file)
  expect(readSource(name, file).value).toEqual({ a: 1 })
  // Holes only: longer than node can read at once.
  truncateSync(name, 3 * 1024 ** 3)
  expect(readSource(name, file).problems).toEqual([
    { file, message: 'the file has 3145728 KiB; a spec has at most 256 KiB' },
  ])
})

it('refuses a folder', () => {
  expect(readSource(makeFolder(), file).problems).toEqual([{ file, message: 'this is no file' }])
})

const indented = (count: number, key: string) => times(count, index => `${' '.repeat(index)}${key}\n`)
const unknownKeys = times(20_000, index => `  k${index}: 1\n`)
const noKey = 'a key is plain text, and not a map, a list or an alias'
const tooDeep = 'nested more than 60 levels deep'
const multiplied = 'the anchors cannot be resolved: used in each other, they multiply'
const bomb = (entry: (last: string) => string) =>
  `a0: &a0 { x: 1, y: 1 }\n${times(9, index => `a${index + 1}: &a${index + 1} ${entry(`*a${index}`)}\n`)}`

it.each([
  ['100,000 brackets', '['.repeat(100_000), [{ line: 1, message: tooDeep }]],
  ['lines of brackets', '[\n'.repeat(100_000), [{ line: 61, source: '[', message: tooDeep }]],
  ['maps in maps', '{a: '.repeat(60_000), [{ line: 1, message: tooDeep }]],
  ['maps in maps, a line each', '{a:\n'.repeat(60_000), [{ line: 61, source: '{a:', message: tooDeep }]],
  ['lists in lists', '- '.repeat(100_000), [{ line: 1, message: tooDeep }]],
  ['keys in keys', '? '.repeat(100_000), [{ line: 1, message: tooDeep }]],
  [
    'deep indentation',
    clusterSpec('example.com', `  nodes:\n${indented(700, '   a:')}`),
    [
      {
        line: 7,
        column: 4,
        source: '   a:',
        message: 'spec.nodes: expected a number, found a map',
      },
    ],
  ],
  [
    'deep indentation of lists',
    indented(700, '-'),
    [{ line: 1, column: 1, source: '-', message: 'expected a map, found a list' }],
  ],
  [
    'deep indentation of keys',
    indented(700, '?'),
    Array.from({ length: 20 }, (_, index) => ({
      line: index + 2,
      column: index + 2,
      source: `${' '.repeat(index + 1)}?`,
      message: noKey,
    })),
  ],
  [
    '20,000 unknown keys',
    clusterSpec('example.com', unknownKeys),
    Array.from({ length: 20 }, (_, index) => ({
      line: index + 6,
      column: 3,
      source: `  k${index}: 1`,
      message: `unknown key "k${index}" in spec`,
      hint: expect.any(String),
    })),
  ],
  [
    '20,000 unknown keys in a line',
    clusterSpec('example.com', `  build: {${unknownKeys.replaceAll('\n', ',')}}\n`),
    Array.from({ length: 20 }, (_, index) => ({
      line: 6,
      column: expect.any(Number),
      message: `unknown key "k${index}" in spec.build`,
      hint: expect.any(String),
    })),
  ],
  [
    '20,000 wrong items',
    clusterSpec('example.com', `  bootstrap:\n${times(20_000, () => '  - 1\n')}`),
    Array.from({ length: 20 }, (_, index) => ({
      line: index + 7,
      column: 5,
      source: '  - 1',
      message: `spec.bootstrap[${index}]: expected text that is not empty or a map, found the number 1`,
      hint: 'put it in quotes',
    })),
  ],
  [
    'one key 20,000 times',
    'k: 1\n'.repeat(20_000),
    Array.from({ length: 20 }, (_, index) => ({
      line: index + 2,
      column: 1,
      source: 'k: 1',
      message: 'the key "k" stands in this map already, on line 1',
    })),
  ],
  ['an alias bomb', bomb(last => `[${Array(9).fill(last)}]`), [{ message: multiplied }]],
  ['a merge bomb', bomb(last => `{ p: ${last}, <<: [${Array(9).fill(last)}] }`), [{ message: multiplied }]],
  [
    '1,000 aliases',
    `a: &n 1\nb:\n${times(1000, () => '- *n\n')}`,
    [{ line: 103, column: 3, source: '- *n', message: 'more than 100 aliases' }],
  ],
  [
    'a kind of 100,000 letters',
    clusterSpec('example.com').replace('Rehearsal', 'k'.repeat(100_000)),
    [
      {
        line: 2,
        column: 7,
        message: `unknown kind "${'k'.repeat(80)}…", and no driver of that name in .lok8s/drivers`,
        hint: expect.any(String),
      },
    ],
  ],
  [
    '10 MB',
    '# a line\n'.repeat(1_165_084),
    [{ message: 'the file has 10240 KiB; a spec has at most 256 KiB' }],
  ],
])('answers to %s with little memory', async (_what, spec, problems) => {
  const cwd = makeProject({ 'clusters/example.com/cluster.lok8s.yaml': spec })
  const env = { NODE_OPTIONS: '--max-old-space-size=192' }
  const { exitCode, stderr, document } = await loJson(['build', 'example.com'], { cwd, env })
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' })
  expect(document.error).toMatchObject({ code: 'SPEC_INVALID' })
  expect(document.error.problems).toEqual(
    problems.map(problem => ({ file: 'clusters/example.com/cluster.lok8s.yaml', ...problem })),
  )
})
