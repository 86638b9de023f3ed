import { expect, it } from 'vitest'
import type { ScriptFault } from '../../../../src/drivers/hetzner/simulation/script-faults.js'
import { countOf, namesOf, not, on, provisionWith, standing, textOf, usual } from './runs.js'

it('fault 36: a server that does not boot is started once more', async () => {
  const { all, outcome } = await provisionWith(
    on('*', { how: 'unreachable', why: 'refused', while: ({ starts }) => starts < 2 }),
  )
  expect(outcome).toBe('created')
  expect(all.simulator.calls.filter(({ route }) => route.endsWith('/actions/reset'))).toHaveLength(1)
})

it('fault 36: a server that never boots is made anew, once, since nothing can be on it', async () => {
  const broken = (id: number): ScriptFault => ({
    how: 'unreachable',
    why: 'refused',
    while: ({ server }) => server.id === id,
  })
  const { all, outcome } = await provisionWith(({ simulator, machines }) => {
    const { onServer } = simulator.settings
    simulator.settings.onServer = (what, server) => {
      onServer?.(what, server)
      if (what === 'started' && simulator.calls.filter(({ route }) => route === 'POST /servers').length === 1)
        machines.onScript('*', broken(server.id))
    }
  })
  expect(outcome).toBe('created')
  expect(countOf(all, 'POST /servers/{id}/actions/reset')).toBe(1)
  expect(countOf(all, 'DELETE /servers/{id}')).toBe(1)
  expect(countOf(all, 'POST /servers')).toBe(2)
  expect(namesOf(all, 'servers')).toEqual(['prod-cp-1'])
})

it('fault 36: ends with the way to its console when the new one does not boot either', async () => {
  const { all, error } = await provisionWith(on('*', not('refused')))
  expect(textOf(error)).toContain('Look at the console of the server')
  expect(countOf(all, 'POST /servers')).toBe(2)
})

it('fault 36: makes no server anew when none at all answers: the way to them may be closed', async () => {
  const { all, error } = await provisionWith(on('*', not('silent')), { config: usual })
  expect(textOf(error)).toContain('whether this network lets port 22 out')
  expect(countOf(all, 'POST /servers')).toBe(5)
})

it('fault 36: makes a silent server anew when others answer', async () => {
  const { all, error } = await provisionWith(on('*', not('silent'), { server: 'prod-default-2' }), {
    config: usual,
  })
  expect(textOf(error)).toContain('prod-default-2')
  expect(countOf(all, 'POST /servers')).toBe(6)
})

it('fault 36: leaves alone what has been entered before, whatever has become of it', async () => {
  const all = await standing(usual)
  const { error } = await provisionWith(on('*', not('refused'), { server: 'prod-default-2' }), {
    all,
    config: usual,
  })
  expect(textOf(error)).toContain('Look at the console of the server')
  expect(countOf(all, 'DELETE /servers/{id}')).toBe(0)
})
