import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, inject } from 'vitest'
import { parse } from 'yaml'
import { hetzner } from '../../../src/drivers/hetzner/hetzner.js'
import { openHetzner } from '../../../src/drivers/hetzner/open-hetzner.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { connect } from '../../../src/kube/connect.js'
import { clusterTimeout, startCluster } from '../../helpers/cluster.js'
import { describeDriver } from '../contract.js'
import { controlPlane, workers } from './clusters.js'
import { type Prod, prod } from './prod.js'

const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'lo-hetzner-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let all: Prod

// Servers are simulated, and nothing of Kubernetes runs on them: what answers at their address is the API server that
// all tests share.
describeDriver({
  driver: { ...hetzner, open: (cluster, ctx) => openHetzner(cluster, ctx, { reach: all.machines.reach }) },
  canRun: 'assets' in inject('controlPlane'),
  timeout: clusterTimeout,
  prepare: async () => {
    all = await prod({}, root)
    const cluster = all.clusterOf({ ...controlPlane(3), ...workers(['default', 1]) })
    return { cluster, ctx: { ...all.ctx, env: { HCLOUD_TOKEN: simulatedToken } } }
  },
  connect: async text => {
    const [balancer] = await all.hcloud.loadBalancers.list()
    expect(parse(text).clusters[0].cluster.server).toBe(`https://${balancer!.public_net.ipv4.ip}:6443`)
    return connect((await startCluster()).kubeconfig, { now: () => performance.now() })
  },
  breakSome: async () => {
    const [server] = await all.hcloud.servers.list({ name: 'prod-default-1' })
    await all.hcloud.wait('it', await all.hcloud.servers.powerOff(server!), 60_000)
    return ['prod-default-1']
  },
})
