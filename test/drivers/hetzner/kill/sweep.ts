import { inspect } from 'node:util'
import type { OpenedCluster } from '../../../../src/drivers/driver.js'
import { findLeaks } from '../canary.js'
import { foreignOf, pictureOf } from './picture.js'
import { makeWorld, type Stop, type Wanted, type World } from './world.js'

/** What a sweep is of: what there is first, and the work that is killed, again and again. */
export interface Sweep {
  before?: (world: World) => Promise<void>
  wanted: Wanted
  work: (driver: OpenedCluster) => Promise<unknown>
}

/** What came of a sweep. */
export interface Swept {
  /** How many times a run was killed. */
  points: number
  /** All that has gone otherwise; empty when every run ends as the undisturbed one does. */
  wrong: string[]
  /** What of the cluster is there in the end, by kind. */
  end: Record<string, unknown[]>
}

/** Does the work undisturbed, and then once for each of its steps, killed there and run again. */
export async function sweep({ before = async () => {}, wanted, work }: Sweep): Promise<Swept> {
  const start = async () => {
    const world = await makeWorld()
    await before(world)
    return world
  }
  const calm = await start()
  const foreign = foreignOf(calm)
  const { steps, error } = await calm.run(wanted, work)
  if (error) throw error
  const picture = JSON.stringify(pictureOf(calm), null, 1)
  const wrong: string[] = foreignOf(calm) === foreign ? [] : ['undisturbed: foreign things have changed']
  const points = steps.flatMap((step, at) =>
    (isRead(step) ? waysOfRead : ways).map((when): Stop => ({ at, when })),
  )
  for (const stop of points) {
    const about = `${stop.when} ${stop.at} (${steps[stop.at]})`
    const world = await start()
    const killed = await world.run(wanted, work, stop)
    const again = await world.run(wanted, work)
    if (killed.error === undefined) wrong.push(`${about}: was not killed`)
    if (again.error) wrong.push(`${about}: ${inspect(again.error, { depth: 2 })}`)
    else wrong.push(...difference(JSON.stringify(pictureOf(world), null, 1), picture, about))
    if (foreignOf(world) !== foreign) wrong.push(`${about}: foreign things have changed`)
    wrong.push(...findLeaks(world).map(leak => `${about}: ${leak}`))
  }
  return { points: points.length, wrong, end: JSON.parse(picture) }
}

const ways = ['before', 'under way', 'after'] as const
const waysOfRead = ['before'] as const

/** Steps that change nothing, so that it is the same to be killed before and after them. */
function isRead(step: string): boolean {
  return /^(GET|look|list-nodes|read-token|read-kubeconfig|wait-for-boot|wait-for-k3s)\b/.test(step)
}

function difference(text: string, wanted: string, about: string): string[] {
  if (text === wanted) return []
  const [have, want] = [text.split('\n'), wanted.split('\n')]
  const at = have.findIndex((line, index) => line !== want[index])
  return [
    `${about}: ends otherwise: ${have.slice(at - 3, at + 3).join(' ')}, not ${want.slice(at, at + 3).join(' ')}`,
  ]
}
