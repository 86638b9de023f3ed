import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readPlainly, standsOn } from '../../src/build/plain-kustomization.js'

const listsOf = (kustomization: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(kustomization).filter(([field]) => standsOn.test(field)))

it.each([
  ['files', 'resources:\n- a.yaml\n- b/c.yaml\n'],
  ['folders above it', 'resources:\n- ../../base\ncomponents:\n- ../part\nbases:\n- ../old'],
  ['items that are indented', 'resources:\n  - a\n  - b\n'],
  ['a document mark, comments and blank lines', '# x\n---\n\nresources:\n# one\n- a\n\n  # two\n- b\n'],
  ['no list at all', 'namespace: x\n'],
  ['keys in another case', 'Resources:\n- a\nCOMPONENTS:\n- b\n'],
  ['fields of any depth beside them', 'labels:\n- pairs:\n    resources: x\n  fields: []\nresources:\n- a\n'],
  [
    'lists in a block scalar, which are none',
    'patches:\n- patch: |\n    resources:\n    - x\nresources:\n- a\n',
  ],
  [
    'a flow map beside them',
    'configurations: [x.yaml]\nreplicas: [{ name: a, count: 1 }]\nresources:\n- a\n',
  ],
])('reads the lists of a kustomization with %s, as a parser does', (_what, text) => {
  expect(readPlainly(text)).toEqual(listsOf(parse(text, { schema: 'failsafe' })))
})

it.each([
  ['nothing in it', ''],
  ['generators', 'generators:\n- a\n'],
  ['transformers in another case', 'TransFormers:\n- a\n'],
  ['validators', 'validators: []\n'],
  ['charts', 'helmCharts:\n- name: a\n'],
  ['a flow list', 'resources: [a]\n'],
  ['quoted items', 'resources:\n- "\\x61"\n'],
  ['a quoted key', '"resources":\n- a\n'],
  ['a key with a blank behind it', 'resources :\n- a\n'],
  ['an escaped key', '"\\u0074ransformers":\n- a\n'],
  ['an explicit key', '? resources\n: - a\n'],
  ['an anchor', 'resources: &a\n- a\n'],
  ['an alias', 'components: *a\n'],
  ['a merge key', '<<: *a\n'],
  ['a tag', 'resources: !!seq\n- a\n'],
  ['items of several lines', 'resources:\n- a\n  - b\n'],
  ['items of several words', 'resources:\n- a b\n'],
  ['addresses', 'resources:\n- https://example.com/x\n'],
  ['a root that is indented', '  resources:\n  - a\n'],
  ['a root in flow style', '{ resources: [a] }\n'],
  ['a root that is a list', '- a\n'],
  ['two documents', 'namespace: a\n---\nresources:\n- a\n'],
  ['the end of a document', 'namespace: a\n...\nresources:\n- a\n'],
  ['a directive', '%YAML 1.1\n---\nresources:\n- a\n'],
  ['a list in the middle of quotes', 'namePrefix: "a\nresources: b"\n'],
  ['carriage returns', 'resources:\r\n- a\r\n'],
  ['tabs', 'resources:\n-\ta\n'],
  ['line breaks of YAML 1.1', 'namespace: x\u0085transformers: [a]\n'],
  ['a byte order mark', '\uFEFFresources:\n- a\n'],
])('leaves to a parser a kustomization with %s', (_what, text) => {
  expect(readPlainly(text)).toBeUndefined()
})
