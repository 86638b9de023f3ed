import { describe, expect } from 'vitest'
import { commandsThatName, until } from '../drivers/rehearsal/processes.js'
import { clusterTimeout, itOnCluster } from '../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../helpers/deploy.js'
import { isWriteTo, makeGate } from '../helpers/gate.js'
import { configMap, custom, definition, deployment } from '../helpers/manifests.js'
import { type Recorded, recordRequests } from '../helpers/recorder.js'

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGKILL'

/** Starts a deploy, sends it a signal while such a request is held back, and waits for its end. */
async function interruptAt(
  test: DeployTest,
  isMeant: (request: Recorded) => boolean,
  signal: Signal,
  args: string[] = [],
) {
  const gate = makeGate(isMeant)
  const recorder = await recordRequests(test.cluster, gate.decide)
  const direct = test.useOther(recorder.kubeconfig)
  const deploy = test.start(args)
  await gate.reached
  deploy.kill(signal)
  const { exitCode, stdout, stderr } = await deploy
  const left = commandsThatName(test.root)
  gate.open()
  // An orphan ends by itself, once it is answered.
  await until(() => commandsThatName(test.root).length === 0)
  direct()
  return {
    exitCode,
    stdout: stdout.split('\n'),
    stderr: stderr.split('\n'),
    left,
    requests: recorder.requests,
  }
}

const many = (kind: (name: string) => string, count: number) =>
  Array.from({ length: count }, (_, index) => kind(`many-${String(index).padStart(3, '0')}`))

describe.each<Signal>(['SIGINT', 'SIGTERM'])('%s', signal => {
  itOnCluster(
    'ends a deploy that still checks what it has to know: nothing has been applied',
    async () => {
      const test = await makeDeploy()
      test.artifact('web', [configMap('a')])
      const isDiscovery = ({ path, agent }: Recorded) => agent === 'lok8s' && path === '/api/v1'
      const ended = await interruptAt(test, isDiscovery, signal)
      expect(ended).toMatchObject({ exitCode: 130, stdout: [''], left: [] })
      expect(ended.stderr).toEqual([`error: Interrupted (${signal}).`, '  Nothing has been applied.'])
    },
    clusterTimeout,
  )

  itOnCluster(
    'ends a deploy that applies definitions: nothing is applied, and the next run finishes',
    async () => {
      const test = await makeDeploy()
      test.artifact('web', [definition(test.group, 'Widget'), custom(test.group, 'Widget', 'one')])
      const ended = await interruptAt(test, isWriteTo(`/widgets.${test.group}`), signal)
      expect(ended).toMatchObject({ exitCode: 130, stdout: ['web  skipped'], left: [] })
      expect(ended.stderr.slice(-3)).toEqual([
        `error: Interrupted (${signal}).`,
        '  web: nothing was applied',
        'next: Run the same command again: it goes on from there.',
      ])
      await test.succeed()
      expect(await test.get(`${test.group}/v1 widgets/one`)).toMatchObject({ spec: { size: 1 } })
    },
    clusterTimeout,
  )

  itOnCluster(
    'ends a deploy in the middle of a run of kubectl: what is applied is said, object by object',
    async () => {
      const test = await makeDeploy()
      test.artifact('web', [configMap('a'), configMap('b'), configMap('c'), deployment('web')])
      test.artifact('worker', [configMap('d')])
      const ended = await interruptAt(test, isWriteTo('/configmaps/c'), signal)
      expect(ended).toMatchObject({ exitCode: 130, left: [] })
      expect(ended.stdout[0]).toMatch(/^web {5}skipped {4}2 created /)
      expect(ended.stdout[1]).toBe('worker  skipped')
      const { namespace } = test
      expect(ended.stderr.slice(-4)).toEqual([
        `error: Interrupted (${signal}).`,
        `  web: 2 of 4 objects are applied; not, as far as is known: ConfigMap ${namespace}/c, Deployment ${namespace}/web`,
        '  worker: nothing was applied',
        'next: Run the same command again: it goes on from there.',
      ])
      const { stdout } = await test.succeed()
      expect(stdout).toMatch(/^web {5}healthy {4}2 created, 2 unchanged /)
    },
    clusterTimeout,
  )

  itOnCluster(
    'ends a deploy between two stages, where none of the second is applied',
    async () => {
      const test = await makeDeploy()
      const maps = many(configMap, 160)
      const deployments = many(name => deployment(name, { replicas: 0 }), 10)
      test.artifact('web', [...maps, ...deployments])
      const isDiscovery = discoveryAfter(maps.length)
      const ended = await interruptAt(test, isDiscovery, signal)
      expect(ended).toMatchObject({ exitCode: 130, left: [] })
      expect(ended.stderr.at(-2)).toMatch(
        /^ {2}web: 160 of 170 objects are applied; not, as far as is known: .*Deployment \S+\/many-009$/,
      )
      expect(ended.requests.filter(({ path }) => path.includes('/deployments/many'))).toEqual([])
      expect((await test.succeed()).stdout).toMatch(/healthy +10 created, 160 unchanged/)
    },
    clusterTimeout,
  )

  itOnCluster(
    'ends a deploy that waits for health: all is applied, and nobody knows more',
    async () => {
      const test = await makeDeploy()
      test.artifact('web', [configMap('a'), deployment('web', { trouble: { 'crash-loop': 'no database' } })])
      const isWatch = ({ path }: Recorded) => path.includes('watch=true') && path.includes('/deployments?')
      const ended = await interruptAt(test, isWatch, signal)
      expect(ended).toMatchObject({ exitCode: 130, left: [] })
      expect(ended.stderr.slice(-3)).toEqual([
        `error: Interrupted (${signal}).`,
        '  web: all 2 objects are applied; their health is not known',
        'next: Run the same command again: it goes on from there.',
      ])
      test.artifact('web', [configMap('a'), deployment('web')])
      expect((await test.succeed()).stdout).toMatch(/healthy +1 configured, 1 unchanged/)
    },
    clusterTimeout,
  )
})

