// What a cluster at Hetzner costs in time and calls: simulated, in virtual time, with the delays of the real one.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { tell } from './measure.js'

const domain = 'hetzner.example.com'

/**
 * Seconds of what nothing can be done about. A server takes 25 until it runs, its SSH 30 and cloud-init 2 more, the
 * download of k3s 5, the first control plane 30, and each of two others, which join one after the other, 25.
 */
const criticalPath = 25 + 30 + 2 + 5 + 30 + 2 * 25

/** As `planMeasurements`, for clusters of three control planes and some workers. */
export function planHetznerMeasurements(bench) {
  const calls = {
    what: 'API calls of a provision of 3+3',
    bound: 59,
    read: effort => ({ lo: String(effort.calls), value: effort.calls }),
  }
  const tooMany = {
    what: 'calls refused as too many, provision of 3+97',
    bound: 0,
    read: effort => ({ lo: `${effort.tooMany} of ${effort.calls}`, value: effort.tooMany }),
  }
  return [measureProvision(bench, 3, 1.1, calls), measureProvision(bench, 97, 1.25, tooMany)]
}

/** How long a provision takes, as a multiple of the critical path that `bound` is for, and a number of calls. */
function measureProvision(bench, workers, bound, { read, ...count }) {
  const what = `provision of 3+${workers} at Hetzner, over its critical path`
  return {
    names: [what, count.what],
    measure: async names => {
      const effort = simulate(bench, workers)
      const seconds = effort.milliseconds / 1000
      const time = {
        lo: `${Math.round(seconds)} s`,
        byHand: `${criticalPath} s`,
        value: seconds / criticalPath,
      }
      const figures = [
        { what, ...time, unit: '', bound },
        { ...count, ...read(effort), unit: ' calls' },
      ]
      return figures.filter(figure => names.includes(figure.what))
    },
  }
}

function simulate({ folder, lo }, workers) {
  tell(`simulating 3+${workers} nodes at Hetzner`)
  const root = path.join(folder, `hetzner-${workers}`)
  const home = path.join(root, 'clusters', domain)
  mkdirSync(home, { recursive: true })
  writeFileSync(path.join(home, 'cluster.lok8s.yaml'), specOf(workers))
  const args = [lo, '-C', root, 'provision', domain, '--simulate', '--json']
  const { HCLOUD_TOKEN: _none, ...env } = process.env
  const answer = JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))
  if (answer.outcome !== 'created') throw new Error(`3+${workers} nodes were not made: ${answer.outcome}`)
  return answer
}

const specOf = workers => `apiVersion: cluster.lok8s.dev/v1beta1
kind: Hetzner
metadata: { name: bench }
spec:
  kubernetes: { version: v1.33.5 }
  cluster: { domain: ${domain} }
  provider:
    name: hetzner
    config:
      controlPlane: { replicas: 3, type: cpx32 }
      workers: [{ name: default, replicas: ${workers}, type: cpx32 }]
`
