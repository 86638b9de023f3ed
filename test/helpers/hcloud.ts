import { setImmediate as soon } from 'node:timers/promises'
import { afterEach, expect } from 'vitest'
import { type Hcloud, openHcloud } from '../../src/hcloud/hcloud.js'
import { virtualClock } from '../../src/hcloud/simulator/clock.js'
import { faultHeader } from '../../src/hcloud/simulator/reply.js'
import {
  createSimulator,
  type Simulator,
  type SimulatorOptions,
  simulatedToken,
} from '../../src/hcloud/simulator/simulator.js'
import { complainOfRequest, complainOfResponse } from './hcloud-document.js'

/** What calls and answers have against the document of the API, over one test. */
const complaints: string[] = []

// The one place that all tests with a simulator go through: a complaint cannot be lost in a retry.
afterEach(() => {
  expect(complaints.splice(0)).toEqual([])
})

/** What the document has had against calls and answers so far; whoever takes that answers for it. */
export function takeComplaints(): string[] {
  return complaints.splice(0)
}

function checked(fetch: Simulator['fetch']): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input as string)
    const method = init?.method ?? 'GET'
    complaints.push(...complainOfRequest(method, url, init?.body as string | undefined))
    const response = await fetch(input, init)
    const text = await response.text()
    if (!response.headers.has(faultHeader)) {
      complaints.push(...complainOfResponse(method, url, response.status, text))
    }
    const { status, headers } = response
    return new Response(text || null, { status, headers })
  }
}

export interface World {
  now: () => number
  today: () => Date
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  signal: AbortSignal
  fetch: typeof globalThis.fetch
}

export interface Simulation {
  simulator: Simulator
  hcloud: Hcloud
  world: World
  /** Ends everything, as Ctrl-C does. */
  interrupt: (reason: Error) => void
  /** Another client of the same project. */
  open: (options?: { token?: string; mostCalls?: number }) => Hcloud
}

/** A simulated project in virtual time, and a client of it; each call and each answer is checked. */
export function simulate(options: SimulatorOptions = {}): Simulation {
  const controller = new AbortController()
  const { signal } = controller
  const clock = virtualClock(settle, signal)
  const simulator = createSimulator({ ...clock, signal }, options)
  const world: World = { ...clock, signal, fetch: checked(simulator.fetch) }
  const open: Simulation['open'] = ({ token = simulatedToken, ...more } = {}) =>
    openHcloud({ token, chance: () => 0.5, ...more }, world)
  return { simulator, world, hcloud: open(), open, interrupt: reason => controller.abort(reason) }
}

/** Lets everything that is ready go on: reading an answer takes a few turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await soon()
}
