import { invalid, Refusal } from './refusal.js'

type Type = 'text' | 'number' | 'flag' | 'object' | 'numbers' | 'texts' | 'objects' | 'id or name'

/** The fields that a body may have; a `!` marks those it must have. */
export type Shape = Readonly<Record<string, Type | `${Type}!`>>

export type Body = Readonly<Record<string, unknown>>

const isNumber = (value: unknown) => Number.isSafeInteger(value)
const isText = (value: unknown) => typeof value === 'string'
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isListOf = (is: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is)

const checks: Record<Type, (value: unknown) => boolean> = {
  text: isText,
  number: isNumber,
  flag: value => typeof value === 'boolean',
  object: isObject,
  numbers: isListOf(isNumber),
  texts: isListOf(isText),
  objects: isListOf(isObject),
  'id or name': value => isNumber(value) || isText(value),
}

/** A JSON object with these fields and no others. Throws what the API answers to anything else. */
export function checkBody(value: unknown, shape: Shape, place = ''): Body {
  if (!isObject(value)) throw new Refusal(400, 'json_error', 'invalid JSON input')
  const body = value as Body
  const at = (field: string) => (place ? `${place}.${field}` : field)
  for (const field of Object.keys(body)) {
    if (!Object.hasOwn(shape, field)) throw invalid(at(field), 'unknown field')
  }
  for (const [field, rule] of Object.entries(shape)) {
    const type = rule.replace('!', '') as Type
    if (body[field] === undefined) {
      if (rule.endsWith('!')) throw invalid(at(field), 'is required')
    } else if (!checks[type](body[field])) throw invalid(at(field), `is no ${type}`)
  }
  return body
}
