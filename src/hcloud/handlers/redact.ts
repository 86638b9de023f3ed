import type { Link } from '../call.js'

const shown = '<token>'

/** Takes the token out of an answer before anybody reads it: a proxy may send back what it was sent. */
export function redact(token: string): Link {
  return next => async sent => {
    const reply = await next(sent)
    return reply.text.includes(token) ? { ...reply, text: reply.text.replaceAll(token, shown) } : reply
  }
}