/** The first question of a kubectl that comes after so many writes. */
function discoveryAfter(writes: number) {
  let seen = 0
  return ({ method, path, agent }: Recorded) => {
    if (method === 'PATCH' && agent.startsWith('kubectl')) seen += 1
    return seen >= writes && method === 'GET' && agent.startsWith('kubectl') && !path.includes('/openapi')
  }
}

itOnCluster(
  'counts what kubectl had under way as applied when the cluster says that it is',
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a'), configMap('b')])
    // The API server has done it, but its answer never reaches kubectl.
    const gate = makeGate(isWriteTo('/configmaps/a'))
    const recorder = await recordRequests(test.cluster, async request => {
      if (!isWriteTo('/configmaps/a')(request)) return 'pass'
      await test.kubectl(['apply', '--server-side', '--field-manager=lok8s', '-f', '-'], configMap('a'))
      return gate.decide(request)
    })
    const direct = test.useOther(recorder.kubeconfig)
    const deploy = test.start()
    await gate.reached
    deploy.kill('SIGINT')
    const { exitCode, stderr } = await deploy
    direct()
    expect(exitCode).toBe(130)
    expect(stderr).toContain(
      `  web: 1 of 2 objects are applied; not, as far as is known: ConfigMap ${test.namespace}/b\n`,
    )
  },
  clusterTimeout,
)

itOnCluster(
  'says the same as one JSON document',
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a'), configMap('b')])
    const ended = await interruptAt(test, isWriteTo('/configmaps/b'), 'SIGINT', ['--json'])
    expect(ended.exitCode).toBe(130)
    const document = JSON.parse(ended.stdout.join('\n'))
    expect(document).toMatchObject({
      ok: false,
      error: { code: 'INTERRUPTED' },
      targets: [{ target: 'web', outcome: 'skipped' }],
    })
    expect(document.targets[0].objects.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'created',
      'skipped',
    ])
  },
  clusterTimeout,
)

describe('SIGKILL', () => {
  itOnCluster.each<[string, (test: DeployTest) => (request: Recorded) => boolean]>([
    ['applies definitions', test => isWriteTo(`/widgets.${test.group}`)],
    ['is in the middle of a run of kubectl', () => isWriteTo('/configmaps/b')],
    [
      'waits for health',
      () =>
        ({ path }) =>
          path.includes('watch=true') && path.includes('/deployments?'),
    ],
  ])(
    'ends a deploy that %s: the next run finishes',
    async (_when, isMeant) => {
      const test = await makeDeploy()
      const objects = [custom(test.group, 'Widget', 'one'), configMap('a'), configMap('b'), deployment('web')]
      test.artifact('web', [definition(test.group, 'Widget'), ...objects])
      await interruptAt(test, isMeant(test), 'SIGKILL')
      const { stdout } = await test.succeed()
      expect(stdout).toMatch(/^web {2}healthy/)
      expect(await test.get(`${test.group}/v1 widgets/one`)).toBeDefined()
      expect(await test.get('v1 configmaps/b')).toBeDefined()
      expect((await test.succeed()).stdout).toMatch(/healthy +5 unchanged/)
    },
    clusterTimeout,
  )
})
