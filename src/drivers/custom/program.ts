import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { bashScript } from './bash-script.js'

const required = ['provision', 'destroy', 'status', 'kubeconfig'] as const
const optional = ['plan', 'inventory', 'export', 'publicKey'] as const
export const functionNames = [...required, ...optional]
export type DriverFunction = (typeof required)[number] | (typeof optional)[number]

/** A driver as a project brings it: a file, and how its functions are called. */
export interface DriverProgram {
  /** As messages name it: relative to the project. */
  name: string
  /** Answers are text for bash, JSON for a module. */
  format: 'text' | 'json'
  /** How the file spells a function. */
  spell: (name: DriverFunction) => string
  /** The command that calls one function, or that lists those there are. */
  commandFor: (name: DriverFunction | 'functions', domain: string, specFile: string) => [string, ...string[]]
}

/** The driver in a folder: `index.mjs`, else `main`; undefined when it has neither. */
export function findProgram(
  folder: string,
  root: string,
  { self, find }: Pick<Context, 'self' | 'find'>,
): DriverProgram | undefined {
  const [module, script] = [moduleIn(folder), path.join(folder, 'main')]
  if (existsSync(module)) {
    return {
      name: path.relative(root, module),
      format: 'json',
      spell: name => name,
      commandFor: (name, domain) => [...self, 'driver-call', domain, name],
    }
  }
  if (!existsSync(script)) return undefined
  return {
    name: path.relative(root, script),
    format: 'text',
    spell: spellInBash,
    commandFor: (name, domain, specFile) => {
      const bash = find('bash')
      if (bash === undefined) {
        throw new LoError('TOOL_MISSING', `${path.relative(root, script)} needs bash, which is not on PATH.`)
      }
      const spelled = name === 'functions' ? name : spellInBash(name)
      return [bash, '-c', bashScript, script, spelled, domain, specFile]
    },
  }
}

export const moduleIn = (folder: string) => path.join(folder, 'index.mjs')

/** `publicKey` is `driver::public_key`. */
function spellInBash(name: DriverFunction): string {
  return `driver::${name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)}`
}

/** Which functions a driver has, of those that mean something. Throws `DRIVER_INVALID` when one that it needs is not there. */
export function checkFunctions(
  { name, spell }: Pick<DriverProgram, 'name' | 'spell'>,
  there: readonly string[],
): Set<DriverFunction> {
  const missing = required.filter(name => !there.includes(spell(name))).map(spell)
  if (missing.length > 0) {
    throw new LoError('DRIVER_INVALID', `The driver ${name} has no ${missing.join(', no ')}.`, {
      hint: `Every driver has ${required.map(spell).join(', ')}.`,
    })
  }
  return new Set(functionNames.filter(name => there.includes(spell(name))))
}
