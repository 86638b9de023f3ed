import * as z from 'zod'
import { map, nonEmpty, text } from './fields.js'

const environmentName = text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
const scalar = z.union([z.string(), z.number(), z.boolean()])

/** An entry with options. Its keys are reserved: a map without any of them is the older form, helm values alone. */
const options = map({
  name: text(/^[A-Za-z0-9._-]+$/, 'a name of letters, digits, ".", "_" and "-"')
    .optional()
    .describe('What dependsOn calls this entry; by default the last part of its path'),
  values: z.record(z.string(), z.unknown()).optional().describe('Helm values, the last layer'),
  valueFiles: z.array(nonEmpty).optional().describe('Files of helm values, relative to the domain folder'),
  env: z.record(environmentName, scalar).optional().describe('Environment of this entry alone'),
  wait: z.boolean().optional().describe('Everything before this entry first, everything after it later'),
  dependsOn: z.array(scalar).optional().describe('Entries that must be ready first'),
})
export const reservedKeys = Object.keys(options.shape)
const helmValues = z.record(z.string().regex(new RegExp(`^(?!(${reservedKeys.join('|')})$)`)), z.unknown())

const entry = z
  .record(nonEmpty, z.union([z.null(), options, helmValues]))
  .refine(entries => Object.keys(entries).length === 1, { error: 'an entry has one key: the addon' })
  // The same for the JSON Schema, which knows nothing of refinements.
  .meta({ minProperties: 1, maxProperties: 1 })

export const bootstrap = z
  .array(z.union([nonEmpty, entry]))
  .describe(
    'Infrastructure of the cluster, applied as a graph. Absent: the default of the driver. []: nothing',
  )

export type Bootstrap = z.infer<typeof bootstrap>
export type BootstrapOptions = z.infer<typeof options>
