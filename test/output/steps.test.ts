import { expect, it } from 'vitest'
import type { Event } from '../../src/events.js'
import { createOutput } from '../../src/output/index.js'
import { fakeTerminal, noFlags } from '../helpers/terminal.js'

const started = (step: string): Event => ({ type: 'step-started', step })
const finished = (step: string, milliseconds: number): Event => ({
  type: 'step-finished',
  step,
  milliseconds,
})

it('prints a line when a step begins and one when it is done, in a log', async () => {
  const { terminal, written } = fakeTerminal()
  const output = await createOutput(terminal, noFlags)
  for (const event of [started('Start etcd'), finished('Start etcd', 1234)]) output.event(event)
  expect(written).toEqual({ stdout: '', stderr: 'Start etcd …\nStart etcd  1.2s\n' })
})

it('says in a log that a step goes on, and not where the picture has a clock', async () => {
  const goesOn: Event = { type: 'step-continues', step: 'Start etcd', milliseconds: 60_000 }
  const log = fakeTerminal()
  ;(await createOutput(log.terminal, noFlags)).event(goesOn)
  expect(log.written.stderr).toBe('Start etcd … for 1m00s now\n')
  const person = fakeTerminal({ isTTY: true })
  ;(await createOutput(person.terminal, noFlags)).event(goesOn)
  expect(person.written.stderr).toBe('')
})

it('shows a person the steps that are under way, and lets only those stay that are done', async () => {
  const { terminal, written, clock } = fakeTerminal({ isTTY: true, env: { NO_COLOR: '1' } })
  const output = await createOutput(terminal, noFlags)
  output.event(started('Start etcd'))
  output.event(started('Make keys'))
  clock.now = 2000
  clock.tick()
  expect(written.stderr).toContain('Start etcd  2.0s\nMake keys  2.0s')
  output.event(finished('Make keys', 2000))
  written.stderr = ''
  clock.tick()
  expect(written.stderr).toContain('Start etcd  2.0s')
  expect(written.stderr).not.toContain('Make keys')
  output.event(finished('Start etcd', 2500))
  written.stderr = ''
  clock.tick()
  expect(written.stderr).toBe('')
})

it('shows those that take longest, and how many more there are', async () => {
  const { terminal, written, clock } = fakeTerminal({ isTTY: true, env: { NO_COLOR: '1' } })
  const output = await createOutput(terminal, noFlags)
  for (let server = 1; server <= 15; server++) output.event(started(`Start server ${server}`))
  clock.tick()
  expect(written.stderr).toMatch(/Start server 12 .*\nand 3 more steps/)
  expect(written.stderr).not.toContain('Start server 13')
})

it('says nothing of steps when it should be quiet, or answer in JSON', async () => {
  for (const flags of [
    { ...noFlags, quiet: true },
    { ...noFlags, json: true },
  ]) {
    const { terminal, written, clock } = fakeTerminal({ isTTY: !flags.json })
    const output = await createOutput(terminal, flags)
    output.event(started('Start etcd'))
    clock.tick()
    output.event(finished('Start etcd', 1))
    expect([flags.json, written.stderr.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, '')]).toEqual([flags.json, ''])
  }
})
