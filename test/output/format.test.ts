import { expect, it } from 'vitest'
import { LoError } from '../../src/errors.js'
import { formatError, formatProblem, formatTarget, formatTime } from '../../src/output/format.js'

it('shows an error with its places, its evidence and the next step', () => {
  const error = new LoError('SPEC_INVALID', 'a.yaml has a mistake.', {
    problems: [
      {
        file: 'a.yaml',
        line: 12,
        column: 3,
        source: '  kindd: Lo',
        message: 'unknown key "kindd"',
        hint: 'did you mean "kind"?',
      },
    ],
    detail: 'first line\n\nthird line\n',
    hint: 'Correct it.',
  })
  expect(formatError(error).split('\n')).toEqual([
    'error: a.yaml has a mistake.',
    'a.yaml:12:3: unknown key "kindd"; did you mean "kind"?',
    '  12 |   kindd: Lo',
    '     |   ^',
    '  first line',
    '',
    '  third line',
    'next: Correct it.',
  ])
})

it('shows anything else that was thrown as a bug, with its stack', () => {
  const shown = formatError(new TypeError('x is not a function'))
  expect(shown).toMatch(/^error: this is a bug in lo; please report it/)
  expect(shown).toMatch(/TypeError: x is not a function\n\s+at /)
})

it('cuts a long line around its column and keeps the mark under it', () => {
  const source = `${'a'.repeat(300)}!${'b'.repeat(300)}`
  const [, line, mark] = formatProblem({ message: 'm', line: 1, column: 301, source }).split('\n')
  expect(line!.length).toBeLessThan(180)
  expect(line![mark!.indexOf('^')]).toBe('!')
})

it('never lets a source line act on the terminal', () => {
  const shown = formatProblem({ message: 'm', line: 1, column: 2, source: 'a\u001b[31m\tb\u0007' })
  expect(shown.split('\n')[1]).toBe('  1 | a·[31m b·')
})

it.each([
  [0, '0ms'],
  [999, '999ms'],
  [1000, '1.0s'],
  [59_940, '59.9s'],
  [60_000, '1m00s'],
  [125_400, '2m05s'],
])('writes %i milliseconds as %s', (milliseconds, text) => {
  expect(formatTime(milliseconds)).toBe(text)
})

it('aligns the rows of targets', () => {
  const targets = ['a', 'longer']
  const report = { outcome: 'created', resources: 1, milliseconds: 5 } as const
  expect([
    formatTarget({ ...report, target: 'a' }, targets),
    formatTarget(
      { ...report, target: 'longer', outcome: 'configured', resources: 120, milliseconds: 2000 },
      targets,
    ),
    formatTarget({ ...report, target: 'a', outcome: 'skipped' }, targets),
  ]).toEqual([
    'a       created     1 resource     5ms',
    'longer  configured  120 resources  2.0s',
    'a       skipped',
  ])
})
