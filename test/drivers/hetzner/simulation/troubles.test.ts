import { expect, it } from 'vitest'
import { troubles } from '../../../../src/drivers/hetzner/simulation/troubles.js'
import { simulateProvision } from '../../../../src/drivers/simulate.js'
import { LoError } from '../../../../src/errors.js'
import { realContext } from '../../../helpers/context.js'
import { hetznerSpec, makeProject } from '../../../helpers/project.js'
import { controlPlane, workers } from '../clusters.js'

const domain = 'prod.test'
const spec = hetznerSpec(domain, { ...controlPlane(3), ...workers(['default', 1]) })

/** Those that a provision gets over by itself. */
const passing = [
  'busy-reads',
  'busy-creates',
  'network-500',
  'server-504',
  'server-lost',
  'server-503',
  'html',
  'empty',
  'garbage',
  'slow',
  'conflict',
  'locked',
  'create-fails',
  'start-fails',
  'attach-fails',
  'forgotten',
  'no-private-net',
  'stays-off',
  'unhealthy',
  'no-totals',
  'gone-before',
  'slow-detach',
  'future',
  'ssh-refused-at-first',
  'ssh-closed',
  'boot-degraded',
]

it.each(
  troubles.map(({ name }) => name),
)('comes to a clear end in less than an hour when there is %s', async name => {
  const cwd = makeProject({ [`clusters/${domain}/cluster.lok8s.yaml`]: spec })
  const { ctx } = await realContext({ cwd, env: {} })
  const end = await simulateProvision(domain, { trouble: [name] }, ctx).catch((error: unknown) => error)
  if (passing.includes(name)) {
    expect(end).toMatchObject({ outcome: 'created', status: { missing: [] } })
    return
  }
  // What is no such error is a bug, and has no hint.
  expect(end).toBeInstanceOf(LoError)
  const { message, detail, hint } = end as LoError
  expect(message).toMatch(/^simulated: /)
  expect(hint).toBeTruthy()
  const minutes = Number(/(\d+) min \d+ s of virtual time/.exec(detail ?? '')?.[1] ?? 0)
  expect(minutes).toBeLessThan(60)
})
