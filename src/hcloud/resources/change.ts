import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import { HcloudError } from '../hcloud-error.js'
import type { Kind, Resource } from './collection.js'

/** Calls an action of a resource, such as `poweron`, and answers with what to wait for: nothing when it is so already. */
export type Act = (item: Pick<Resource, 'id' | 'name'>, action: string, body?: unknown) => Promise<Action[]>

export function actionsOf(api: Api, { many, noun }: Kind): Act {
  return async ({ id, name }, action, body) => {
    try {
      const answer = await api.call<{ action?: Action; actions?: Action[] }>({
        kind: 'change',
        method: 'POST',
        path: `/${many}/${id}/actions/${action}`,
        ...(body !== undefined && { body }),
        about: `${noun} ${name} (${action})`,
      })
      return [...(answer.action ? [answer.action] : []), ...(answer.actions ?? [])]
    } catch (error) {
      if (error instanceof HcloudError && error.verdict === 'satisfied') return []
      throw error
    }
  }
}
