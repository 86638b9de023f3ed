import path from 'node:path'
import { LoError, messageOf } from '../../errors.js'
import { check, invalid } from '../../project/spec/check.js'
import { type HetznerConfig, hetznerConfig } from '../../project/spec/hetzner.js'
import { readSource } from '../../project/spec/source.js'
import type { DriverCluster } from '../driver.js'

/** What the spec says of the servers: in itself, or in the file that its `configRef` names. Throws `SPEC_INVALID`. */
export function readConfig({ spec, specFile, root }: DriverCluster): HetznerConfig {
  const { config, configRef } = (spec.spec.provider ?? {}) as { config?: HetznerConfig; configRef?: string }
  if (configRef === undefined) return config ?? {}
  const file = path.resolve(path.dirname(specFile), configRef)
  const source = readFile(file, path.relative(root, file))
  if (source.problems.length > 0) throw invalid(source.problems)
  return check(hetznerConfig(), source)
}

function readFile(file: string, name: string) {
  try {
    return readSource(file, name)
  } catch (cause) {
    throw new LoError(
      'SPEC_INVALID',
      `spec.provider.configRef: ${name} cannot be read: ${messageOf(cause)}.`,
      {
        cause,
      },
    )
  }
}
