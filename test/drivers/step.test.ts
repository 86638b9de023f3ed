import { expect, it } from 'vitest'
import { step } from '../../src/drivers/step.js'
import type { Event } from '../../src/events.js'
import { virtualClock } from '../../src/hcloud/simulator/clock.js'

/** A world in virtual time, and what was told in it. */
function world() {
  const events: Event[] = []
  const end = new AbortController()
  const clock = virtualClock(() => new Promise(resolve => setImmediate(resolve)), end.signal)
  const output = {
    event: (event: Event) => void events.push(event),
    result: () => {},
    error: () => {},
    end: () => {},
  }
  return { events, end, ctx: { ...clock, output } }
}

it('tells every minute that a step goes on', async () => {
  const { ctx, events } = world()
  expect(await step('Wait', ctx, () => ctx.sleep(130_000).then(() => 'done'))).toBe('done')
  expect(events).toEqual([
    { type: 'step-started', step: 'Wait' },
    { type: 'step-continues', step: 'Wait', milliseconds: 60_000 },
    { type: 'step-continues', step: 'Wait', milliseconds: 120_000 },
    { type: 'step-finished', step: 'Wait', milliseconds: 130_000 },
  ])
  await ctx.sleep(100_000)
  expect(events).toHaveLength(4)
})

it('says no more of a step that has failed, and throws what it has', async () => {
  const { ctx, events } = world()
  await expect(step('Fail', ctx, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await ctx.sleep(100_000)
  expect(events).toEqual([{ type: 'step-started', step: 'Fail' }])
})

it('ends with an interrupt', async () => {
  const { ctx, end, events } = world()
  const waiting = step(
    'Wait',
    ctx,
    () => new Promise((_, reject) => end.signal.addEventListener('abort', reject)),
  )
  end.abort(new Error('stopped'))
  await expect(waiting).rejects.toBeDefined()
  expect(events).toEqual([{ type: 'step-started', step: 'Wait' }])
})
