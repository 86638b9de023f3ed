import { expect, it } from 'vitest'
import type { Seen } from '../../../src/deploy/apply/look-up.js'
import { createMarks, type MarkContext } from '../../../src/deploy/apply/mark.js'
import { type Manifest, parseManifests } from '../../../src/deploy/artifact/manifest.js'
import { configMap, custom, deployment } from '../../helpers/manifests.js'

const parse = (text: string): Manifest => parseManifests(text, 'artifacts.yaml')[0]!
const secret = (value: string) =>
  parse(`apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  key: ${value}\n`)
const seen = { uid: 'one', resourceVersion: '5' } as Seen
const context: MarkContext = { known: '', digest: 'd1', version: 'v1.33.0' }
const map = parse(configMap('a'))

/** Whether an object that was marked as `map` is left alone later. */
function isSpared(
  manifest: Manifest,
  later: Partial<Seen>,
  change: Partial<MarkContext>,
  marked = map,
): boolean {
  const known = createMarks(context).write([{ manifest: marked, seen }])
  return createMarks({ ...context, known, ...change }).has(manifest, { ...seen, ...later })
}

it('spares what is as it was, also when something else of its target has changed', () => {
  expect(isSpared(map, {}, {})).toBe(true)
  expect(isSpared(map, {}, { digest: 'd2' })).toBe(true)
})

it.each<[string, Manifest, Partial<Seen>, Partial<MarkContext>]>([
  ['another text', parse(configMap('a', 'two')), {}, {}],
  ['the same text with a comment', parse(`${configMap('a')}# more\n`), {}, {}],
  ['another object of the same text', parse(configMap('b')), {}, {}],
  ['a version that somebody else has made', map, { resourceVersion: '6' }, {}],
  ['one that was deleted and made again', map, { uid: 'two' }, {}],
  ['another API server', map, {}, { version: 'v1.34.0' }],
  ['a record without marks', map, {}, { known: '' }],
])('takes no chance with %s', (_what, manifest, later, change) => {
  expect(isSpared(manifest, later, change)).toBe(false)
})

it.each([
  ['what has a status', deployment('a')],
  ['a custom kind', custom('example.com', 'Box', 'a')],
])('never marks %s', (_what, text) => {
  expect(createMarks(context).write([{ manifest: parse(text), seen }])).toBe('')
})

it('makes no mark of what a Secret holds, and spares it as long as all of the artifact is the same', () => {
  const write = (value: string) => createMarks(context).write([{ manifest: secret(value), seen }])
  expect(write('b25l')).toBe(write('dHdv'))
  expect(isSpared(secret('b25l'), {}, {}, secret('b25l'))).toBe(true)
  expect(isSpared(secret('b25l'), {}, { digest: 'd2' }, secret('b25l'))).toBe(false)
})

it('takes a record that somebody has cut off, and keeps to what a record may hold', () => {
  const many = Array.from({ length: 6000 }, (_, index) => ({
    manifest: parse(configMap(`m-${index}`)),
    seen,
  }))
  const known = createMarks(context).write(many)
  expect(known).toHaveLength(5000 * 12)
  const marks = createMarks({ ...context, known: known.slice(0, 18) })
  expect(many.filter(({ manifest }) => marks.has(manifest, seen))).toHaveLength(1)
})
