/** Values by name; what has none is not set. */
export type Variables = Readonly<Record<string, string | undefined>>

const reference = /\$\{(LOK8S_(?:USER|SPEC)_[A-Za-z0-9_]*)\}|\$(LOK8S_(?:USER|SPEC)_[A-Za-z0-9_]*)/g
const leftOver = /\$\{(LOK8S_[A-Za-z0-9_]*)\}/g

/**
 * Replaces `${NAME}` and `$NAME` for the names that begin with `LOK8S_USER_` or `LOK8S_SPEC_` and are set. One pass:
 * what a value brings in is not looked at again. Everything else stays as it is.
 */
export function substitute(text: string, variables: Variables): string {
  return text.replace(
    reference,
    (whole, braced?: string, bare?: string) => variables[braced ?? bare!] ?? whole,
  )
}

/** The names of all `${LOK8S_…}` in a text, each once, in order of appearance. */
export function findLeftOver(text: string): string[] {
  return [...new Set([...text.matchAll(leftOver)].map(([, name]) => name!))]
}

/** The names that a text refers to and whose value spans lines, which no place in YAML can take as it is. */
export function findMultiLine(text: string, variables: Variables): string[] {
  const names = [...text.matchAll(reference)].map(([, braced, bare]) => (braced ?? bare)!)
  return [...new Set(names)].filter(name => /[\r\n]/.test(variables[name] ?? ''))
}
