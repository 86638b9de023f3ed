import type { OutputFlags, Terminal } from '../../src/output/output.js'

export const noFlags: OutputFlags = { json: false, quiet: false, verbose: false, color: true }

/** A terminal that remembers what was written, with a clock that a test moves. */
export function fakeTerminal({ isTTY = false, env = {}, cwd = '/project' } = {}) {
  const written = { stdout: '', stderr: '' }
  const clock = { now: 0, tick: () => {} }
  const stream = (name: 'stdout' | 'stderr') =>
    ({
      isTTY,
      columns: 80,
      rows: 24,
      write: (text: string) => {
        written[name] += text
        return true
      },
      on: () => {},
      off: () => {},
    }) as unknown as Terminal['stdout']
  const terminal: Terminal = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    cwd,
    env,
    now: () => clock.now,
    every: (_milliseconds, callback) => {
      clock.tick = callback
      return () => {
        clock.tick = () => {}
      }
    },
  }
  return { terminal, written, clock }
}
