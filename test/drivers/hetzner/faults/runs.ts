import { LoError } from '../../../../src/errors.js'
import { simulatedToken } from '../../../../src/hcloud/simulator/simulator.js'
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
  }
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
