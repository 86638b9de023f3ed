import type { Fate, Recorded } from './recorder.js'

/** Holds requests back, so that a test can do something at exactly that moment. */
export interface Gate {
  /** For `recordRequests`. */
  decide: (request: Recorded) => Fate | Promise<Fate>
  /** Resolves with the first request that is held back. */
  reached: Promise<Recorded>
  /** Lets all go on, those to come too; or what becomes of them instead. */
  open: (fate?: Fate) => void
}

export function makeGate(isMeant: (request: Recorded) => boolean): Gate {
  let reach: (request: Recorded) => void = () => {}
  let open: (fate: Fate) => void = () => {}
  const reached = new Promise<Recorded>(resolve => {
    reach = resolve
  })
  const opened = new Promise<Fate>(resolve => {
    open = resolve
  })
  return {
    decide: request => {
      if (!isMeant(request)) return 'pass'
      reach(request)
      return opened
    },
    reached,
    open: (fate = 'pass') => open(fate),
  }
}

/** A write of kubectl to an object whose path ends like this. */
export const isWriteTo =
  (end: string) =>
  ({ method, path, agent }: Recorded) =>
    method === 'PATCH' && agent.startsWith('kubectl') && path.split('?')[0]!.endsWith(end)
