import { expect, it } from 'vitest'
import { LoError } from '../../src/errors.js'
import { checkName, isName, nameRule, showName, spellOut } from '../../src/project/name.js'

it.each([
  ['a letter', 'a'],
  ['a digit', '7'],
  ['a domain', 'api.example.com'],
  ['upper case', 'Example.COM'],
  ['all that is allowed', 'a-b_c.d'],
  ['dashes in a row', 'a--b'],
  ['a dot at the end', 'example.com.'],
  ['253 characters', 'a'.repeat(253)],
  ['a name of JavaScript', 'constructor'],
])('takes %s', (_what, name) => {
  expect(isName(name)).toBe(true)
  expect(checkName('domain', name)).toBe(name)
})

it.each([
  ['nothing', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['two dots inside', 'a..b'],
  ['two dots at the end', 'a..'],
  ['a way out', '../a'],
  ['a way out in the middle', 'a/../b'],
  ['a slash', 'a/b'],
  ['a slash at the end', 'a/'],
  ['a backslash', 'a\\b'],
  ['an absolute path', '/etc'],
  ['a drive', 'c:a'],
  ['NUL', 'a\0b'],
  ['NUL at the end', 'a\0'],
  ['a control character', 'a\u0007b'],
  ['an escape sequence', 'a\u001b[31m'],
  ['a control character of eight bits', 'a\u009b31m'],
  ['a tab', 'a\tb'],
  ['a blank inside', 'a b'],
  ['a blank at the end', 'a '],
  ['a blank before', ' a'],
  ['a line feed at the end', 'a\n'],
  ['a carriage return at the end', 'a\r'],
  ['a leading dot', '.a'],
  ['a leading dash', '-a'],
  ['a leading underscore', '_a'],
  ['a fullwidth solidus', 'a\uff0fb'],
  ['a division slash', 'a\u2215b'],
  ['a fraction slash', 'a\u2044b'],
  ['a one dot leader', 'a\u2024b'],
  ['a two dot leader', 'a\u2025b'],
  ['a fullwidth full stop', 'a\uff0eb'],
  ['a Cyrillic letter', 'ex\u0430mple.com'],
  ['an umlaut', 'm\u00fcnchen.de'],
  ['an umlaut of two characters', 'mu\u0308nchen.de'],
  ['a fullwidth letter', '\uff41'],
  ['a digit of another script', '\u0661'],
  ['a letter that case folding makes ASCII', '\u212a'],
  ['a zero width space', 'a\u200bb'],
  ['a right-to-left override', 'a\u202eb'],
  ['a byte order mark', '\ufeffa'],
  ['half a character', 'a\ud800'],
  ['an emoji', '\u{1f680}'],
  ['a shell command', '$(id)'],
  ['a home', '~'],
  ['a wildcard', '*'],
  ['a colon', 'a:b'],
  ['a percent sign', '%2e%2e'],
  ['254 characters', 'a'.repeat(254)],
])('refuses %s', (_what, name) => {
  expect(isName(name)).toBe(false)
  expect(() => checkName('target', name)).toThrow(LoError)
})

it('says what was refused, where it came from and what a name is like', () => {
  expect(() => checkName('domain', '../x', '--domain')).toThrow(
    expect.objectContaining({
      code: 'NAME_INVALID',
      exitCode: 2,
      message: '"../x" (--domain) is no domain name.',
      hint: `A domain name has ${nameRule}.`,
    }),
  )
  expect(() => checkName('target', '')).toThrow(
    expect.objectContaining({ message: '"" is no target name.', hint: `A target name has ${nameRule}.` }),
  )
})

it.each([
  ['plain text in quotes', 'web', '"web"'],
  ['blanks at the end', 'web  ', '"web  "'],
  ['quotes and backslashes', 'a"\\b', '"a\\"\\\\b"'],
  ['control characters', 'a\0\u0007\n\u001b[2J', '"a\\u0000\\u0007\\n\\u001b[2J"'],
  ['DEL', 'a\u007f', '"a\\u{7f}"'],
  ['control characters of eight bits', 'a\u009b2J', '"a\\u{9b}2J"'],
  ['look-alikes', 'ex\u0430mple\uff0fcom', '"ex\\u{430}mple\\u{ff0f}com"'],
  ['what cannot be seen', 'a\u200b\u202eb\ufeff', '"a\\u{200b}\\u{202e}b\\u{feff}"'],
  ['half a character', 'a\ud800', '"a\\ud800"'],
  ['a character beyond the basic plane', '\u{1f680}', '"\\u{1f680}"'],
  ['a long name by its beginning', 'a'.repeat(100), `"${'a'.repeat(80)}…"`],
  ['a name of 80 characters whole', 'a'.repeat(80), `"${'a'.repeat(80)}"`],
])('shows %s', (_what, name, shown) => {
  expect(showName(name)).toBe(shown)
})

it('spells out in a sentence what a reader would miss, and leaves the rest', () => {
  expect(spellOut('unresolved tag: !"x" \u009b2J…')).toBe('unresolved tag: !"x" \\u{9b}2J…')
})
