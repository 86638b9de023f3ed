/** The fields that list what a kustomization stands on. Like all of Go's JSON, kustomize takes keys in any case. */
export const standsOn = /^(?:resources|bases|components)$/i

/** The fields that configure plugins, functions and charts. */
const configures = /^(?:generators|transformers|validators|helm\w*)$/i

/**
 * The lists that a kustomization stands on, read off its lines where it is written as plainly as most are: fields
 * at the start of a line, names of letters, digits, `.`, `_`, `-` and `/`. Undefined as soon as anything in it may
 * mean more than it seems to. Then it takes a parser, and a hundred times as long.
 */
export function readPlainly(text: string): Record<string, string[]> | undefined {
  // YAML breaks lines at more characters than this file looks at.
  if (!/^[\n -~]*$/.test(text)) return undefined
  const lines = `${text}\n`.replace(/^ *(?:#.*)?\n/gm, '').replace(/^---\n/, '')
  const lists: Record<string, string[]> = {}
  for (const field of lines.split(/^(?=\w)/m)) {
    const [, key, value, below] = /^(\w+):(| .*)\n((?: .*\n|- .*\n)*)$/.exec(field) ?? []
    if (key === undefined || configures.test(key)) return undefined
    if (!standsOn.test(key)) continue
    if (value !== '' || !/^( *- )[\w./-]+\n(?:\1[\w./-]+\n)*$/.test(below!)) return undefined
    lists[key] = below!.match(/[\w./-]+$/gm)!
  }
  return lists
}
