import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect } from 'vitest'
import { parse } from 'yaml'
import { deriveSecrets, newUid } from '../../../../src/drivers/hetzner/secrets.js'
import { clusterTimeout, ownCluster, startCluster, type TestCluster } from '../../../helpers/cluster.js'
import { lo, startLo } from '../../../helpers/lo.js'
import { hetznerSpec, makeProject, writeFiles } from '../../../helpers/project.js'
import { itOnServers, startServers } from '../../../helpers/servers.js'
import { until } from '../../rehearsal/processes.js'
import { envOf, filesWith, lineIn, secretsIn, token, watchPrograms } from './watch.js'

const domain = 'example.com'
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

itOnServers(
  'goes from lo provision over a real SSH to a healthy deploy, and away again',
  { timeout: clusterTimeout },
  async () => {
    const rehearsal = await ownCluster({ domain, nodes: 2, delay: '100ms' })
    const servers = await startServers({ token, kubeconfig: rehearsal.kubeconfig })
    const cwd = project()
    const watch = watchPrograms()
    const options = { cwd, env: { ...rehearsal.env, ...envOf(servers, watch) } }

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

    const hidden = secretsIn(servers)
    expect(servers.get('prod-cp-1').received()).toContain(hidden.k3sToken)
    expect(watch.calls()).toMatch(/^ssh .* root@127\.77\.0\.1 bash -s$/m)
    expect(watch.calls()).toMatch(/^kubectl /m)
    const said = [made, again, changed, deployed].map(({ stdout, stderr }) => stdout + stderr).join('\n')
    for (const secret of hidden.all) expect(`${watch.calls()}${said}`).not.toContain(secret)
    // What programs found beside them in the folder for temporary files, and what is left there now.
    expect(watch.modes()).toMatch(/^f 600 .*\/lo-ssh-\w+\/key$/m)
    const isOwn = (line: string) => /^(f 600|d 700) /.test(line)
    expect(
      watch
        .modes()
        .split('\n')
        .filter(line => line && !isOwn(line)),
    ).toEqual([])
    expect(readdirSync(watch.temporary)).toEqual([])
    const { users } = parse(readFileSync(kubeconfig, 'utf8')) as { users: { user: object }[] }
    const secrets = [...hidden.all, ...Object.values(users[0]!.user)]
    expect(filesWith(secrets, [cwd])).toEqual([`600 700 ${kubeconfig}`])
    const cached = filesWith(secrets, [rehearsal.env.HOME!])
    expect(cached.filter(line => !line.startsWith('600 700 '))).toEqual([])

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
    const options = { cwd: project(), env: { ...rehearsal.env, ...envOf(servers, watchPrograms()) } }
    const { exitCode, stderr } = await lo(['provision', domain], options)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('its host key is another one')])
    const plane = servers.get('prod-cp-1')
    expect(plane.log()).toContain('Connection from 127.')
    expect(plane.log()).not.toContain('Accepted publickey')
    expect(plane.received()).toBe('')
  },
)

itOnServers(
  'fault 71: ends on Ctrl-C in the middle of work on a server, with no key and no program left behind',
  { timeout: clusterTimeout },
  async () => {
    const rehearsal = await ownCluster({ domain, nodes: 2, delay: '100ms' })
    const servers = await startServers({ token, kubeconfig: rehearsal.kubeconfig, holdsBoot: true })
    const watch = watchPrograms()
    const options = { cwd: project(), env: { ...rehearsal.env, ...envOf(servers, watch) } }
    const run = startLo(['provision', domain], options)
    const names = ['prod-cp-1', 'prod-default-1']
    await lineIn(run.stderr, 'Wait for prod-cp-1 to boot')
    const isAtWork = (name: string) => servers.get(name)?.received().includes('cloud-init status --wait')
    await until(() => names.every(isAtWork))
    expect(watch.running()).not.toEqual([])
    expect(readdirSync(watch.temporary)).toContainEqual(expect.stringMatching(/^lo-ssh-/))

    run.kill('SIGINT')
    const { exitCode, stderr } = await run
    expect(exitCode).toBe(130)
    expect(stderr).toMatch(/error: Interrupted \(SIGINT\)\.\nnext: Run `lo provision example\.com` again/)
    expect(readdirSync(watch.temporary)).toEqual([])
    expect(watch.running()).toEqual([])
    for (const secret of secretsIn(servers).all) expect(`${watch.calls()}${stderr}`).not.toContain(secret)

    for (const name of names) servers.get(name).release()
    const again = await lo(['provision', domain], options)
    expect(again.exitCode, again.stderr).toBe(0)
    expect(servers.simulator.everything().servers!.map(({ name }) => name)).toEqual(names)
  },
)
