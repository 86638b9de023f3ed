// What a bootstrap costs beside the time its addons take, and a cluster from nothing to healthy.
import { cpSync } from 'node:fs'
import path from 'node:path'
import { callLo, destroyAtEnd, findControlPlane, writeFiles } from './cluster.js'
import { median, run, tell } from './measure.js'

/** As `planMeasurements`, for the life of a cluster. */
export function planBootstrapMeasurements(bench) {
  return [graph(bench), quickStart(bench)]
}

/** Seconds that the pods of each addon take to be ready, and what it depends on. */
const addons = {
  network: [12],
  dns: [5, 'network'],
  storage: [8, 'network'],
  certificates: [12, 'network'],
  metrics: [6, 'network'],
  ingress: [9, 'certificates'],
  issuers: [4, 'certificates'],
  registry: [7, 'storage', 'ingress'],
  database: [10, 'storage'],
  monitoring: [11, 'ingress', 'storage'],
  logging: [9, 'storage', 'dns'],
  backup: [5, 'database', 'monitoring'],
}

/** The seconds that no order of these addons could do without. */
function criticalPath() {
  const end = name => {
    const [seconds, ...before] = addons[name]
    return seconds + Math.max(0, ...before.map(end))
  }
  return Math.max(...Object.keys(addons).map(end))
}

function graph(bench) {
  const what = `lo bootstrap of ${Object.keys(addons).length} addons, next to their critical path`
  return {
    names: [what],
    measure: async () => {
      const place = createProject(bench, 'graph.example.com')
      const { root, domain } = place
      writeFiles(path.join(root, 'clusters', domain), { 'cluster.lok8s.yaml': spec('graph', domain, []) })
      tell('provisioning a cluster')
      callLo(place, 'provision', domain)
      // What is last is a gate: a bootstrap does not wait for what nobody waits for.
      const entries = Object.entries(addons).map(
        ([name, [, ...before]]) => `${name}: { dependsOn: [${before.join(', ')}] }`,
      )
      const text = spec('graph', domain, [...entries, 'end: { wait: true }'])
      writeFiles(path.join(root, 'clusters', domain), { 'cluster.lok8s.yaml': text })
      for (const [name, [seconds]] of Object.entries(addons))
        writeAddon(root, name, deployment(name, seconds))
      writeAddon(root, 'end', namespace)
      const command = [process.execPath, bench.lo, 'bootstrap', domain]
      const time = await run({ what: 'lo bootstrap', command, cwd: root, env: place.env }, bench.signal)
      callLo(place, 'destroy', domain, '--yes')
      const least = criticalPath() * 1000
      return [{ what, lo: seconds(time), byHand: seconds(least), value: time / least, unit: '', bound: 1.1 }]
    },
  }
}

/** The time of `lo` alone: the programs of the control plane are there already. */
function quickStart(bench) {
  const what = 'the quick start, from nothing to healthy'
  return {
    names: [what],
    measure: async () => {
      const domain = 'quick.example.com'
      const place = createProject(bench, domain)
      cpSync(path.resolve(import.meta.dirname, '../examples/quick-start/clusters', domain), place.home, {
        recursive: true,
      })
      const times = []
      for (let round = 0; round < (bench.runs ?? 3); round++) {
        let time = 0
        for (const name of ['provision', 'build', 'deploy']) {
          tell(`run ${round + 1}: lo ${name}`)
          const command = [process.execPath, bench.lo, name, domain]
          time += await run({ what: `lo ${name}`, command, cwd: place.root, env: place.env }, bench.signal)
        }
        times.push(time)
        callLo(place, 'destroy', domain, '--yes')
      }
      const value = median(times) / 1000
      return [{ what, lo: seconds(median(times)), value, unit: ' s', bound: 30 }]
    },
  }
}

function createProject({ folder, lo }, domain) {
  const root = path.join(folder, domain)
  const place = { root, lo, domain, home: path.join(root, 'clusters', domain), env: findControlPlane() }
  destroyAtEnd(place)
  return place
}

function writeAddon(root, name, text) {
  writeFiles(path.join(root, '.lok8s/addons', name), {
    'kustomization.yaml': 'resources: [all.yaml]\n',
    'all.yaml': text,
  })
}

const seconds = milliseconds => `${(milliseconds / 1000).toFixed(2)} s`

const spec = (name, domain, entries) => `apiVersion: cluster.lok8s.dev/v1beta1
kind: Rehearsal
metadata: { name: ${name} }
spec:
  cluster: { domain: ${domain} }
  nodes: 3
  bootstrap: [${entries.map(entry => `{ ${entry} }`).join(', ')}]
`

const namespace = `apiVersion: v1
kind: Namespace
metadata: { name: end }
`

const deployment = (name, seconds) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata:
      labels: { app: ${name} }
      annotations: { rehearsal.lok8s.dev/ready-after: ${seconds}s }
    spec:
      containers: [{ name: main, image: registry.example.com/${name}:1 }]
`
