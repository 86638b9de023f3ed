import type { Link, Reply } from '../call.js'
import { ownCodes } from '../failure.js'
import { HcloudError } from '../hcloud-error.js'

/**
 * Reads the text of an answer. A success that cannot be read is no success: it comes from something between here and
 * the API, and nobody knows what became of the call.
 */
export const parse: Link = next => async sent => {
  const reply = await next(sent)
  const json = parseJson(reply)
  if (json === undefined && reply.status >= 200 && reply.status < 300 && reply.status !== 204) {
    throw new HcloudError(
      {
        status: reply.status,
        code: ownCodes.lost,
        message: reply.text ? 'the answer is no JSON' : 'the answer is empty',
      },
      sent,
    )
  }
  return { ...reply, json }
}

function parseJson({ text }: Reply): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
