import * as z from 'zod'
import { deploySpec } from './deploy.js'
import { clusterKinds, customCluster } from './kinds.js'

export type JsonSchema = Record<string, unknown>

const dialect = 'https://json-schema.org/draft/2020-12/schema'

/** JSON Schema (draft 2020-12) of `cluster.lok8s.yaml`: the kind decides which fields there are. */
export function clusterJsonSchema(): JsonSchema {
  const names = Object.keys(clusterKinds) as (keyof typeof clusterKinds)[]
  const { properties, $defs } = toJson(z.object({ ...clusterKinds, custom: customCluster }))
  const kinds = properties as Record<string, { properties: { kind: JsonSchema } }>
  const isKind = (name: string) => ({ properties: { kind: kinds[name]!.properties.kind } })
  return {
    $schema: dialect,
    title: 'cluster.lok8s.yaml',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: { kind: { description: 'The driver, in any case', type: 'string', examples: names } },
    allOf: [
      ...names.map(name => ({
        if: { ...isKind(name), required: ['kind'] },
        then: { $ref: `#/$defs/${name}` },
      })),
      { if: { not: { anyOf: names.map(isKind) } }, then: { $ref: '#/$defs/custom' } },
    ],
    $defs: { ...kinds, ...($defs as JsonSchema) },
  }
}

/** JSON Schema (draft 2020-12) of `deploy.lok8s.yaml`. */
export function deployJsonSchema(): JsonSchema {
  return { $schema: dialect, title: 'deploy.lok8s.yaml', ...toJson(deploySpec) }
}

/** As the user writes it, so defaults are optional; `x-` keys are free wherever keys are not. */
function toJson(schema: z.ZodType): JsonSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { '^x-': {} }
    },
  })
  return json
}
