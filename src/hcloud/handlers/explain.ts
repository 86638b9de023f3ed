import type { Link } from '../call.js'
import { ownCodes, parseFailure } from '../failure.js'
import { HcloudError } from '../hcloud-error.js'

/** Turns every answer but a success into an error that says what failed, on what, why, and what to do next. */
export const explain: Link = next => async sent => {
  const reply = await next(sent)
  if (reply.status >= 200 && reply.status < 300) return reply
  const correlation = reply.headers.get('x-correlation-id') ?? undefined
  const failure =
    reply.status >= 300 && reply.status < 400
      ? { status: reply.status, code: ownCodes.redirected, message: 'the answer leads elsewhere' }
      : parseFailure(reply.status, reply.json)
  throw new HcloudError({ ...failure, ...(correlation && { correlation }) }, sent)
}
