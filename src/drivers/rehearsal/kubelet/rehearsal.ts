export const prefix = 'rehearsal.lok8s.dev/'

/** Why a container never starts: what it waits for, and with which words. */
export interface Block {
  kind: 'image-pull-error' | 'invalid-image' | 'config-error'
  message: string
}

/** How a container ends each time it is run, and what it has written until then. */
export interface Fault {
  exitCode: number
  reason: 'Error' | 'OOMKilled'
  log?: string
}

/** What the annotations of a pod ask for. */
export interface Rehearsal {
  /** Milliseconds from the start of the containers until they are ready, or done; undefined for never. */
  readyAfter: number | undefined
  /** Why no node takes the pod. */
  unschedulable?: string
  block?: Block
  fault?: Fault
  initFault?: Fault
  /** How many runs end with the fault until one goes well; endless without a number. */
  crashTimes: number
  /** What in the annotations makes no sense. */
  problems: string[]
}

const names = [
  'ready-after',
  'slow',
  'never-ready',
  'unschedulable',
  'image-pull-error',
  'invalid-image',
  'config-error',
  'crash-loop',
  'crash-times',
  'init-crash-loop',
  'oom-killed',
  'job-fails',
]

/** Reads the annotations of a pod; `delay` is how long containers take until they are ready when none says so. */
export function parseRehearsal(annotations: Record<string, string>, delay: number): Rehearsal {
  const problems = Object.keys(annotations)
    .filter(key => key.startsWith(prefix) && !names.includes(key.slice(prefix.length)))
    .map(key => `${key} is no annotation of the rehearsal`)
  const textOf = (name: string) => annotations[prefix + name]
  const read = <Value>(name: string, parse: (text: string) => Value | undefined, meant: string) => {
    const text = textOf(name)
    const value = text === undefined ? undefined : parse(text)
    if (text !== undefined && value === undefined)
      problems.push(`${prefix}${name}: "${text}" is not ${meant}`)
    return value
  }
  const isOn = (name: string) => read(name, parseFlag, '"true" or "false"') === true
  const duration = (name: string) => read(name, parseDuration, 'a duration such as 500ms, 2.5s or 1m')
  const readyAfter = duration('ready-after') ?? duration('slow') ?? delay
  const crashTimes = read('crash-times', parseCount, 'a number') ?? Number.POSITIVE_INFINITY
  const block = blockOf(textOf, isOn)
  const fault = faultOf(textOf, isOn)
  const initLog = textOf('init-crash-loop')
  const unschedulable = reasonOf(textOf('unschedulable'))
  return {
    readyAfter: isOn('never-ready') ? undefined : readyAfter,
    ...(unschedulable !== undefined && { unschedulable }),
    ...(block && { block }),
    ...(fault && { fault }),
    ...(initLog !== undefined && { initFault: { exitCode: 1, reason: 'Error', log: initLog } }),
    crashTimes,
    problems,
  }
}

/** `"true"` stands for words of the scheduler's own. */
function reasonOf(text: string | undefined): string | undefined {
  if (text === undefined || text === 'false') return undefined
  return text === 'true' || text === '' ? '0/1 nodes are available: 1 Insufficient memory.' : text
}

type TextOf = (name: string) => string | undefined
type IsOn = (name: string) => boolean

function blockOf(textOf: TextOf, isOn: IsOn): Block | undefined {
  const [pull, config] = [textOf('image-pull-error'), textOf('config-error')]
  if (isOn('invalid-image')) return { kind: 'invalid-image', message: '' }
  if (pull !== undefined) return { kind: 'image-pull-error', message: pull }
  if (config !== undefined) return { kind: 'config-error', message: config }
  return undefined
}

function faultOf(textOf: TextOf, isOn: IsOn): Fault | undefined {
  const log = textOf('crash-loop') ?? textOf('job-fails')
  if (isOn('oom-killed')) return { exitCode: 137, reason: 'OOMKilled', ...(log !== undefined && { log }) }
  return log === undefined ? undefined : { exitCode: 1, reason: 'Error', log }
}

function parseFlag(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function parseCount(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds; a bare number is seconds. */
function parseDuration(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? []
  return number === undefined ? undefined : Number(number) * units[unit]!
}
