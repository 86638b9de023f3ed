import { expect, it, onTestFinished } from 'vitest'
import { createAlarm } from '../../../../src/drivers/rehearsal/kubelet/alarm.js'
import { fakeClock } from './clock.js'

function makeAlarm() {
  const clock = fakeClock()
  const rung: string[] = []
  const alarm = createAlarm(key => rung.push(`${key} ${clock.now()}`), clock)
  const end = new AbortController()
  const done = alarm.run(end.signal)
  done.catch(() => {})
  onTestFinished(() => end.abort())
  return { clock, rung, alarm, end, done }
}

it('rings for each key when it is due, soonest first', async () => {
  const { clock, rung, alarm } = makeAlarm()
  alarm.set('late', 500)
  alarm.set('soon', 100)
  await clock.pass(1000)
  expect(rung).toEqual(['soon 100', 'late 500'])
})

it('wakes up for what is due before all else', async () => {
  const { clock, rung, alarm } = makeAlarm()
  alarm.set('late', 500)
  await clock.pass(100)
  alarm.set('soon', 50)
  await clock.pass(1000)
  expect(rung).toEqual(['soon 150', 'late 500'])
})

it('rings once for a key, and not at all when it is cleared', async () => {
  const { clock, rung, alarm } = makeAlarm()
  alarm.set('moved', 100)
  alarm.set('moved', 300)
  alarm.set('cleared', 200)
  alarm.clear('cleared')
  await clock.pass(1000)
  expect(rung).toEqual(['moved 300'])
})

it('waits longer than its longest nap', async () => {
  const { clock, rung, alarm } = makeAlarm()
  alarm.set('late', 300_000)
  await clock.pass(400_000)
  expect(rung).toEqual(['late 300000'])
})

it('ends with the reason of the signal', async () => {
  const { end, done } = makeAlarm()
  end.abort(new Error('over'))
  await expect(done).rejects.toThrow('over')
})
