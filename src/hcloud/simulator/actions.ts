import type { ActionFault } from './faults.js'
import { Refusal } from './refusal.js'
import type { ActionItem, State } from './state.js'
import { type Delays, dateOf, type Settings, type World } from './world.js'

/** Starts actions, and lets them take effect when their time has come. */
export function actionsIn(
  state: State,
  settings: Settings,
  now: () => number,
  newId: () => number,
  faultFor: (command: string) => ActionFault | undefined,
): Pick<World, 'act'> & { settle: () => void } {
  const act: World['act'] = ({ command, resources, effect = () => {}, after }) => {
    const fault = faultFor(command)
    const begin = Math.max(now(), after?.due ?? 0)
    const delay = delayOf(settings.delays, command) + (fault?.milliseconds ?? 0)
    const action: ActionItem = {
      id: newId(),
      command,
      resources,
      started: now(),
      due: fault?.how === 'never ends' ? Number.POSITIVE_INFINITY : begin + delay,
      status: 'running',
      error: null,
      effect: fault?.how === 'does nothing' ? () => {} : effect,
      isForgotten: fault?.how === 'is forgotten',
    }
    if (fault?.how === 'fails') failWhenDue(action, fault.code ?? 'action_failed')
    else if (after) failWith(action, after)
    state.actions.set(action.id, action)
    return action
  }
  return { act, settle: () => settle(state, now()) }
}

function delayOf(delays: Delays, command: string): number {
  return Object.hasOwn(delays, command) ? delays[command as keyof Delays] : delays.other
}

/** Whatever is due takes effect, in the order in which it becomes so. */
function settle(state: State, now: number): void {
  const due = [...state.actions.values()]
    .filter(action => action.status === 'running' && action.due <= now)
    .sort((one, other) => one.due - other.due || one.id - other.id)
  for (const action of due) {
    action.status = 'success'
    try {
      action.effect()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      action.status = 'error'
      action.error = { code: error.code, message: error.message }
    }
  }
}

function failWhenDue(action: ActionItem, code: string): void {
  action.effect = () => {
    action.status = 'error'
    action.error = { code, message: `Action ${action.command} failed` }
  }
}

/** What builds on an action that fails, fails as well. */
function failWith(action: ActionItem, before: ActionItem): void {
  const { effect } = action
  action.effect = () => {
    if (before.status !== 'error') return effect()
    action.status = 'error'
    action.error = { code: 'action_failed', message: `Action ${action.command} failed` }
  }
}

/** Whether an action is at work on a resource, which then takes no other one. */
export function isBusy(state: State, type: string, id: number): boolean {
  return [...state.actions.values()].some(
    action =>
      action.status === 'running' &&
      !['apply_firewall', 'remove_firewall'].includes(action.command) &&
      action.resources.some(resource => resource.type === type && resource.id === id),
  )
}

export function renderAction(action: ActionItem, now: number): unknown {
  const { id, command, resources, started, due, status, error } = action
  const share = Number.isFinite(due) ? (now - started) / Math.max(1, due - started) : 0
  const isOver = status !== 'running'
  return {
    id,
    command,
    status,
    progress: isOver ? 100 : Math.min(99, Math.floor(share * 100)),
    started: dateOf(started),
    finished: isOver ? dateOf(due) : null,
    resources,
    error,
  }
}
