import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { inject, it } from 'vitest'
import { hostname, tighten } from './tighten.js'

type Schema = Record<string, unknown>

interface Operation {
  parameters?: { name: string; in: string }[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
  responses: Record<string, { content?: { 'application/json': { schema: Schema } } }>
}

type Document = { paths: Record<string, Record<string, Operation>> }

const file = inject('hcloudDocument')
/** A test of what the document says; skipped where it is not at hand. */
export const itWithDocument = it.skipIf(file === '')

let document: Document | undefined
const validators = new Map<string, ValidateFunction>()
// Hetzner's formats are notes for readers, but for the date.
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  formats: {
    int64: true,
    int32: true,
    double: true,
    decimal: /^-?\d+(\.\d+)?$/,
    xfs: true,
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  },
})

/** What the document has against a call; nothing without it. */
export function complainOfRequest(method: string, url: URL, body: string | undefined): string[] {
  if (file === '') return []
  const found = operationOf(method, url.pathname)
  if (!found) return [`${method} ${url.pathname} is no call of the API`]
  const { name, operation } = found
  const known = (operation.parameters ?? []).filter(one => one.in === 'query').map(one => one.name)
  const strange = [...url.searchParams.keys()].filter(parameter => !known.includes(parameter))
  const schema = operation.requestBody?.content['application/json'].schema
  return [
    ...strange.map(parameter => `${name} has no parameter ${parameter}`),
    ...(schema ? complaints(`${name} request`, () => requestSchema(name, schema), parse(body)) : []),
    ...(!schema && body ? [`${name} takes no body`] : []),
  ]
}

/** What the document has against an answer; nothing without it. */
export function complainOfResponse(method: string, url: URL, status: number, body: string): string[] {
  if (file === '') return []
  const found = operationOf(method, url.pathname)
  // What there is no call for is answered with an error in any case.
  const { name, operation } = found ?? {
    name: 'an unknown call',
    operation: operationOf('GET', '/v1/servers')!.operation,
  }
  const key = status >= 500 ? '5xx' : status >= 400 ? '4xx' : String(status)
  const response = operation.responses[key]
  if (!response) return [`${name} does not answer ${status}`]
  const schema = response.content?.['application/json'].schema
  if (!schema) return body === '' ? [] : [`${name} answers ${status} without a body`]
  return complaints(`${name} ${key}`, () => schema, parse(body))
}

function complaints(key: string, schema: () => Schema, value: unknown): string[] {
  let validate = validators.get(key)
  if (!validate) {
    validate = ajv.compile(schema())
    validators.set(key, validate)
  }
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${key}: ${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  )
}

function requestSchema(name: string, schema: Schema): Schema {
  const tight = tighten(schema)
  if (name === 'POST /servers') (tight.properties as Record<string, Schema>).name!.pattern = hostname
  return tight
}

function operationOf(method: string, pathname: string) {
  document ??= JSON.parse(readFileSync(file, 'utf8')) as Document
  const path = pathname.replace(/^\/v1/, '')
  const template = [path, path.replace(/\/\d+(?=\/|$)/, '/{id}')].find(one => document!.paths[one])
  const operation = template && document.paths[template]![method.toLowerCase()]
  return operation ? { name: `${method} ${template}`, operation } : undefined
}

function parse(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
