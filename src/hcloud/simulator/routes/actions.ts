import { renderAction } from '../actions.js'
import { invalid, notFound, Refusal } from '../refusal.js'
import type { Routes } from '../route.js'

const most = 25

export const actionRoutes: Routes = {
  'GET /actions': ({ query }, { state, now }) => {
    const ids = query.getAll('id')
    if (ids.length === 0) {
      throw new Refusal(410, 'deprecated_api_endpoint', 'listing arbitrary actions was removed', {
        announcement:
          'https://docs.hetzner.cloud/changelog#2025-01-30-listing-arbitrary-actions-in-the-actions-list-endpoint-is-removed',
      })
    }
    if (ids.length > most) throw invalid('id', `more than ${most} ids`)
    const actions = [...new Set(ids)].flatMap(id => state.actions.get(Number(id)) ?? [])
    return {
      status: 200,
      body: {
        actions: actions.filter(({ isForgotten }) => !isForgotten).map(action => renderAction(action, now())),
      },
    }
  },
  'GET /actions/{id}': ({ id }, { state, now }) => {
    const action = state.actions.get(id)
    if (!action || action.isForgotten) throw notFound('action', id)
    return { status: 200, body: { action: renderAction(action, now()) } }
  },
}
