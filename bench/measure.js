// Runs commands and takes their time.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'

/**
 * A command to measure.
 * @typedef {object} Entrant
 * @property {string} what
 * @property {string[]} command
 * @property {string} [cwd]
 * @property {Record<string, string>} [env]
 * @property {string} [writes] the folder that it writes, removed before each run so that it really does
 * @property {() => void} [check] called after each run; throws when the work was not what it should be
 */

/** The median milliseconds of each. They run in turn, so that what slows the machine down slows them all alike. */
export async function race(entrants, { runs, signal }) {
  const times = entrants.map(() => [])
  for (let round = 0; round <= runs; round++) {
    for (const [index, entrant] of entrants.entries()) {
      tell(`${round === 0 ? 'warm-up' : `run ${round} of ${runs}`}: ${entrant.what}`)
      const time = await run(entrant, signal)
      entrant.check?.()
      if (round > 0) times[index].push(time)
    }
  }
  return times.map(median)
}

/** Runs a command to its end, and answers with the milliseconds from its start to its end. */
export async function run({ what, command: [program, ...args], cwd, env, writes }, signal) {
  if (writes) rmSync(writes, { recursive: true, force: true })
  signal.throwIfAborted()
  const start = performance.now()
  const stdio = ['ignore', 'ignore', 'pipe']
  // A group of its own, so that an interrupt can end whatever the command has started.
  const child = spawn(program, args, { cwd, env: { ...environment, ...env }, stdio, detached: true })
  const ended = waitFor(child)
  const stop = () => endGroup(child.pid)
  signal.addEventListener('abort', stop)
  const { time, status, stderr } = await ended.finally(() => signal.removeEventListener('abort', stop))
  signal.throwIfAborted()
  if (status !== 0) throw new Error(`${what}: ended with ${status}\n${stderr}`)
  return time - start
}

export function tell(message) {
  process.stderr.write(`${message}\n`)
}

/** What the caller's environment may set to make lo or Node do something else. */
const { PATH_BASE, NODE_OPTIONS, NODE_V8_COVERAGE, GITHUB_ACTIONS, ...environment } = process.env

function waitFor(child) {
  return new Promise((resolve, reject) => {
    let time = 0
    let stderr = ''
    child.stderr.on('data', chunk => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('exit', () => {
      time = performance.now()
    })
    child.on('close', (code, signalName) => resolve({ time, status: code ?? signalName, stderr }))
  })
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGTERM')
  } catch {
    // It is gone already.
  }
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2
}
