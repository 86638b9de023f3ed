import { LoError } from '../errors.js'
import type { Driver } from './driver.js'
import { rehearsal } from './rehearsal/rehearsal.js'

const drivers: readonly Driver[] = [rehearsal]

export function hasDriver(kind: string): boolean {
  return drivers.some(driver => driver.kind.toLowerCase() === kind.toLowerCase())
}

/** The driver of a kind, in any case. Throws `DRIVER_MISSING` for a kind that `lo` only builds and deploys. */
export function findDriver(kind: string): Driver {
  const driver = drivers.find(driver => driver.kind.toLowerCase() === kind.toLowerCase())
  if (driver) return driver
  const known = drivers.map(driver => driver.kind).join(', ')
  throw new LoError('DRIVER_MISSING', `lo has no driver yet that makes clusters of kind ${kind}.`, {
    hint: `It can make: ${known}. Build works without a driver.`,
  })
}
