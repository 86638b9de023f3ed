type Schema = Record<string, unknown>

/** RFC 1123, which the document asks of names of servers in words only. */
export const hostname =
  '^(?=.{1,253}$)[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$'

/**
 * The schema of a request without room for what is not in it: most of those in the document let any further field
 * pass, so also a mistyped one.
 */
export function tighten(schema: Schema): Schema {
  return close(schema, true)
}

function close(schema: Schema, mayClose: boolean): Schema {
  const isJoined = ['allOf', 'oneOf', 'anyOf'].some(word => word in schema)
  const result: Schema = { ...schema }
  if ('properties' in schema) {
    const properties = Object.entries(schema.properties as Record<string, Schema>)
    result.properties = Object.fromEntries(properties.map(([name, one]) => [name, close(one, true)]))
  }
  if (typeof schema.items === 'object') result.items = close(schema.items as Schema, true)
  for (const word of ['allOf', 'oneOf', 'anyOf']) {
    // Parts of one whole: none of them knows all fields.
    if (word in schema) result[word] = (schema[word] as Schema[]).map(one => close(one, false))
  }
  const isOpen = 'properties' in schema && !('additionalProperties' in schema)
  if (mayClose && isJoined) result.unevaluatedProperties = false
  else if (mayClose && isOpen) result.additionalProperties = false
  return result
}
