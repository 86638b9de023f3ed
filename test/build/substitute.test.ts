import { expect, it } from 'vitest'
import { findLeftOver, findMultiLine, substitute } from '../../src/build/substitute.js'

const variables = {
  LOK8S_USER_NAME: 'web',
  LOK8S_USER_NAME_LONG: 'website',
  LOK8S_USER_EMPTY: '',
  LOK8S_USER_UNSET: undefined,
  LOK8S_USER_NEST: '${LOK8S_USER_NAME} $LOK8S_USER_NAME',
  LOK8S_USER_PATTERN: "$& $1 $$ $` $'",
  LOK8S_SPEC_CLUSTER_NAME: 'test',
  LOK8S_OTHER: 'never',
  HOME: '/root',
}

it.each([
  ['a name in braces', 'a-${LOK8S_USER_NAME}-b', 'a-web-b'],
  ['a bare name', 'a-$LOK8S_USER_NAME-b', 'a-web-b'],
  ['a name of the spec', '${LOK8S_SPEC_CLUSTER_NAME}', 'test'],
  ['every occurrence', '$LOK8S_USER_NAME$LOK8S_USER_NAME', 'webweb'],
  ['the longest identifier', '$LOK8S_USER_NAME_LONG', 'website'],
  ['an empty value', '[${LOK8S_USER_EMPTY}]', '[]'],
  ['a value that a replacement pattern would change', '${LOK8S_USER_PATTERN}', "$& $1 $$ $` $'"],
  ['one pass only', '${LOK8S_USER_NEST}', '${LOK8S_USER_NAME} $LOK8S_USER_NAME'],
])('replaces %s', (_what, text, expected) => {
  expect(substitute(text, variables)).toBe(expected)
})

it.each([
  ['a name that is not set', '${LOK8S_USER_UNSET} $LOK8S_USER_UNSET'],
  ['a longer identifier than any that is set', '$LOK8S_USER_NAMES'],
  ['a default', '${LOK8S_USER_NAME:-x}'],
  ['an index', '${LOK8S_USER_NAME[0]}'],
  ['a nested reference', '${${LOK8S_USER_X}}'],
  ['a brace that is not closed', '${LOK8S_USER_NAME '],
  ['a name with another beginning', '${LOK8S_OTHER} $LOK8S_OTHER ${HOME} $HOME'],
  ['lower case', '${lok8s_user_name}'],
  ['a name of JavaScript', '${LOK8S_USER_constructor}'],
  ['dollars', '$$ $ ${} $1'],
])('leaves %s as it is', (_what, text) => {
  expect(substitute(text, variables)).toBe(text)
})

it('finds every left-over name in braces once, in order', () => {
  expect(findLeftOver('${LOK8S_B} ${LOK8S_USER_A} $LOK8S_BARE ${LOK8S_B} ${OTHER} ${LOK8S_X:-1}')).toEqual([
    'LOK8S_B',
    'LOK8S_USER_A',
  ])
})

it.each([
  ['a line feed', 'a\nb'],
  ['a carriage return', 'a\rb'],
  ['a line feed at the end', 'a\n'],
])('finds a name in use whose value has %s', (_what, value) => {
  const values = { LOK8S_USER_A: value, LOK8S_USER_B: 'one line', LOK8S_USER_UNUSED: value }
  expect(findMultiLine('$LOK8S_USER_A ${LOK8S_USER_A} ${LOK8S_USER_B} ${LOK8S_USER_C}', values)).toEqual([
    'LOK8S_USER_A',
  ])
})
