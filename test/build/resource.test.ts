import { expect, it } from 'vitest'
import { countDocuments, identify, splitDocuments } from '../../src/build/resource.js'

it.each([
  ['nothing', '', []],
  ['blank lines alone', '\n\n', []],
  ['a comment alone', '# nothing\n', []],
  ['one document', 'a: 1\n', ['a: 1\n']],
  ['two documents', 'a: 1\n---\nb: 2\n', ['a: 1\n', 'b: 2\n']],
  ['a separator at the start', '---\na: 1\n', ['a: 1\n']],
  ['a separator at the end', 'a: 1\n---\n', ['a: 1\n']],
  ['empty documents between', 'a: 1\n---\n---\n# x\n---\nb: 2\n', ['a: 1\n', 'b: 2\n']],
  ['a separator with blanks behind it', 'a: 1\n---  \nb: 2\n', ['a: 1\n', 'b: 2\n']],
  ['a separator with a comment behind it', 'a: 1\n--- # two\nb: 2\n', ['a: 1\n', '# two\nb: 2\n']],
  ['an indented separator in a scalar', 'a: |\n  x\n  ---\n  y\n', ['a: |\n  x\n  ---\n  y\n']],
  ['a longer rule', 'a: 1\n----\n', ['a: 1\n----\n']],
  ['no line feed at the end', 'a: 1\n---\nb: 2', ['a: 1\n', 'b: 2']],
])('splits %s', (_what, text, documents) => {
  expect(splitDocuments(text)).toEqual(documents)
  expect(countDocuments(text)).toBe(documents.length)
})

it.each([
  [
    'the plain style of kustomize',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n',
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' },
  ],
  [
    'no namespace',
    'apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n',
    { apiVersion: 'v1', kind: 'Node', name: 'a' },
  ],
  [
    'quoted scalars',
    'apiVersion: "v1"\nkind: \'ConfigMap\'\nmetadata:\n  name: "no"\n  namespace: "0x1F"\n',
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'no', namespace: '0x1F' },
  ],
  [
    'quotes with escapes',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "a\\tb"\n',
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'a\tb' },
  ],
  [
    'a name over several lines',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: |-\n    a\n    b\n',
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'a\nb' },
  ],
  [
    'flow style',
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}',
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'b' },
  ],
  [
    'scalars that other schemas take for numbers and truth values',
    'apiVersion: v1\nkind: ConfigMap # x\nmetadata: {name: 1e3, namespace: no}\n',
    { apiVersion: 'v1', kind: 'ConfigMap', name: '1e3', namespace: 'no' },
  ],
  [
    'names of others before its own',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    name: x\n  labels:\n    namespace: y\n  name: pod\n  ownerReferences:\n  - kind: Job\n    name: job\nspec:\n  name: z\n',
    { apiVersion: 'v1', kind: 'Pod', name: 'pod' },
  ],
  [
    'a blank line in an annotation',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    a: |\n      x\n\n      name: y\n  name: pod\n  namespace: ns\n',
    { apiVersion: 'v1', kind: 'Pod', name: 'pod', namespace: 'ns' },
  ],
  [
    'an empty namespace',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod\n  namespace: ""\n',
    { apiVersion: 'v1', kind: 'Pod', name: 'pod' },
  ],
  [
    'a kind inside the data',
    'apiVersion: v1\ndata:\n  x: |\n    kind: Other\n    metadata:\n      name: other\nkind: ConfigMap\nmetadata:\n  name: mine\n',
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'mine' },
  ],
])('identifies a document with %s', (_what, document, id) => {
  expect(identify(document)).toEqual(id)
})

it.each([
  ['a document without kind', 'apiVersion: v1\nmetadata:\n  name: a\n', 'apiVersion: v1'],
  ['a document without name', 'apiVersion: v1\nkind: Pod\nmetadata: {}\n', 'without kind or metadata.name'],
  ['a document without metadata', 'kind: Pod\n', 'kind: Pod'],
  ['a name that is a map', 'kind: Pod\nmetadata: {name: {a: b}}\n', 'without kind or metadata.name'],
  ['a list', '- kind: Pod\n', '- kind: Pod'],
  ['what is no YAML', 'kind: Pod\nmetadata: {name: a: b}: c\n', 'no YAML'],
])('refuses %s', (_what, document, message) => {
  expect(() => identify(document)).toThrow(
    expect.objectContaining({ code: 'ARTIFACT_REFUSED', message: expect.stringContaining(message) }),
  )
})
