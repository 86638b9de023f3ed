import type { Context } from '../../context.js'
import type { Delay } from '../../hcloud/handlers/retry.js'

/** Milliseconds that a call may take to succeed without a word, and between two words. */
const patience = 5000
const pause = 15_000

/** Says for what `lo` waits when Hetzner lets it wait: now and then, however many calls are concerned. */
export function tellDelays({ now, output }: Pick<Context, 'now' | 'output'>): (delay: Delay) => void {
  let next = Number.NEGATIVE_INFINITY
  return ({ about, failure: { status, code }, spent, pause: left }) => {
    if (spent + left < patience || now() < next) return
    next = now() + pause
    const why = status > 0 ? `HTTP ${status} ${code}` : code
    const since = spent >= 1000 ? `, for ${Math.round(spent / 1000)} s now` : ''
    const message = `Hetzner, about ${about}: ${why}${since}; trying again in ${Math.ceil(left / 1000)} s`
    output.event({ type: 'notice', message })
  }
}
