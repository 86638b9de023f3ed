import { keyOf, type ObjectId } from '../../kube/object.js'
import type { Cause, Finding } from './cause.js'
import { newestEvents } from './event-lines.js'
import { generalise, shorten } from './message.js'
import type { World } from './world.js'

type OwnedFinding = Finding & { owner: ObjectId }

/** Nobody reads more at once; what comes after is counted. */
const longestList = 10

/** One cause for all findings with the same trouble, in the order in which they should be read. */
export function groupFindings(findings: OwnedFinding[], world: World): Cause[] {
  const groups = new Map<string, Member[]>()
  for (const finding of findings) {
    const general = generalise(finding.message, finding.subject)
    const key = `${finding.group ?? finding.reason}\n${general}`
    const members = groups.get(key) ?? []
    if (members.length === 0) groups.set(key, members)
    members.push({ ...finding, general })
  }
  const causes = [...groups.values()].map(members => ({
    cause: causeOf(members, world),
    isVague: members.every(member => member.isVague),
  }))
  return limit(causes.sort(inOrder).map(({ cause }) => cause))
}

type Member = OwnedFinding & { general: string }

function causeOf(found: Member[], world: World): Cause {
  const members = found.sort((a, b) => compare(keyOf(a.object), keyOf(b.object)))
  const [first] = members as [Member]
  const isSame = members.every(member => member.message === first.message)
  const told =
    members.find(member => member.isTerminal && member.logOf) ?? members.find(member => member.logOf)
  const hint = members.find(member => member.hint)?.hint
  return {
    reason: shorten(mostFrequent(members.map(member => member.reason))),
    message: shorten(isSame ? first.message : first.general),
    objects: distinct(members.map(member => member.object)),
    owners: distinct(members.map(member => member.owner)),
    isTerminal: members.some(member => member.isTerminal),
    ...(told?.logOf && { logOf: told.logOf }),
    events: newestEvents(members, first.message, world),
    ...(hint && { hint: shorten(hint) }),
  }
}

/** What ends the wait first, then what says something, then what many have, then what is read quickly. */
function inOrder(a: Ranked, b: Ranked): number {
  return (
    Number(b.cause.isTerminal) - Number(a.cause.isTerminal) ||
    Number(a.isVague) - Number(b.isVague) ||
    b.cause.objects.length - a.cause.objects.length ||
    textOf(a.cause).length - textOf(b.cause).length ||
    compare(textOf(a.cause), textOf(b.cause))
  )
}

interface Ranked {
  cause: Cause
  isVague: boolean
}

const textOf = ({ reason, message }: Cause) => `${reason}: ${message}`

function limit(causes: Cause[]): Cause[] {
  if (causes.length <= longestList) return causes
  const rest = causes.slice(longestList)
  const more: Cause = {
    reason: 'More',
    message: rest.length === 1 ? '1 more cause' : `${rest.length} more causes`,
    objects: distinct(rest.flatMap(cause => cause.objects)),
    owners: distinct(rest.flatMap(cause => cause.owners)),
    isTerminal: rest.some(cause => cause.isTerminal),
    events: [],
    more: rest.length,
  }
  return [...causes.slice(0, longestList), more]
}

function distinct(ids: ObjectId[]): ObjectId[] {
  const byKey = new Map(ids.map(id => [keyOf(id), id]))
  return [...byKey].sort(([a], [b]) => compare(a, b)).map(([, id]) => id)
}

function mostFrequent(words: string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b))[0]?.[0] ?? ''
}

/** By code units: a locale must not decide about the order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
