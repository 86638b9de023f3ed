import type { OpenedCluster } from '../../../../src/drivers/driver.js'
import type { KillPoint } from '../killable.js'
import { type OpenOptions, type Prod, prod } from '../prod.js'
import { makeForeign } from './foreign.js'

/** Where a run is stopped: at the call or script of this number, from 0 on. */
export interface Stop {
  at: number
  when: KillPoint['when']
}

export interface RunEnd {
  /** What was called and run, in order: `POST /servers`, `look on prod-cp-1`. */
  steps: readonly string[]
  /** Undefined when the run came to its end. */
  error: unknown
}

export interface Wanted extends OpenOptions {
  config: Record<string, unknown>
}

/** A project at Hetzner that outlives the runs of `lo` on it, each of which may be killed. */
export interface World extends Prod {
  /** Lets the driver do something, as one run of `lo`. */
  run: (wanted: Wanted, work: (driver: OpenedCluster) => Promise<unknown>, stop?: Stop) => Promise<RunEnd>
}

export async function makeWorld(): Promise<World> {
  const all = await prod({ machines: { delays: { boot: 2000, silence: 0 } } }, '/nonexistent')
  await makeForeign(all)
  return {
    ...all,
    run: async ({ config, ...options }, work, stop) => {
      const driver = all.open(config, options)
      if (stop) all.killAt({ what: 'step', number: stop.at + 1, when: stop.when })
      const error = await work(driver).then(
        () => undefined,
        (failure: unknown) => failure,
      )
      return { steps: all.steps(), error }
    },
  }
}
