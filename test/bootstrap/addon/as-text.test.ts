import { expect, it } from 'vitest'
import { asText } from '../../../src/bootstrap/addon/as-text.js'

const deployment = (env: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: a # stays
spec:
  replicas: 2
  template:
    spec:
      containers:
      - name: a
        env:
${env.replace(/^/gm, '        ')}
`

it.each([
  ['a number', '- name: A\n  value: 1', '- name: A\n  value: "1"'],
  ['a number whose spelling matters', '- name: A\n  value: 0123', '- name: A\n  value: "0123"'],
  ['a boolean', '- name: A\n  value: true', '- name: A\n  value: "true"'],
  ['what older YAML takes for a boolean', '- name: A\n  value: yes', '- name: A\n  value: "yes"'],
  ['text with a colon', '- name: A\n  value: a:b', '- name: A\n  value: "a:b"'],
  ['a backslash', '- name: A\n  value: a\\b', '- name: A\n  value: "a\\\\b"'],
  ['text over two lines', '- name: A\n  value: a\n    b', '- name: A\n  value: "a b"'],
  ['flow style', '- {name: A, value: 1}', '- {name: A, value: "1"}'],
  [
    'several at once',
    '- name: A\n  value: 1\n- name: B\n  value: 2',
    '- name: A\n  value: "1"\n- name: B\n  value: "2"',
  ],
])('quotes the value of a variable: %s', (_what, env, expected) => {
  expect(asText(deployment(env))).toBe(deployment(expected))
})

it.each([
  ['quoted already', '- name: A\n  value: "1"'],
  ['quoted with single quotes', "- name: A\n  value: '1'"],
  ['a block', '- name: A\n  value: |\n    1'],
  ['nothing', '- name: A\n  value:'],
  ['from elsewhere', '- name: A\n  valueFrom: { fieldRef: { fieldPath: spec.nodeName } }'],
])('leaves a value alone that is %s', (_what, env) => {
  expect(asText(deployment(env))).toBe(deployment(env))
})

it('quotes the values of ConfigMaps and of stringData, in every document', () => {
  const documents = (value: string) =>
    [
      `kind: ConfigMap\ndata:\n  a: ${value}\n`,
      `kind: Secret\nstringData:\n  a: ${value}\ntype: Opaque\n`,
      'kind: Service\nspec:\n  data: 1\n',
    ].join('---\n')
  expect(asText(documents('1'))).toBe(documents('"1"'))
})

it('does not touch what has neither', () => {
  const text = 'kind: Service\nspec:\n  ports: [{ port: 80 }]\n---\nkind: Other\nvalue: 1\n'
  expect(asText(text)).toBe(text)
})
