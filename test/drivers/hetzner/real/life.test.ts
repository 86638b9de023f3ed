import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, inject } from 'vitest'
import { deriveSecrets, newUid } from '../../../../src/drivers/hetzner/secrets.js'
import { clusterTimeout, ownCluster, startCluster, type TestCluster } from '../../../helpers/cluster.js'
import { lo } from '../../../helpers/lo.js'
import { hetznerSpec, makeFolder, makeProject, writeFiles } from '../../../helpers/project.js'
import { itOnServers, type Servers, startServers } from '../../../helpers/servers.js'

const domain = 'example.com'
const token = 'hcloudTokenCanary'.padEnd(64, '7')

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: example.com/web:1 }] }
`

const specFile = `clusters/${domain}/cluster.lok8s.yaml`

const specWith = (pool: Record<string, unknown>) =>
  hetznerSpec(
    domain,
    {
      controlPlane: { replicas: 1, type: 'cpx32' },
      workers: [{ name: 'default', replicas: 1, type: 'cpx32', ...pool }],
    },
    { bootstrap: [] },
  )

const project = () =>
  makeProject({
    [specFile]: specWith({
      labels: { tier: 'web', 'node-role.kubernetes.io/web': '' },
      taints: ['web=yes:NoSchedule'],
    }),
    [`clusters/${domain}/targets/web/kustomization.yaml`]: 'resources: [web.yaml]\n',
    [`clusters/${domain}/targets/web/web.yaml`]: deployment,
  })

/** What a node has of labels and taints, but for what Kubernetes itself gives it. */
async function nodeOf({ kubeconfig }: TestCluster, name: string) {
  const { stdout } = await execa('kubectl', ['--kubeconfig', kubeconfig, 'get', 'node', name, '-o', 'json'])
  const { metadata, spec } = JSON.parse(stdout) as {
    metadata: { labels: Record<string, string> }
    spec: { taints?: { key: string; value?: string; effect: string }[] }
  }
  const taints = (spec.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'))
  return {
    labels: metadata.labels,
    taints: taints.map(({ key, value = '', effect }) => `${key}=${value}:${effect}`),
  }
}

/** A folder with an ssh that notes how it was started, and is the real one. */
function watchedSsh(): { folder: string; calls: () => string } {
  const folder = makeFolder()
  const log = path.join(folder, 'calls')
  writeFiles(folder, {
    'bin/ssh': `#!/bin/sh\nprintf '%s\\n' "$*" >>'${log}'\nexec /usr/bin/ssh "$@"\n`,
    calls: '',
  })
  return { folder: path.join(folder, 'bin'), calls: () => readFileSync(log, 'utf8') }
}

function envOf({ endpoint }: Servers, rehearsal: TestCluster, ssh: string): Record<string, string> {
  const PATH = `${ssh}:${inject('renderers').kustomize}:/usr/bin:/bin`
  return { ...rehearsal.env, PATH, HCLOUD_TOKEN: token, HCLOUD_ENDPOINT: endpoint }
}

itOnServers(
  'goes from lo provision over a real SSH to a healthy deploy, and away again',
  { timeout: clusterTimeout },
  async () => {
    const rehearsal = await ownCluster({ domain, nodes: 2, delay: '100ms' })
    const servers = await startServers({ token, kubeconfig: rehearsal.kubeconfig })
    const ssh = watchedSsh()
    const cwd = project()
    const options = { cwd, env: envOf(servers, rehearsal, ssh.folder) }

    const made = await lo(['provision', domain], options)
    expect(made.exitCode, made.stderr).toBe(0)
    const kubeconfig = path.join(cwd, '.kubeconfig/prod.yaml')
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600)
    expect(readFileSync(kubeconfig, 'utf8')).toContain('server: https://127.77.0.1:6443')
    const again = await lo(['provision', domain], options)
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining('(Hetzner, unchanged)')])

    expect((await nodeOf(rehearsal, 'prod-cp-1')).taints).toEqual([
      'node-role.kubernetes.io/control-plane=:NoSchedule',
    ])
    expect(await nodeOf(rehearsal, 'prod-default-1')).toEqual({
      labels: { tier: 'web', 'node-role.kubernetes.io/web': '' },
      taints: ['web=yes:NoSchedule'],
    })
    writeFiles(cwd, { [specFile]: specWith({ labels: { tier: 'db' }, taints: ['db:NoExecute'] }) })
    const plan = await lo(['provision', domain, '--plan'], options)
    expect(plan.stdout + plan.stderr).toContain(
      'node prod-default-1: label tier=db, without the label node-role.kubernetes.io/web, taint db=:NoExecute, without the taint web:NoSchedule',
    )
    const changed = await lo(['provision', domain], options)
    expect(changed.exitCode, changed.stderr).toBe(0)
    expect(await nodeOf(rehearsal, 'prod-default-1')).toEqual({
      labels: { tier: 'db' },
      taints: ['db=:NoExecute'],
    })

    expect((await lo(['build', domain], options)).exitCode).toBe(0)
    const deployed = await lo(['deploy', domain], options)
    expect([deployed.exitCode, deployed.stdout]).toEqual([0, expect.stringMatching(/^web {2}healthy/)])

    const [{ labels }] = servers.simulator.everything().ssh_keys as [{ labels: Record<string, string> }]
    const { k3sToken, userKey } = deriveSecrets(token, 'prod', labels['lok8s.dev/uid'] ?? newUid())
    expect(servers.get('prod-cp-1').received()).toContain(k3sToken)
    const [, ...keyLines] = userKey.privateKey.split('\n').filter(line => line && !line.startsWith('-----'))
    const said = [made, again, deployed].map(({ stdout, stderr }) => stdout + stderr).join('\n')
    expect(ssh.calls()).toContain('root@127.77.0.1 bash -s')
    for (const secret of [token, k3sToken, ...keyLines]) expect(`${ssh.calls()}${said}`).not.toContain(secret)

    const [plane, worker] = ['prod-cp-1', 'prod-default-1'].map(servers.get)
    expect([plane!.isRunning(), worker!.isRunning()]).toEqual([true, true])
    const removed = await lo(['destroy', domain, '--yes'], options)
    expect(removed.exitCode, removed.stderr).toBe(0)
    const left = Object.values(servers.simulator.everything()).flat()
    expect([left, plane!.isRunning(), worker!.isRunning()]).toEqual([[], false, false])
  },
)

itOnServers(
  'sends nothing at all to a server that does not prove to be the one that was made',
  { timeout: clusterTimeout },
  async () => {
    const rehearsal = await startCluster()
    const { hostKey } = deriveSecrets('another token'.padEnd(64, 'x'), 'prod', newUid())
    const hostKeys = { 'prod-cp-1': hostKey('prod-cp-1').privateKey }
    const servers = await startServers({ token, kubeconfig: rehearsal.kubeconfig, hostKeys })
    const options = { cwd: project(), env: envOf(servers, rehearsal, watchedSsh().folder) }
    const { exitCode, stderr } = await lo(['provision', domain], options)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('its host key is another one')])
    const plane = servers.get('prod-cp-1')
    expect(plane.log()).toContain('Connection from 127.')
    expect(plane.log()).not.toContain('Accepted publickey')
    expect(plane.received()).toBe('')
  },
)
