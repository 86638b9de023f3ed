import { expect } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { deployment } from '../../helpers/manifests.js'
import { statefulSet } from '../../helpers/workloads.js'

const missing = { trouble: { 'image-pull-error': 'manifest unknown' }, image: 'registry.test/app:2' }

itOnCluster('old pods that still serve never make a broken rollout healthy', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('web', [deployment('web', { replicas: 2 }), statefulSet('db')])
  await test.succeed()
  test.artifact('web', [deployment('web', { replicas: 2, ...missing }), statefulSet('db', missing)])
  const { exitCode, document } = await test.deployJson(['--timeout', '4s'])
  expect(exitCode).toBe(3)
  // The old ones are all there: it is the new ones that count.
  expect(await test.get('apps/v1 deployments/web')).toMatchObject({ status: { availableReplicas: 2 } })
  const { unhealthy, causes } = document.targets[0].health
  expect(unhealthy.map(({ name }: { name: string }) => name).sort()).toEqual(['db', 'web'])
  expect(causes).toMatchObject([
    {
      reason: 'ErrImagePull',
      message: 'registry.test has no image app:2',
      owners: [{ name: 'web' }, { name: 'db' }],
    },
  ])
})

itOnCluster(
  'an image that does not exist is no success of the first deploy either, however soon it is asked',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [deployment('web', missing), statefulSet('db', missing)])
    for (const time of ['0s', '3s']) {
      expect(await test.deploy(['--timeout', time])).toMatchObject({
        exitCode: 3,
        stdout: expect.stringMatching(/^web {2}unhealthy {2}2 (created|unchanged)/),
      })
    }
  },
)

itOnCluster(
  'an init container that crashes again and again is named, with the last lines of its log',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const init = 'initContainers:\n- image: registry.test/migrate:1\n  name: migrate\n'
    const trouble = { 'init-crash-loop': 'migrating\nno table named orders' }
    test.artifact('web', [deployment('web', { pod: init, trouble })])
    const { exitCode, document } = await test.deployJson(['--timeout', '8s'])
    expect(exitCode).toBe(3)
    expect(document.targets[0].health.causes).toMatchObject([
      {
        message: expect.stringContaining('migrate'),
        owners: [{ kind: 'Deployment', name: 'web' }],
        log: ['migrating', 'no table named orders'],
      },
    ])
  },
)

itOnCluster('a rollout that is mended while it is waited for ends well', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('web', [deployment('web', { trouble: { 'crash-loop': 'no database', 'crash-times': '2' } })])
  expect((await test.succeed(['--timeout', '60s'])).stdout).toMatch(/^web {2}healthy {4}1 created/)
})
