import { expect, it } from 'vitest'
import { planFileNames } from '../../src/build/file-name.js'

const map = (name: string, namespace?: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  ...(namespace && { namespace }),
})
const ingress = (group: string, name = 'web') => ({ apiVersion: `${group}/v1`, kind: 'Ingress', name })

it.each([
  ['the kind and the name', [map('a')], ['ConfigMap.a.yaml']],
  ['the namespace between them', [map('a', 'ns')], ['ConfigMap.ns.a.yaml']],
  ['dots of a name as they are', [map('a.b.c')], ['ConfigMap.a.b.c.yaml']],
  [
    'the group where two would share a name, and there alone',
    [ingress('networking.k8s.io'), ingress('extensions'), ingress('extensions', 'other')],
    ['Ingress.networking.k8s.io.web.yaml', 'Ingress.extensions.web.yaml', 'Ingress.other.yaml'],
  ],
  [
    'no group for the core group, whose resource keeps the short name',
    [ingress('extensions'), { apiVersion: 'v1', kind: 'Ingress', name: 'web' }],
    ['Ingress.extensions.web.yaml', 'Ingress.web.yaml'],
  ],
  ['a colon and a slash as percent codes', [map('system:foo/bar')], ['ConfigMap.system%3Afoo%2Fbar.yaml']],
  ['a way out as a plain name', [map('../../x', '..')], ['ConfigMap.%2E..%2E.%2F..%2Fx.yaml']],
  ['a hidden name as a visible one', [{ ...map('.a'), kind: '.k' }], ['%2Ek.%2Ea.yaml']],
  ['a back slash as a percent code', [map('a\\b')], ['ConfigMap.a%5Cb.yaml']],
  ['a percent sign as a percent code', [map('a%2Fb')], ['ConfigMap.a%252Fb.yaml']],
  ['what a shell would read', [map("a!'()*~ $b")], ['ConfigMap.a%21%27%28%29%2A%7E%20%24b.yaml']],
  ['control characters', [map('a\nb\u0000')], ['ConfigMap.a%0Ab%00.yaml']],
  ['letters beyond ASCII', [map('ü')], ['ConfigMap.%C3%BC.yaml']],
  ['half a surrogate pair', [map('a\ud800')], ['ConfigMap.a%EF%BF%BD.yaml']],
])('names a file by %s', (_what, ids, names) => {
  expect(planFileNames(ids)).toEqual(names)
})

const hashed = (name: string) => expect.stringMatching(new RegExp(`^${name}\\.[0-9a-f]{12}\\.yaml$`))

it.each([
  [
    'kinds that differ by case',
    [map('a'), { ...map('a'), kind: 'Configmap' }],
    ['ConfigMap.a', 'Configmap.a'],
  ],
  ['versions of one kind', [map('a'), { ...map('a'), apiVersion: 'v2' }], ['ConfigMap.a', 'ConfigMap.a']],
  ['dots in other places', [map('b.c', 'a'), map('c', 'a.b')], ['ConfigMap.a.b.c', 'ConfigMap.a.b.c']],
  ['the same identity', [map('a'), map('a'), map('a')], ['ConfigMap.a', 'ConfigMap.a', 'ConfigMap.a']],
])('tells apart by a hash %s', (_what, ids, names) => {
  const planned = planFileNames(ids)
  expect(planned).toEqual(names.map(hashed))
  expect(new Set(planned.map(name => name.toLowerCase())).size).toBe(ids.length)
})

it('gives a resource the same hash whatever else there is', () => {
  const pair = [map('a'), { ...map('a'), apiVersion: 'v2' }]
  const [first, second] = planFileNames(pair)
  expect(planFileNames([map('b'), ...pair.toReversed()])).toEqual(['ConfigMap.b.yaml', second, first])
})

it('tells a hashed name apart from a resource that is called so', () => {
  const pair = [map('a'), { ...map('a'), apiVersion: 'v2' }]
  const [first = ''] = planFileNames(pair)
  const namesake = map(first.slice('ConfigMap.'.length, -'.yaml'.length))
  const planned = planFileNames([...pair, namesake])
  expect(planned[2]).toBe(first)
  expect(new Set(planned).size).toBe(3)
})

it('keeps a name of 255 bytes and shortens a longer one, staying distinct', () => {
  const long = 'a'.repeat(253)
  const planned = planFileNames([map('b'.repeat(240)), map('c'.repeat(241)), map(long, 'x'), map(long, 'y')])
  expect(planned[0]).toBe(`ConfigMap.${'b'.repeat(240)}.yaml`)
  expect(planned.slice(1)).toEqual([
    hashed('ConfigMap\\.c+'),
    hashed('ConfigMap\\.x\\.a+'),
    hashed('ConfigMap\\.y\\.a+'),
  ])
  expect(planned.map(name => Buffer.byteLength(name))).toEqual([255, 255, 255, 255])
})

it('shortens by bytes, since letters beyond ASCII count many', () => {
  const [name] = planFileNames([map('ü'.repeat(100))])
  expect(name).toEqual(hashed('ConfigMap\\.(%C3%BC)+[%C3B]*'))
  expect(Buffer.byteLength(name!)).toBe(255)
})
