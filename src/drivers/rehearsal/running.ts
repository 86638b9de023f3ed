import path from 'node:path'
import type { Context } from '../../context.js'
import { findRecorded, type Process } from '../process.js'
import type { Place } from './place.js'
import { type Program, programs } from './plan.js'

/** The programs of a rehearsal that are alive now. */
export async function findRunning(place: Place, ctx: Pick<Context, 'run'>): Promise<Map<Program, Process>> {
  const running = new Map<Program, Process>()
  for (const program of programs) {
    const found = await findRecorded(path.join(place.processes, program), ctx)
    if (found) running.set(program, found)
  }
  return running
}
