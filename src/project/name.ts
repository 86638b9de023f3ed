import { LoError } from '../errors.js'

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/
const longestName = 253

/** What a name may look like, in the words of an error message. */
export const nameRule =
  'letters, digits, ".", "_" and "-" only, a letter or digit first, no "..", at most 253 characters'

/** Whether a name can stand for one folder and nothing else, wherever it came from. */
export function isName(name: string): boolean {
  return namePattern.test(name) && !name.includes('..') && name.length <= longestName
}

/** The one check for every name that reaches a path. `what` is "domain" or "target", `origin` where it came from. */
export function checkName(what: 'domain' | 'target', name: string, origin = ''): string {
  if (isName(name)) return name
  throw new LoError('NAME_INVALID', `${showName(name)}${origin && ` (${origin})`} is no ${what} name.`, {
    hint: `A ${what} name has ${nameRule}.`,
  })
}

/** A name as it can be shown: quoted, with everything a terminal would act on or a reader would miss spelled out. */
export function showName(name: string): string {
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name
  return spellOut(JSON.stringify(shown))
}

/** Text from a file or from the command line, fit for a terminal and without letters that only look like others. */
export function spellOut(text: string): string {
  return text.replace(/[^\x20-\x7e…]/gu, char => `\\u{${char.codePointAt(0)!.toString(16)}}`)
}
