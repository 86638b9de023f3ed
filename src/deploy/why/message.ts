import type { KubeObject } from '../../kube/object.js'
import { at, listAt, textAt } from './read.js'

/** More than this of one message is never looked at: a termination message may have 4 KiB, a condition 32 KiB. */
const longestInput = 2000
const longestLine = 300

/** One line that is safe on a terminal: no ANSI sequences, no control characters, no marks that turn text around. */
export function clean(text: string): string {
  if (isClean.test(text)) return text
  return text
    .slice(0, longestInput)
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b./g, '')
    .replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g, ' ')
    .replace(/\bback-off \d[\dhms.]* /gi, 'back-off ')
    .replace(/ {2,}/g, ' ')
    .trim()
}

/** Names and most messages: looking is many times cheaper than replacing nothing five times. */
const isClean = /^(?=.{0,300}$)(?!.*back-off)[!-~]+(?: [!-~]+)*$/i

export function shorten(text: string): string {
  if (text.length <= longestLine) return text
  const cut = text.slice(0, longestLine - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

/** The message as all objects with the same trouble would have it: what only this one has becomes a mark. */
export function generalise(text: string, subject?: KubeObject): string {
  const own = ownNames(subject).reduce((said, name) => replaceWord(said, name, '<name>'), text)
  return own
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uid>')
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9a-f]*:[0-9a-f:.]+\]/g, '<ip>')
    .replace(/<ip>:\d+->/g, '<ip>->')
    .replace(/\bkube-api-access-\w{5}\b/g, 'kube-api-access')
    .replace(/\b(?=[a-f]*\d)[0-9a-f]{16,}\b/g, '<id>')
}

/** A pod that someone named by hand is called what its container is called, so only generated names count. */
function ownNames(subject: KubeObject | undefined): string[] {
  if (!subject) return []
  const isGenerated = listAt(subject, 'metadata', 'ownerReferences').length > 0
  const addresses = [
    at(subject, 'status', 'podIP'),
    ...listAt(subject, 'status', 'podIPs').map(one => one['ip']),
  ]
  const names = [isGenerated && textAt(subject, 'metadata', 'name'), ...addresses]
  return names.filter(name => typeof name === 'string' && name.length > 2 && name.length < 254) as string[]
}

function replaceWord(text: string, word: string, replacement: string): string {
  if (!text.includes(word)) return text
  const literal = word.replace(/[^\w]/g, '\\$&')
  return text.replace(new RegExp(`(?<![\\w.-])${literal}(?![\\w-]|\\.\\w)`, 'g'), replacement)
}
