import type { ContainerState, ContainerStatus, Pod } from './pod.js'
import { type Fault, parseRehearsal } from './rehearsal.js'

export interface LogQuery {
  previous?: boolean
  /** How many lines at the end; all without it. */
  tailLines?: number
  timestamps?: boolean
}

/** What is answered for a log: an HTTP status, and the log or why there is none. */
export interface LogAnswer {
  status: number
  text: string
  /** Whether more may come. */
  isOpen: boolean
}

/** The log that a container would have written, by the rules of a kubelet: which run it is of, and when there is none. */
export function containerLog(pod: Pod, name: string, query: LogQuery = {}): LogAnswer {
  const { metadata, status = {}, spec } = pod
  const isInit = spec.initContainers?.some(container => container.name === name) === true
  const statuses = (isInit ? status.initContainerStatuses : status.containerStatuses) ?? []
  const found = statuses.find(container => container.name === name)
  const whose = `container "${name}" in pod "${metadata.name}"`
  if (!found) return refuse(`${whose} is not available`)
  const { terminated: last } = found.lastState ?? {}
  if (query.previous && !last) return refuse(`previous terminated ${whose} not found`)
  const run = query.previous ? { terminated: last! } : runToShow(found)
  if (!run) return refuse(`${whose} is waiting to start: ${reasonOf(found)}`)
  const rehearsal = parseRehearsal(metadata.annotations ?? {}, 0)
  const text = formatLog(name, run, isInit ? rehearsal.initFault : rehearsal.fault, query)
  return { status: 200, text, isOpen: run.running !== undefined }
}

const refuse = (text: string): LogAnswer => ({ status: 400, text, isOpen: false })

type Run = Pick<ContainerState, 'running' | 'terminated'>

/** Between two runs it is that of the last one. */
function runToShow({ state, lastState }: ContainerStatus): Run | undefined {
  if (state.running || state.terminated) return state
  return lastState?.terminated ? lastState : undefined
}

function reasonOf({ state }: ContainerStatus): string {
  const reason = state.waiting?.reason ?? 'ContainerCreating'
  if (reason === 'ErrImagePull') return "image can't be pulled"
  if (reason === 'ImagePullBackOff') return 'trying and failing to pull image'
  return reason
}

function formatLog(name: string, run: Run, fault: Fault | undefined, query: LogQuery): string {
  const hasCrashed = (run.terminated?.exitCode ?? 0) !== 0
  const text = (hasCrashed && fault?.log) || `rehearsal: ${name} is running`
  const time = query.timestamps ? `${run.running?.startedAt ?? run.terminated?.startedAt} ` : ''
  const lines = text.replace(/\n$/, '').split('\n')
  const { tailLines = lines.length } = query
  return lines
    .slice(Math.max(0, lines.length - tailLines))
    .map(line => `${time}${line}\n`)
    .join('')
}
