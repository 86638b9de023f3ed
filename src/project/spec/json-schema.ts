import * as z from 'zod'
import { deploySpec } from './deploy.js'
import { clusterKinds, customCluster } from './kinds.js'

export type JsonSchema = Record<string, unknown>

const dialect = 'https://json-schema.org/draft/2020-12/schema'

/** JSON Schema (draft 2020-12) of `cluster.lok8s.yaml`: the kind decides which fields there are. */
export function clusterJsonSchema(): JsonSchema {
  const kinds = Object.entries(clusterKinds)
  const isKind = (name: string) => ({
    properties: { kind: toJson(clusterKinds[name as keyof typeof clusterKinds].shape.kind) },
  })
  const known = kinds.map(([name]) => isKind(name))
  return {
    $schema: dialect,
    title: 'cluster.lok8s.yaml',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      kind: { description: 'The driver, in any case', type: 'string', examples: kinds.map(([name]) => name) },
    },
    allOf: [
      ...kinds.map(([name]) => ({
        if: { ...isKind(name), required: ['kind'] },
        then: { $ref: `#/$defs/${name}` },
      })),
      { if: { not: { anyOf: known } }, then: { $ref: '#/$defs/custom' } },
    ],
    $defs: Object.fromEntries(
      [...kinds, ['custom', customCluster] as const].map(([name, schema]) => [name, toJson(schema)]),
    ),
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
    reused: 'inline',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { '^x-': {} }
    },
  })
  return json
}
