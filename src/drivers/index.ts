import { LoError } from '../errors.js'
import { findDriverFolder } from '../project/driver-folder.js'
import type { Project } from '../project/root.js'
import { customDriver, hasProgram } from './custom/custom.js'
import type { Driver } from './driver.js'
import { hetzner } from './hetzner/hetzner.js'
import { rehearsal } from './rehearsal/rehearsal.js'

const drivers: readonly Driver[] = [rehearsal, hetzner]

/** Whether clusters of a kind can be made, with one of these or with the project's own. */
export function hasDriver(kind: string, project: Pick<Project, 'root'>): boolean {
  return findDriverFolder(project, kind) !== undefined || findBuiltIn(kind) !== undefined
}

/**
 * The driver of a kind, in any case: the project's own, else one of these. Throws `DRIVER_MISSING` for a kind that `lo`
 * only builds and deploys.
 */
export function findDriver(kind: string, project: Pick<Project, 'root'>): Driver {
  const own = findDriverFolder(project, kind)
  const builtIn = findBuiltIn(kind)
  if (own !== undefined && (hasProgram(own) || !builtIn)) return customDriver(kind, own)
  if (builtIn) return builtIn
  const known = drivers.map(driver => driver.kind).join(', ')
  throw new LoError('DRIVER_MISSING', `lo has no driver yet that makes clusters of kind ${kind}.`, {
    hint: `It can make: ${known}. A project may bring its own in .lok8s/drivers/${kind.toLowerCase()}/. Build works without a driver.`,
  })
}

const findBuiltIn = (kind: string) => drivers.find(driver => driver.kind.toLowerCase() === kind.toLowerCase())
