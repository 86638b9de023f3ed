import type { Context } from '../context.js'
import { type Call, chain } from './call.js'
import { checkEndpoint } from './endpoint.js'
import { authorize } from './handlers/authorize.js'
import { type Budget, count } from './handlers/count.js'
import { explain } from './handlers/explain.js'
import { limitRate } from './handlers/limit-rate.js'
import { parse } from './handlers/parse.js'
import { redact } from './handlers/redact.js'
import { type Delay, retry } from './handlers/retry.js'
import { send } from './handlers/send.js'
import { checkToken } from './token.js'

export type HcloudWorld = Pick<Context, 'fetch' | 'now' | 'sleep' | 'signal'>

export interface HcloudOptions {
  token: string | undefined
  /** Another address than the API's own; only one of this machine is taken. */
  endpoint?: string
  /** How many calls may be made at most, repeated ones included. */
  mostCalls?: number
  /** Between 0 and 1, for the jitter of pauses. */
  chance?: () => number
  /** Told of each call that is about to be repeated, so that nobody waits without knowing for what. */
  delayed?: (delay: Delay) => void
}

/** The API as the resources use it. */
export interface Api {
  /** The parsed answer; undefined for one without content. Throws `HcloudError`. */
  call: <Answer>(call: Call) => Promise<Answer>
  budget: Readonly<Budget>
  now: Context['now']
  sleep: Context['sleep']
}

// More than the largest cluster a spec can ask for, and what a project may do in an hour and a half.
const mostCalls = 5000

/** The chain that every call goes through, from the outermost link to the wire. Throws for a token that is none. */
export function openApi(options: HcloudOptions, world: HcloudWorld): Api {
  const token = checkToken(options.token)
  const budget: Budget = { used: 0, most: options.mostCalls ?? mostCalls }
  const handle = chain(
    [
      retry(world, { chance: options.chance ?? Math.random, delayed: options.delayed ?? (() => {}) }),
      count(budget),
      explain,
      parse,
      limitRate(world),
      redact(token),
      authorize(token, 'lok8s (https://www.npmjs.com/package/lok8s)'),
    ],
    send(checkEndpoint(options.endpoint), world),
  )
  return {
    call: async <Answer>(call: Call) => (await handle({ ...call, headers: {} })).json as Answer,
    budget,
    now: world.now,
    sleep: world.sleep,
  }
}
