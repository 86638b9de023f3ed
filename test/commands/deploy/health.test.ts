import { expect } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { configMap, deployment, job } from '../../helpers/manifests.js'

const stuck = { trouble: { 'never-ready': 'true' } }
const pull = { trouble: { 'image-pull-error': 'failed to authorize: 401 Unauthorized' } }

itOnCluster(
  'exits with 3 when it is not healthy in time, and says what it has waited for',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('settings'), deployment('slow', stuck), deployment('fine')])
    const { exitCode, stdout, stderr } = await test.deploy(['--timeout', '4s'])
    expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/^web {2}unhealthy {2}3 created {2}/)])
    expect(stderr).toContain(`error: ${test.domain} is applied, but web is not healthy in time.`)
    expect(stderr).toContain(`Deployment ${test.namespace}/slow`)
    expect(stderr).toContain('next: Mend what is named above, or give it more time with --timeout.')
  },
)

itOnCluster('takes wait and timeout from the spec, where no flag says otherwise', { timeout }, async () => {
  const test = await makeDeploy({ spec: '  deploy: { wait: none, timeout: 1500ms }\n' })
  test.artifact('web', [deployment('slow', stuck)])
  expect((await test.succeed()).stdout).toMatch(/^web {2}applied {4}1 created/)
  expect(await test.deploy(['--wait', 'target'])).toMatchObject({ exitCode: 3 })
})

itOnCluster('returns at once when there is nothing to wait for', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('web', [deployment('web', { replicas: 2 })])
  await test.succeed()
  const { document } = await test.deployJson(['--timeout', '0s'])
  expect(document).toMatchObject({
    ok: true,
    targets: [{ outcome: 'healthy', health: { ended: 'healthy' } }],
  })
})

itOnCluster(
  'groups what has one cause, with the last lines of the log and the events',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const { namespace } = test
    test.artifact('web', [
      deployment('api', { replicas: 4, ...pull }),
      deployment('shop', { replicas: 5, ...pull }),
      deployment('db', { trouble: { 'crash-loop': 'connecting to db\nno database at db:5432' } }),
      deployment('big', { pod: 'nodeSelector:\n  disk: none\n' }),
    ])
    const { exitCode, document } = await test.deployJson(['--timeout', '8s'])
    expect(exitCode).toBe(3)
    const causes: { reason: string; objects: { kind: string }[] }[] = document.targets[0].health.causes
    const find = (word: RegExp) => causes.filter(({ reason }) => word.test(reason))
    expect(find(/ErrImagePull|ImagePullBackOff/)).toMatchObject([
      {
        message: expect.stringContaining('401 Unauthorized'),
        objects: Array(9).fill({ kind: 'Pod', namespace }),
        owners: [
          { kind: 'Deployment', namespace, name: 'api' },
          { kind: 'Deployment', namespace, name: 'shop' },
        ],
        events: expect.arrayContaining([expect.stringContaining('Failed')]),
      },
    ])
    expect(find(/CrashLoopBackOff/)).toMatchObject([
      { log: ['connecting to db', 'no database at db:5432'], owners: [{ name: 'db' }] },
    ])
    expect(find(/Unschedulable/)).toMatchObject([{ owners: [{ kind: 'Deployment', name: 'big' }] }])
  },
)

itOnCluster('ends at once when waiting cannot help, and shows the log of a Job', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('web', [
    deployment('slow', stuck),
    job('task', { trouble: { 'job-fails': 'no such table: orders' } }),
  ])
  const { exitCode, document } = await test.deployJson(['--timeout', '10m'])
  expect([exitCode, document.targets]).toMatchObject([
    3,
    [{ outcome: 'unhealthy', health: { ended: 'failed' } }],
  ])
  expect(document.targets[0].health.causes).toContainEqual(
    expect.objectContaining({ isTerminal: true, log: ['no such table: orders'] }),
  )
})

itOnCluster(
  'goes on after a target that is not healthy, and looks at it again in the end',
  { timeout },
  async () => {
    const test = await makeDeploy()
    // The first has no pods before the second brings its account.
    test.artifact('a', [deployment('first', { pod: 'serviceAccountName: later\n' })])
    test.artifact('b', [account, deployment('second', { trouble: { slow: '4s' } })])
    test.artifact('c', [deployment('third', stuck)])
    const { exitCode, stdout, stderr } = await test.deploy(['--timeout', '6s'])
    expect([exitCode, stdout.replace(/ {2}\S+s$/gm, '').split('\n')]).toEqual([
      3,
      ['a  unhealthy  1 created', 'b  healthy    2 created', 'c  unhealthy  1 created'],
    ])
    expect(stderr).toContain(
      'a is healthy since a later target was applied: name it after that one to save the wait',
    )
    expect(stderr).toContain(`error: ${test.domain} is applied, but c is not healthy in time.`)
    expect(await test.record()).toMatchObject({
      a: { state: 'healthy' },
      b: { state: 'healthy' },
      c: { state: 'unhealthy' },
    })
  },
)

const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: later\n'
