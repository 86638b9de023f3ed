import type { Unreachable } from '../machine.js'
import type { ScriptName } from '../scripts/script.js'
import type { Machine } from './machine.js'

/** What goes wrong with a script on a server. */
export type ScriptFault =
  /** The server is not reached, or only the answer is lost; see `Unreachable`. */
  | { how: 'unreachable'; why: Unreachable; detail?: string; while?: (machine: Machine) => boolean }
  /** The script does what it does, and the connection ends before it has said so. */
  | { how: 'hang up' }
  /** It does nothing, and answers this; after so many milliseconds. */
  | { how: 'answer'; status?: number; stdout?: string; detail?: string; takes?: number }
  /** Something about the machine is changed first. */
  | { how: 'change'; change: (machine: Machine) => void }
  /** Whoever calls is stopped there: `error` is thrown instead of an answer. */
  | { how: 'stop before' | 'stop after'; error: Error }

export interface WhenScript {
  /** The name of a server; without it all of them. */
  server?: string
  /** How many matching ones go well first. */
  after?: number
  /** How many go wrong; all that follow by default. */
  times?: number
}

export interface ScriptFaults {
  /** `name` is one of a script, or `*`. */
  onScript: (name: ScriptName | '*', fault: ScriptFault, when?: WhenScript) => void
  /** From now on no script goes wrong; what has gone wrong stays as it is. */
  endFaults: () => void
}

/** The faults that are to come, and those whose turn it is. */
export function collectScriptFaults(): ScriptFaults & {
  scriptFault: (name: ScriptName, server: string) => ScriptFault | undefined
} {
  const rules: {
    name: ScriptName | '*'
    fault: ScriptFault
    server?: string
    after: number
    times: number
  }[] = []
  return {
    onScript: (name, fault, when = {}) => {
      rules.push({ after: 0, times: Number.POSITIVE_INFINITY, ...when, name, fault })
    },
    endFaults: () => {
      rules.length = 0
    },
    scriptFault: (name, server) => {
      let taken: ScriptFault | undefined
      for (const rule of rules) {
        if (rule.name !== '*' && rule.name !== name) continue
        if (rule.server !== undefined && rule.server !== server) continue
        if (rule.after > 0) rule.after -= 1
        else if (rule.times > 0 && taken === undefined) {
          rule.times -= 1
          taken = rule.fault
        }
      }
      return taken
    },
  }
}
