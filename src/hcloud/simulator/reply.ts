import type { CallFault } from './faults.js'
import { Refusal } from './refusal.js'
import type { Answer } from './route.js'
import type { Settings } from './world.js'

type Headers = Record<string, string>

/** Set on answers that are wrong on purpose, so that nobody takes them for the simulator's own mistakes. */
export const faultHeader = 'X-Simulated-Fault'

/** What a route says, or why it refuses, over HTTP. Anything else that is thrown is a bug. */
export function answer(serve: () => Answer, headers: Headers, settings: Settings): Response {
  try {
    const { status, body } = serve()
    if (!body) return new Response(null, { status, headers })
    if (!settings.isFromTheFuture) return json(status, body, headers)
    return json(status, ahead(body), { ...headers, [faultHeader]: 'from the future' })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { status, code, message, details } = error
    return json(status, { error: { code, message, details } }, headers)
  }
}

/** Instead of the answer, where that is what goes wrong. */
export function brokenAnswer(fault: CallFault | undefined, headers: Headers): Response | undefined {
  if (fault?.how !== 'answer wrongly') return undefined
  const { status, code, text } = fault
  const marked = { ...headers, [faultHeader]: 'broken answer' }
  if (text !== undefined) return new Response(text, { status, headers: marked })
  return json(status, { error: { code, message: `simulated ${code}`, details: null } }, marked)
}

function json(status: number, body: unknown, headers: Headers): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  })
}

/** The same answer as a later API might give it: with more fields everywhere. */
function ahead(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ahead)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, one]) => [name, name === 'labels' ? one : ahead(one)])
  return { ...Object.fromEntries(fields), some_new_field: { of: 'the future' } }
}
