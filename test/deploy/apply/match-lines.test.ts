import { expect, it } from 'vitest'
import { matchLines, nameOf } from '../../../src/deploy/apply/apply-run.js'
import type { ObjectId } from '../../../src/kube/object.js'

const id = (kind: string, name: string, { group = '', namespace = 'shop' } = {}): { id: ObjectId } => ({
  id: { group, kind, namespace, name },
})
const a = id('ConfigMap', 'a')
const otherA = id('ConfigMap', 'a', { namespace: 'other' })
const web = id('Deployment', 'web', { group: 'apps' })
const widget = id('Widget', 'a', { group: 'example.com' })

/** Which of the objects, by their place, count as applied after these lines. */
function matched(objects: { id: ObjectId }[], lines: string[]): number[] {
  const applied: { id: ObjectId }[] = []
  const match = matchLines(objects, manifest => applied.push(manifest))
  for (const line of lines) match(line)
  return applied.map(object => objects.indexOf(object))
}

it.each([
  [a, 'configmap/a'],
  [web, 'deployment.apps/web'],
  [widget, 'widget.example.com/a'],
])('%# is called what kubectl calls it', (object, name) => {
  expect(nameOf(object)).toBe(name)
})

it.each<[string, { id: ObjectId }[], string[], number[]]>([
  ['all, in order', [a, web], ['configmap/a', 'deployment.apps/web'], [0, 1]],
  ['the one behind one that was refused', [a, web], ['deployment.apps/web'], [1]],
  ['both namesakes', [a, otherA], ['configmap/a', 'configmap/a'], [0, 1]],
  [
    'the first of two namesakes, one of which was refused',
    [a, otherA, web],
    ['configmap/a', 'deployment.apps/web'],
    [0, 2],
  ],
  ['the right one of two kinds with one name', [a, widget], ['widget.example.com/a'], [1]],
  ['nothing twice', [a], ['configmap/a', 'configmap/a'], [0]],
  ['nothing that is not among them', [a], ['configmap/b', 'secret/a', 'configmap.example.com/a'], []],
])('matches %s', (_what, objects, names, expected) => {
  expect(
    matched(
      objects,
      names.map(name => `${name} serverside-applied`),
    ),
  ).toEqual(expected)
})

it.each([
  '',
  'configmap/a',
  'configmap/a created',
  'Warning: configmap/a serverside-applied',
])('takes no notice of other words: "%s"', line => {
  expect(matched([a], [line])).toEqual([])
})
