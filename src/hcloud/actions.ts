import { LoError } from '../errors.js'
import type { Api } from './api.js'

/** Work that the API does after it has answered: https://docs.hetzner.cloud/reference/cloud#description/actions. */
export interface Action {
  id: number
  command: string
  status: 'running' | 'success' | 'error'
  progress: number
  resources: { id: number; type: string }[]
  error: { code: string; message: string } | null
}

/** An action that ended with an error, or of which the end could not be seen. */
export class ActionError extends LoError {
  readonly actions: readonly Action[]

  constructor(message: string, actions: readonly Action[], hint: string) {
    super('ACTION_FAILED', message, { detail: actions.map(describe).join('\n'), hint })
    this.actions = actions
  }
}

function describe({ id, command, resources, status, progress, error }: Action): string {
  const on = resources.map(({ type, id }) => `${type} ${id}`).join(', ')
  const state = error ? `${error.code}: ${error.message}` : `${status}, ${progress} %`
  return `action ${id} (${command} on ${on}): ${state}`
}

/** Waits for actions, all of them at once, however many callers wait. */
export interface ActionWatch {
  /**
   * Resolves when all have succeeded. Throws `ActionError` as soon as one has failed or is unknown to the API, or
   * when `milliseconds` are over. `about` names what they work on, such as `server prod-cp-1`.
   */
  wait: (about: string, actions: readonly Action[], milliseconds: number) => Promise<void>
}

interface Waiting {
  action: Action
  since: number
  due: number
  settle: (end: Action | Error) => void
}

/** How many ids one poll asks for. Answers have no pages, so the default page size bounds them. */
const batch = 25
/** What is due so soon after a poll is asked for with it. */
const nearly = 500

export function watchActions(api: Api): ActionWatch {
  const waiting = new Set<Waiting>()
  let isPolling = false

  async function poll(): Promise<void> {
    isPolling = true
    try {
      while (waiting.size > 0) {
        const next = Math.min(...[...waiting].map(({ due }) => due))
        await api.sleep(Math.max(0, next - api.now()))
        const due = [...waiting].filter(one => one.due <= api.now() + nearly)
        await Promise.all(inBatches(due).map(ask))
      }
    } catch (error) {
      for (const { settle } of waiting) settle(error as Error)
      waiting.clear()
    } finally {
      isPolling = false
    }
  }

  async function ask(due: readonly Waiting[]): Promise<void> {
    const { actions } = await api.call<{ actions: Action[] }>({
      kind: 'read',
      method: 'GET',
      path: '/actions',
      query: { id: due.map(({ action }) => action.id) },
      about: `${due.length} action${due.length > 1 ? 's' : ''}`,
    })
    const found = new Map(actions.map(action => [action.id, action]))
    for (const one of due) {
      const action = found.get(one.action.id)
      if (action?.status === 'running') {
        one.due = api.now() + pauseAt(api.now() - one.since)
        continue
      }
      waiting.delete(one)
      one.settle(action ?? unknownAction(one.action))
    }
  }

  function watch(action: Action): { waiting: Waiting; end: Promise<Action> } {
    const since = api.now()
    const one: Waiting = { action, since, due: since + pauseAt(0), settle: () => {} }
    const end = new Promise<Action>((resolve, reject) => {
      one.settle = end => (end instanceof Error ? reject(end) : resolve(end))
    })
    waiting.add(one)
    if (!isPolling) void poll()
    return { waiting: one, end }
  }

  return {
    wait: async (about, actions, milliseconds) => {
      for (const action of actions) if (action.status === 'error') throw failed(about, action)
      const watched = actions.filter(({ status }) => status === 'running').map(watch)
      const done = new AbortController()
      const ends = Promise.all(
        watched.map(async ({ end }) => {
          const action = await end
          if (action.status === 'error') throw failed(about, action)
        }),
      )
      const late = api.sleep(milliseconds, done.signal).then(
        () => Promise.reject(tooLate(about, actions, milliseconds)),
        // The wait is over, or all of lo is, which whoever polls finds out as well.
        () => ends,
      )
      try {
        await Promise.race([ends, late])
      } finally {
        done.abort()
        // Nobody waits for the others any more.
        for (const one of watched) waiting.delete(one.waiting)
      }
    },
  }
}

/** 1 s, 2 s, then every 5 s, by how long an action has been watched. */
function pauseAt(age: number): number {
  if (age < 1000) return 1000
  return age < 3000 ? 2000 : 5000
}

function inBatches<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / batch) }, (_, index) =>
    items.slice(index * batch, (index + 1) * batch),
  )
}

const again = 'Run the same command again: it looks what is there and goes on.'

function failed(about: string, action: Action): ActionError {
  const { code, message } = action.error ?? { code: 'action_failed', message: 'it has failed' }
  return new ActionError(`${about}: ${action.command} has failed: ${message} (${code}).`, [action], again)
}

function unknownAction(action: Action): ActionError {
  return new ActionError(`The API does not know the action ${action.id} any more.`, [action], again)
}

function tooLate(about: string, actions: readonly Action[], milliseconds: number): ActionError {
  const seconds = Math.round(milliseconds / 1000)
  return new ActionError(`${about}: not done after ${seconds} seconds.`, actions, again)
}
