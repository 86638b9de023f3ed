import process from 'node:process'
import { systemCode } from '../errors.js'

/** Sends a signal to a process and all that it has started. */
export function endGroup(leader: number | undefined, name: NodeJS.Signals): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, name)
  } catch {
    // It is gone already, which is what was wanted.
  }
}

/** Whether there was a process to take it. */
export function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** Whether there is a process of this number, of whomever. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
