import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, inject } from 'vitest'
import { isAlive } from '../../../src/drivers/process.js'
import { placeOf } from '../../../src/drivers/rehearsal/place.js'
import { rehearsal } from '../../../src/drivers/rehearsal/rehearsal.js'
import { findRunning } from '../../../src/drivers/rehearsal/running.js'
import { connect } from '../../../src/kube/connect.js'
import type { ClusterSpec } from '../../../src/project/spec/kinds.js'
import { clusterTimeout } from '../../helpers/cluster.js'
import { realContext } from '../../helpers/context.js'
import { describeDriver } from '../contract.js'

const plane = inject('controlPlane')
const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'lo-rehearsal-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const spec: ClusterSpec = {
  apiVersion: 'cluster.lok8s.dev/v1beta1',
  kind: 'Rehearsal',
  metadata: { name: 'test' },
  spec: { cluster: { domain: 'example.com', namespace: 'default' }, nodes: 2 },
}

describeDriver({
  driver: rehearsal,
  canRun: 'assets' in plane,
  timeout: clusterTimeout,
  prepare: async () => {
    const env = {
      PATH: inject('renderers').kustomize,
      HOME: root,
      XDG_CACHE_HOME: path.join(root, 'cache'),
      ...('assets' in plane && { KUBEBUILDER_ASSETS: plane.assets }),
    }
    const { ctx } = await realContext({ cwd: root, env })
    const kubeconfig = path.join(root, '.kubeconfig/test.yaml')
    const specFile = path.join(root, 'clusters/example.com/cluster.lok8s.yaml')
    return { ctx, cluster: { name: 'test', domain: 'example.com', spec, specFile, root, kubeconfig } }
  },
  connect: text => {
    const file = path.join(root, 'under-test.yaml')
    writeFileSync(file, text)
    return connect(file, { now: () => performance.now() })
  },
  breakSome: async (cluster, ctx) => {
    const running = await findRunning(placeOf(cluster, ctx.env), ctx)
    const server = running.get('kube-apiserver')!
    ctx.kill(server.pid, 'SIGKILL')
    while (await isAlive(server, ctx)) await ctx.sleep(10)
    return ['kube-apiserver']
  },
})
