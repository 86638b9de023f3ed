import { expect } from 'vitest'
import { clusterTimeout, itOnCluster } from '../helpers/cluster.js'
import { makeDeploy } from '../helpers/deploy.js'
import { isWriteTo, makeGate } from '../helpers/gate.js'
import { configMap, deployment } from '../helpers/manifests.js'
import { recordRequests } from '../helpers/recorder.js'

const names = Array.from({ length: 20 }, (_, index) => `map-${index}`)

itOnCluster(
  'two deploys of the same at once both end well',
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [...names.map(name => configMap(name)), deployment('web')])
    const [one, other] = await Promise.all([test.deploy(), test.deploy()])
    expect([one.exitCode, other.exitCode, one.stderr, other.stderr].slice(0, 2)).toEqual([0, 0])
    expect((await test.succeed()).stdout).toMatch(/healthy +21 unchanged/)
  },
  clusterTimeout,
)

itOnCluster(
  'of two deploys of different content the one that began first fails, since it cannot know what is there now',
  async () => {
    const test = await makeDeploy()
    const gate = makeGate(isWriteTo('/configmaps/b'))
    const recorder = await recordRequests(test.cluster, gate.decide)
    test.artifact('web', [configMap('a', 'old'), configMap('b', 'old')])
    const direct = test.useOther(recorder.kubeconfig)
    const first = test.start()
    await gate.reached
    direct()
    test.artifact('web', [configMap('a', 'new'), configMap('b', 'new')])
    await test.succeed()
    gate.open()
    const { exitCode, stderr } = await first
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Another deploy of web has begun meanwhile')

    await test.succeed()
    expect(await test.get('v1 configmaps/a')).toMatchObject({ data: { key: 'new' } })
    expect(await test.get('v1 configmaps/b')).toMatchObject({ data: { key: 'new' } })
  },
  clusterTimeout,
)
