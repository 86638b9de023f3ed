/** What the API answers instead of doing what was asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  readonly details: unknown

  constructor(status: number, code: string, message: string, details: unknown = null) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

/** A field that is wrong, as `invalid_input` tells it. */
export function invalid(field: string, message: string): Refusal {
  return new Refusal(422, 'invalid_input', `invalid input in field '${field}': ${message}`, {
    fields: [{ name: field, messages: [message] }],
  })
}

export function notFound(noun: string, id: number | string): Refusal {
  return new Refusal(404, 'not_found', `${noun} with ID '${id}' not found`)
}

/** A name, or a key, that something else has. */
export function notUnique(noun: string, field = 'name'): Refusal {
  return new Refusal(409, 'uniqueness_error', `${noun} ${field} is already used`, {
    fields: [{ name: field }],
  })
}

export function locked(noun: string): Refusal {
  return new Refusal(423, 'locked', `${noun} is locked by a running action`)
}

export function isProtected(noun: string): Refusal {
  return new Refusal(423, 'protected', `${noun} is protected from deletion`)
}
