import { expect } from 'vitest'
import type { Unreachable } from '../../../../src/drivers/hetzner/machine.js'
import type { ScriptName } from '../../../../src/drivers/hetzner/scripts/script.js'
import type { ScriptFault, WhenScript } from '../../../../src/drivers/hetzner/simulation/script-faults.js'
import { LoError } from '../../../../src/errors.js'
import { simulatedToken } from '../../../../src/hcloud/simulator/simulator.js'
import { troubles } from '../../../../src/hcloud/simulator/troubles.js'
import { findLeaks } from '../canary.js'
import { controlPlane, workers } from '../clusters.js'
import { type OpenOptions, type Prod, prod } from '../prod.js'

/** Three control planes and two workers. */
export const usual = { ...controlPlane(3), ...workers(['default', 2]) }
export const single = controlPlane(1)

export interface End {
  all: Prod
  /** What provision answered; undefined when it has failed. */
  outcome: string | undefined
  error: LoError | undefined
}

/** One provision with something arranged to go wrong. Anything but a `LoError` fails the test. */
export async function provisionWith(
  arrange: (all: Prod) => unknown,
  {
    config = single,
    options = {},
    all: given,
  }: { config?: Record<string, unknown>; options?: OpenOptions; all?: Prod } = {},
): Promise<End> {
  const all = given ?? (await prod())
  await arrange(all)
  all.writes()
  try {
    return { all, outcome: await all.open(config, options).provision(), error: undefined }
  } catch (error) {
    if (!(error instanceof LoError)) throw error
    return { all, outcome: undefined, error }
  } finally {
    checkSecrets(all)
  }
}

/** A cluster that stands, before anything goes wrong. */
export async function standing(config: Record<string, unknown> = single): Promise<Prod> {
  const all = await prod()
  await all.open(config).provision()
  all.writes()
  return all
}

/** The same, for destroy. */
export async function destroyWith(
  arrange: (all: Prod) => unknown,
  {
    config = single,
    options = {},
    all: given,
  }: { config?: Record<string, unknown>; options?: OpenOptions; all?: Prod } = {},
): Promise<{ all: Prod; error: LoError | undefined }> {
  const all = given ?? (await standing(config))
  await arrange(all)
  all.writes()
  try {
    await all.open(config, options).destroy()
    return { all, error: undefined }
  } catch (error) {
    if (!(error instanceof LoError)) throw error
    return { all, error }
  } finally {
    checkSecrets(all)
  }
}

/** Fault 72, after every run here: nobody sees anything secret. */
function checkSecrets(all: Prod): void {
  expect(findLeaks(all)).toEqual([])
}

/** All that a person is shown of an error. */
export const textOf = (error: LoError | undefined) => [error?.message, error?.detail, error?.hint].join('\n')

export const countOf = ({ simulator }: Prod, route: string) =>
  simulator.calls.filter(call => call.route === route).length

export const namesOf = (all: Prod, kind: string) =>
  all.simulator
    .everything()
    [kind]!.map(({ name }) => name as string)
    .sort()

export const isShown = (error: LoError | undefined) => !textOf(error).includes(simulatedToken)

/** Arranges what goes wrong with the API, by the name it has for users of a simulation. */
export const trouble = (name: string) => (all: Prod) =>
  troubles.find(one => one.name === name)!.arrange(all.simulator)

/** What becomes of a script that does not reach its server. */
export const not = (why: Unreachable): ScriptFault => ({ how: 'unreachable', why, detail: `ssh: ${why}` })

/** Arranges what goes wrong with scripts of this name, or with all. */
export const on =
  (name: ScriptName | '*', fault: ScriptFault, when?: WhenScript) =>
  ({ machines }: Prod) =>
    machines.onScript(name, fault, when)
