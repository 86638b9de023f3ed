import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { LoError } from '../../src/errors.js'
import type { Event } from '../../src/events.js'
import { createOutput, readOutputFlags } from '../../src/output/index.js'
import { fakeTerminal, noFlags } from '../helpers/terminal.js'

const failure = new LoError('RENDER_FAILED', 'kustomize cannot render target "db".', {
  detail: 'line one: 100%\n::set-env name=A::b',
  problems: [
    { file: 'clusters/x/targets/db/a,b.yaml', line: 3, column: 1, message: 'kustomize stopped here' },
  ],
})

const story: Event[] = [
  { type: 'project-found', root: '/project/sub' },
  { type: 'notice', message: 'web is a target of x' },
  { type: 'build-started', domain: 'x', targets: ['db', 'web'], renderer: 'kustomize' },
  { type: 'command-started', command: ['kustomize', 'build', "it's here"] },
  { type: 'target-started', target: 'db' },
  { type: 'target-started', target: 'web' },
  {
    type: 'target-finished',
    target: 'db',
    outcome: 'failed',
    resources: 0,
    milliseconds: 40,
    error: failure,
  },
  { type: 'warning', message: 'left as it is', file: 'clusters/x/targets/web', hint: 'set it' },
  { type: 'target-finished', target: 'web', outcome: 'created', resources: 2, milliseconds: 50 },
  { type: 'build-finished' },
]

const rows = 'db   failed                     40ms\nweb  created     2 resources    50ms\n'
const failed = `error: kustomize cannot render target "db".
sub/clusters/x/targets/db/a,b.yaml:3:1: kustomize stopped here
  line one: 100%
  ::set-env name=A::b
`

it('writes plain lines: the result on stdout, the story on stderr, files as seen from the working folder', async () => {
  const { terminal, written } = fakeTerminal()
  const output = await createOutput(terminal, noFlags)
  story.forEach(output.event)
  output.end()
  expect(written.stdout).toBe(rows)
  expect(written.stderr).toBe(
    `web is a target of x\nx: 2 targets, rendered by kustomize\n${failed}warning: sub/clusters/x/targets/web: left as it is; set it\n`,
  )
})

it('keeps warnings, errors and results when it is to be quiet', async () => {
  const { terminal, written } = fakeTerminal()
  const output = await createOutput(terminal, { ...noFlags, quiet: true })
  story.forEach(output.event)
  expect(written.stdout).toBe(rows)
  expect(written.stderr).toBe(`${failed}warning: sub/clusters/x/targets/web: left as it is; set it\n`)
})

it('shows every external command when it is to be verbose', async () => {
  const { terminal, written } = fakeTerminal()
  const output = await createOutput(terminal, { ...noFlags, verbose: true })
  story.forEach(output.event)
  expect(written.stderr).toContain("\n$ kustomize build 'it'\\''s here'\n")
})

it("annotates files for GitHub, and obeys nobody else's commands", async () => {
  const { terminal, written } = fakeTerminal({ env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: '/' } })
  const output = await createOutput(terminal, noFlags)
  story.forEach(output.event)
  const commands = written.stderr.split('\n').filter(line => /^\s*::/.test(line))
  expect(commands).toEqual([
    '::group::Targets',
    '::error file=project/sub/clusters/x/targets/db/a%2Cb.yaml,line=3,col=1,title=kustomize cannot render target "db".::kustomize stopped here%0Aline one: 100%25%0A::set-env name=A::b',
    '::warning file=project/sub/clusters/x/targets/web::left as it is; set it',
    '::endgroup::',
  ])
  expect(written.stderr).toContain('\n  | ::set-env name=A::b\n')
})

it('puts everything into one JSON document, and nothing on stderr', async () => {
  const { terminal, written } = fakeTerminal()
  const output = await createOutput(terminal, { ...noFlags, json: true })
  story.forEach(output.event)
  output.result({ text: 'for people', data: { domain: 'x' } })
  output.error(failure)
  output.end()
  expect(written.stderr).toBe('')
  expect(JSON.parse(written.stdout)).toEqual({
    ok: false,
    domain: 'x',
    warnings: [{ message: 'left as it is', file: 'sub/clusters/x/targets/web', hint: 'set it' }],
    error: {
      code: 'RENDER_FAILED',
      message: failure.message,
      detail: failure.detail,
      problems: [{ ...failure.problems[0], file: 'sub/clusters/x/targets/db/a,b.yaml' }],
    },
  })
})

it('tells a bug from a failure in JSON', async () => {
  const { terminal, written } = fakeTerminal()
  const output = await createOutput(terminal, { ...noFlags, json: true })
  output.error(new TypeError('oops'))
  output.end()
  expect(JSON.parse(written.stdout).error).toMatchObject({
    code: 'BUG',
    message: 'oops',
    detail: expect.stringContaining('at '),
  })
})

it('shows on a terminal what is being rendered and for how long, and leaves only lines that stay', async () => {
  const { terminal, written, clock } = fakeTerminal({ isTTY: true })
  const output = await createOutput(terminal, noFlags)
  story.slice(0, 6).forEach(output.event)
  clock.now = 1500
  clock.tick()
  expect(stripVTControlCharacters(written.stderr)).toContain('rendering 0/2 db 1.5s, web 1.5s')
  story.slice(6).forEach(output.event)
  const before = written.stderr.length
  clock.tick()
  expect(written.stderr.length).toBe(before)
  expect(stripVTControlCharacters(written.stdout)).toBe(rows)
})

it.each([
  ['a terminal', { isTTY: true, env: {} }, noFlags, true],
  ['a terminal with NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' } }, noFlags, false],
  ['a terminal with --no-color', { isTTY: true, env: {} }, { ...noFlags, color: false }, false],
  ['a pipe', { isTTY: false, env: {} }, noFlags, false],
  ['a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, noFlags, false],
  ['a terminal in CI', { isTTY: true, env: { CI: 'true' } }, noFlags, false],
])('colours for %s: as it should', async (_what, options, flags, isColoured) => {
  const { terminal, written } = fakeTerminal(options)
  const output = await createOutput(terminal, flags)
  output.error(failure)
  output.end()
  expect(written.stderr.includes('\u001b[31m')).toBe(isColoured)
})

it.each([
  [['build', '--json'], { json: true }],
  [['-qv', 'use'], { quiet: true, verbose: true }],
  [['--no-color'], { color: false }],
  [['build', '--', '--json'], {}],
  [['-C', '--json', 'build'], {}],
  [['--nonsense', '--json'], { json: true }],
])('reads what decides the look from %j, whatever else stands there', (args, flags) => {
  expect(readOutputFlags(args)).toEqual({ ...noFlags, ...flags })
})
