import { describe, expect } from 'vitest'
import { until } from '../drivers/rehearsal/processes.js'
import { clusterTimeout, itOnCluster } from '../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../helpers/deploy.js'
import { deployment } from '../helpers/manifests.js'
import { type Fate, type Recorded, type Recorder, recordRequests } from '../helpers/recorder.js'

const isWatch = ({ path }: Recorded) => path.includes('watch=true') && path.includes('/deployments?')
const isList = ({ path }: Recorded) => path.includes('/deployments?limit')
const expired = { status: 410, body: '{"kind":"Status","code":410,"reason":"Expired","message":"too old"}' }

/**
 * Deploys something that becomes healthy only once it is mended, which happens after `disturb` has done its work, so
 * that the deploy has to hear of it over what was disturbed.
 */
async function deployDisturbed(
  test: DeployTest,
  decide: (request: Recorded, count: number) => Fate,
  disturb: (recorder: Recorder) => Promise<void>,
) {
  let watches = 0
  const recorder = await recordRequests(test.cluster, request =>
    isWatch(request) ? decide(request, watches++) : 'pass',
  )
  test.useKubeconfig(recorder.kubeconfig)
  test.artifact('web', [deployment('web', { trouble: { 'ready-after': '10m' } })])
  const deploy = test.start(['--timeout', '2m'])
  await until(() => recorder.requests.some(isWatch))
  await disturb(recorder)
  const annotations = { 'rehearsal.lok8s.dev/ready-after': '1ms' }
  const patch = JSON.stringify({ spec: { template: { metadata: { annotations } } } })
  await test.kubectl(['patch', 'deployment', 'web', '--patch', patch])
  const { exitCode, stdout, stderr } = await deploy
  return { exitCode, stdout, stderr, recorder }
}

describe('a watch', () => {
  itOnCluster(
    'that is cut again and again is taken up where it was, without a new list',
    async () => {
      const test = await makeDeploy()
      const { exitCode, recorder } = await deployDisturbed(
        test,
        () => 'pass',
        async recorder => {
          for (const count of [2, 3, 4]) {
            recorder.cut(isWatch)
            await until(() => recorder.requests.filter(isWatch).length >= count)
          }
        },
      )
      expect(exitCode).toBe(0)
      expect(recorder.requests.filter(isList)).toHaveLength(1)
    },
    clusterTimeout,
  )

  itOnCluster(
    'from an expired version begins with a new list',
    async () => {
      const test = await makeDeploy()
      const { exitCode, recorder } = await deployDisturbed(
        test,
        (_request, count) => (count === 1 ? expired : 'pass'),
        async recorder => {
          recorder.cut(isWatch)
          await until(() => recorder.requests.filter(isWatch).length >= 3)
        },
      )
      expect(exitCode).toBe(0)
      expect(recorder.requests.filter(isList)).toHaveLength(2)
    },
    clusterTimeout,
  )

  itOnCluster(
    'that is refused for a while is tried again, and said to be in trouble meanwhile',
    async () => {
      const test = await makeDeploy()
      const busy = { status: 429, body: '{"kind":"Status","message":"too many requests"}' }
      const { exitCode, recorder } = await deployDisturbed(
        test,
        (_request, count) => (count >= 1 && count <= 4 ? busy : 'pass'),
        async recorder => {
          recorder.cut(isWatch)
          await until(() => recorder.requests.filter(isWatch).length >= 6)
        },
      )
      expect(exitCode).toBe(0)
      expect(recorder.requests.filter(isList)).toHaveLength(1)
    },
    clusterTimeout,
  )

  itOnCluster(
    'that never comes about ends with the time, and never well',
    async () => {
      const test = await makeDeploy()
      const recorder = await recordRequests(test.cluster, request => (isList(request) ? 'cut' : 'pass'))
      test.useKubeconfig(recorder.kubeconfig)
      test.artifact('web', [deployment('web')])
      const { exitCode, stderr } = await test.deploy(['--timeout', '1s'])
      expect(exitCode).toBe(3)
      expect(stderr).toContain('The API server does not answer: the connection was cut')
    },
    clusterTimeout,
  )
})
