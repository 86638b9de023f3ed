import type { Link } from '../call.js'

/** Adds who asks. The token is in this closure and in the header, and nowhere else. */
export function authorize(token: string, userAgent: string): Link {
  return next => sent =>
    next({
      ...sent,
      headers: {
        ...sent.headers,
        Authorization: `Bearer ${token}`,
        Accept: 'application/json',
        'User-Agent': userAgent,
      },
    })
}
