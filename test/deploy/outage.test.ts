import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { readRecords, until } from '../drivers/rehearsal/processes.js'
import { clusterTimeout, itOnCluster, ownCluster, provision, type TestCluster } from '../helpers/cluster.js'
import { makeDeploy } from '../helpers/deploy.js'
import { isWriteTo, makeGate } from '../helpers/gate.js'
import { configMap, deployment } from '../helpers/manifests.js'
import { type Recorded, recordRequests } from '../helpers/recorder.js'

function killApiServer(cluster: TestCluster): void {
  process.kill(readRecords(cluster)['kube-apiserver']!.pid, 'SIGKILL')
}

const maps = Array.from({ length: 30 }, (_, index) => configMap(`map-${index}`))
const isWatchOf = (kind: string) => (request: Recorded) =>
  request.path.includes('watch=true') && request.path.includes(`/${kind}?`)

// One after the other on one cluster, since each start of one takes its time.
itOnCluster(
  'the API server dies and comes back: a deploy goes on in each phase; when it stays away, the time is over',
  async () => {
    const cluster = await ownCluster({ delay: '100ms' })

    // While it is applied. The next run of kubectl finds nobody, until the API server is back.
    const applying = await makeDeploy({ cluster })
    applying.artifact('web', [...maps, deployment('web')])
    const gate = makeGate(isWriteTo('/configmaps/map-17'))
    const recorder = await recordRequests(cluster, gate.decide)
    applying.useKubeconfig(recorder.kubeconfig)
    const first = applying.start(['--timeout', '5m'])
    await gate.reached
    killApiServer(cluster)
    gate.open()
    await until(() => recorder.requests.some(({ path }) => path.includes('dryRun=All')))
    await provision(cluster)
    expect(await first).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/healthy +31 created/) })

    // While its health is waited for: the node needs longer than the API server to come back.
    const waiting = await makeDeploy({ cluster })
    waiting.artifact('web', [deployment('web', { trouble: { 'ready-after': '5s' } })])
    const watching = await recordRequests(cluster)
    waiting.useKubeconfig(watching.kubeconfig)
    const second = waiting.start(['--timeout', '5m'])
    await until(() => watching.requests.some(isWatchOf('deployments')))
    killApiServer(cluster)
    await provision(cluster)
    expect(await second).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/healthy +1 created/) })

    // And when it does not come back: never 0, and everybody knows what was applied.
    const lost = await makeDeploy({ cluster })
    lost.artifact('web', [configMap('a'), configMap('b')])
    lost.artifact('worker', [configMap('c')])
    const last = makeGate(isWriteTo('/configmaps/b'))
    lost.useKubeconfig((await recordRequests(cluster, last.decide)).kubeconfig)
    const third = lost.start(['--timeout', '3s'])
    await last.reached
    killApiServer(cluster)
    last.open()
    const { exitCode, stdout, stderr } = await third
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^web {5}failed {5}1 created.*\nworker {2}skipped$/)
    expect(stderr).toContain(`ConfigMap ${lost.namespace}/b: the connection was cut`)
    expect(stderr).toContain('1 of 3 objects are applied, 1 are refused, 1 were not reached.')

    const unreachable = await lost.deploy()
    expect(unreachable).toMatchObject({ exitCode: 1, stdout: '' })
    expect(unreachable.stderr).toContain('cannot be reached.')
    await provision(cluster)
    lost.useKubeconfig(readFileSync(cluster.kubeconfig, 'utf8'))
    expect((await lost.succeed()).stdout).toMatch(/^web {5}healthy {4}1 created, 1 unchanged/)
  },
  clusterTimeout,
)
