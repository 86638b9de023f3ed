// A rehearsed cluster for the bench, started when the first figure needs it.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { tell } from './measure.js'

export const domain = 'cluster.example.com'

/**
 * The project of a running cluster: `deploy(target, text)` writes an artifact and answers with the command that
 * deploys it. It is destroyed when the bench ends, however that happens.
 */
export function createCluster({ folder, lo }) {
  let started
  return () => {
    started ??= start(path.join(folder, 'cluster'), lo)
    return started
  }
}

function start(root, lo) {
  const home = path.join(root, 'clusters', domain)
  writeFiles(home, { 'cluster.lok8s.yaml': spec })
  const env = findControlPlane()
  tell('provisioning a cluster')
  destroyAtEnd({ root, lo, env, domain })
  callLo({ root, lo, env }, 'provision', domain)
  return {
    root,
    env,
    kubeconfig: path.join(root, '.kubeconfig/bench.yaml'),
    write: (target, text) => {
      writeFiles(path.join(home, 'targets', target), { 'kustomization.yaml': 'resources: []\n' })
      const artifact = path.join(home, 'artifacts', target)
      writeFiles(artifact, { 'artifacts.yaml': text, 'kustomization.yaml': list })
      return path.join(artifact, 'artifacts.yaml')
    },
    deploy: (target, ...flags) => [
      process.execPath,
      lo,
      'deploy',
      domain,
      target,
      '--wait',
      'target',
      ...flags,
    ],
  }
}

/** Runs `lo` where its time does not matter. */
export function callLo({ root, lo, env }, ...args) {
  execFileSync(process.execPath, [lo, ...args, '--quiet'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Whatever ends the bench, no cluster of it stays. */
export function destroyAtEnd({ root, lo, env, domain }) {
  const isThere = () => existsSync(path.join(root, 'clusters', domain))
  // Before the bench removes its folder, without which the cluster could not be ended.
  process.prependListener('exit', () => isThere() && callLo({ root, lo, env }, 'destroy', domain, '--yes'))
}

/** The same as the tests run on; where that cannot be made, lo downloads one. */
export function findControlPlane() {
  const script = path.resolve(import.meta.dirname, '../test/tools/control-plane.sh')
  const { status, stdout } = spawnSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return status === 0 ? { KUBEBUILDER_ASSETS: stdout.trim() } : {}
}

export function writeFiles(folder, files) {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
}

const list = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- artifacts.yaml
`

const spec = `apiVersion: cluster.lok8s.dev/v1beta1
kind: Rehearsal
metadata: { name: bench, annotations: { rehearsal.lok8s.dev/ready-after: 15s } }
spec:
  cluster: { domain: ${domain} }
  nodes: 6
`
