import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { inNamespace, labelsOf, parseManifests } from '../../../src/deploy/artifact/manifest.js'

const put = (text: string) => inNamespace(parseManifests(text, 'a.yaml')[0]!, 'shop')

it.each([
  [
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  namespace: "shop"\n  name: a\n',
  ],
  [
    'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n',
    'apiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: shop }\n',
  ],
  [
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: ""\n',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: "shop"\n',
  ],
  [
    '{ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a" } }\n',
    '{ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a", namespace: shop } }\n',
  ],
  [
    'apiVersion: v1\nkind: Secret\nmetadata:\n    name: a\n    labels:\n        namespace: b\n',
    'apiVersion: v1\nkind: Secret\nmetadata:\n    namespace: "shop"\n    name: a\n    labels:\n        namespace: b\n',
  ],
])('puts %j into a namespace', (text, expected) => {
  expect(put(text)).toMatchObject({ text: expected, id: { namespace: 'shop', name: 'a' } })
})

it('means the text of a namespace, not what YAML makes of it', () => {
  const texts = [
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n',
  ]
  const namespaces = texts.flatMap(text =>
    ['no', '1e3', '123'].map(name => inNamespace(parseManifests(text, 'a')[0]!, name).text),
  )
  expect(namespaces.map(text => parse(text, { version: '1.1' }).metadata.namespace)).toEqual([
    'no',
    '1e3',
    '123',
    'no',
    '1e3',
    '123',
  ])
})

it('leaves an object where its text has put it', () => {
  const text = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: own\n'
  expect(put(text)).toMatchObject({ text, id: { namespace: 'own' } })
})

it('reads labels as text, in whatever style they are written', () => {
  const labels = (text: string) => labelsOf({ text: `kind: A\nmetadata:${text}\n` })
  expect([
    labels('\n  labels:\n    a: "1"'),
    labels(' { labels: { a: yes } }'),
    labels(' {}'),
    labels(''),
  ]).toEqual([{ a: '1' }, { a: 'yes' }, {}, {}])
})
