import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { findMistake } from '../../../src/deploy/artifact/find-mistake.js'
import { isPlainBlock } from '../../../src/deploy/artifact/is-plain-block.js'
import { configMap, definition, deployment, job } from '../../helpers/manifests.js'

const scalars = `apiVersion: v1
data:
  a.b/c: "quoted: \\" yes"
  block: |-
    first
      deeper
    # no comment
    --- no end
  empty: ""
  folded: >2
     kept: as it is

    end
  nothing:
  single: 'it''s'
  url: http://example.com:80/#x
  version: -1
kind: ConfigMap
metadata:
  annotations: {}
  # a comment
  finalizers: []
  name: odd
  ownerReferences:
  - name: a
    uid: b
  -
    name: c
  - - nested
    - - twice
    -
`
const plain = [
  scalars,
  configMap('a'),
  deployment('b', { pod: 'args:\n- --a=b\n- -c\n- :80', trouble: { 'crash-loop': 'no\n"database"' } }),
  job('c'),
  definition('example.com', 'Box'),
]

it.each(plain)('sees at once that what kustomize writes is YAML: %#', text => {
  expect([isPlainBlock(text), findMistake(text)]).toEqual([true, undefined])
})

it.each([
  ['a: 1\nb: 2\na: 3\n', 'this key stands in its map twice', 3, 1],
  ['a:\n  b: 1\n  c: 1\n  b: 1\n', 'this key stands in its map twice', 4, 3],
  ['a:\n- b: 1\n  b: 1\n', 'this key stands in its map twice', 3, 3],
  ['{ a: 1, a: 2 }\n', 'this key stands in its map twice', 1, 9],
  ['a: 1\n"a": 2\n', 'this key stands in its map twice', 2, 1],
  ['a: {b: 1, b: 1}\n', 'this key stands in its map twice', 1, 11],
  ['a: "no end\n', 'Missing closing "quote', 2, 1],
  ['a: b: c\n', 'Nested mappings are not allowed in compact mappings', 1, 4],
  ['a: 1\n  b: 2\n', expect.stringContaining('Nested mappings'), 1, 4],
  ['a: [1\n', expect.stringContaining('end with a ]'), 2, 1],
  ['b: 1\na: *nowhere\n', 'an alias in it leads nowhere', 1, 1],
  ['a: |\n    deep\n  less\n', expect.any(String), 3, 1],
  ['a: 1\n... \nb: 1\n', 'there are two documents in one', 1, 1],
])('names the mistake in %j, and its place', (text, message, line, column) => {
  expect(findMistake(text)).toEqual({ message, line, column })
})

it.each([
  'a: &one { b: 1 }\nc: *one\n',
  'a: a text\n  of two lines\n',
  '{ "a": [1, 2] }\n',
  '? a\n: b\n',
  'a: !!str 1\n',
  '# nothing but\nkey: "a \\x41"\n',
])('takes other forms of YAML too: %j', text => {
  expect([isPlainBlock(text), findMistake(text)]).toEqual([false, undefined])
})

it('never repeats the text, which may be that of a Secret', () => {
  const texts = ['data: "hunter2\n', 'data: hunter2: x\n', 'hunter2: 1\nhunter2: 2\n', 'a: [hunter2\n']
  expect(texts.map(text => JSON.stringify(findMistake(text)).includes('hunter2'))).toEqual(
    texts.map(() => false),
  )
})

it('is never sure of a text that a parser refuses, however it is broken', () => {
  const random = randomFrom(7)
  const sure = Array.from({ length: 1000 }, () => mutate(plain[random(plain.length)]!, random)).filter(
    isPlainBlock,
  )
  expect(sure.filter(text => parseAllDocuments(text).some(({ errors }) => errors.length > 0))).toEqual([])
  expect(sure.length).toBeGreaterThan(50)
})

type Random = (below: number) => number

/** The same numbers in every run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomFrom(seed: number): Random {
  let state = seed
  return below => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Moves, repeats, indents and cuts a few lines. */
function mutate(text: string, random: Random): string {
  const lines = text.split('\n')
  for (let count = 1 + random(3); count > 0; count--) {
    const [from, to] = [random(lines.length), random(lines.length)]
    const line = lines[from]!
    const changed = [
      line,
      ` ${line}`,
      `  ${line}`,
      line.slice(1),
      line.slice(2),
      line.slice(0, random(line.length + 1)),
      `${line} x: y`,
      line.replace(': ', ':'),
      line.replace(/"|'|-/, ''),
    ]
    lines.splice(to, random(2), changed[random(changed.length)]!)
  }
  return lines.join('\n')
}
