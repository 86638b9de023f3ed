/** What goes wrong with a call. */
export type CallFault =
  /** The call is refused, and has no effect. */
  | { how: 'refuse'; status: number; code: string; message?: string; details?: unknown }
  /** The call has its effect, and the answer is another one. */
  | { how: 'answer wrongly'; status: number; code?: string; text?: string }
  /** The call has its effect, and the connection breaks before the answer. */
  | { how: 'hang up' }
  /** The call has its effect; its answer takes so many milliseconds. */
  | { how: 'answer late'; milliseconds: number }
  /** The call does not get through; `code` is what the system says. */
  | { how: 'not get through'; code: string }
  /** Whoever calls is stopped there: `error` is thrown instead of an answer. */
  | { how: 'stop before' | 'stop after'; error: Error }

/** What goes wrong with an action. */
export interface ActionFault {
  how: 'fails' | 'never ends' | 'takes longer' | 'is forgotten' | 'does nothing'
  /** How much longer it takes. */
  milliseconds?: number
  /** Of the error it fails with. */
  code?: string
}

export interface When {
  /** How many matching ones go well first. */
  after?: number
  /** How many go wrong; all that follow by default. */
  times?: number
}

export interface Faults {
  /** `route` is one of the API, such as `POST /servers/{id}/actions/poweron`, or `GET *`, or `*`. */
  onCall: (route: string, fault: CallFault, when?: When) => void
  /** `command` is one of an action, such as `create_server`. */
  onAction: (command: string, fault: ActionFault, when?: When) => void
}

interface Rule<Fault> extends Required<When> {
  matches: (name: string) => boolean
  fault: Fault
}

/** The faults that are to come, and those whose turn it is. */
export function collectFaults(): Faults & {
  callFault: (route: string) => CallFault | undefined
  actionFault: (command: string) => ActionFault | undefined
} {
  const calls: Rule<CallFault>[] = []
  const actions: Rule<ActionFault>[] = []
  const always = { after: 0, times: Number.POSITIVE_INFINITY }
  return {
    onCall: (route, fault, when) => {
      calls.push({ ...always, ...when, matches: name => isRoute(route, name), fault })
    },
    onAction: (command, fault, when) => {
      actions.push({ ...always, ...when, matches: name => name === command, fault })
    },
    callFault: route => take(calls, route),
    actionFault: command => take(actions, command),
  }
}

function isRoute(pattern: string, route: string): boolean {
  if (pattern === '*') return true
  return pattern.endsWith(' *') ? route.startsWith(pattern.slice(0, -1)) : route === pattern
}

/** Every rule counts what it matches; the first whose turn it is decides. */
function take<Fault>(rules: Rule<Fault>[], name: string): Fault | undefined {
  let taken: Fault | undefined
  for (const rule of rules.filter(({ matches }) => matches(name))) {
    if (rule.after > 0) rule.after -= 1
    else if (rule.times > 0 && taken === undefined) {
      rule.times -= 1
      taken = rule.fault
    }
  }
  return taken
}
