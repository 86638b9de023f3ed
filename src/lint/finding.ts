import type { Problem } from '../errors.js'

/** Something about the files of a project that is wrong, or looks as if it were. */
export interface Finding extends Problem {
  level: 'error' | 'warning'
}

export const mistake = (problem: Problem): Finding => ({ level: 'error', ...problem })
export const doubt = (problem: Problem): Finding => ({ level: 'warning', ...problem })
