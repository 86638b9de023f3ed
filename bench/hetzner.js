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
  return [small(bench), large(bench)]
}

const smallNames = ['provision of 3+3 at Hetzner, over its critical path', 'API calls of a provision of 3+3']

function small(bench) {
  return {
    names: smallNames,
    measure: async names => {
      const { milliseconds, calls } = simulate(bench, 3)
      const figures = [
        {
          what: smallNames[0],
          lo: `${Math.round(milliseconds / 1000)} s`,
          byHand: `${criticalPath} s`,
          value: milliseconds / 1000 / criticalPath,
          unit: '',
          bound: 1.1,
        },
        { what: smallNames[1], lo: String(calls), value: calls, unit: ' calls', bound: 59 },
      ]
      return figures.filter(({ what }) => names.includes(what))
    },
  }
}

const largeNames = [
  'provision of 3+97 at Hetzner, over its critical path',
  'calls refused as too many, provision of 3+97',
]

function large(bench) {
  return {
    names: largeNames,
    measure: async names => {
      const { milliseconds, tooMany, calls } = simulate(bench, 97)
      const figures = [
        {
          what: largeNames[0],
          lo: `${Math.round(milliseconds / 1000)} s`,
          byHand: `${criticalPath} s`,
          value: milliseconds / 1000 / criticalPath,
          unit: '',
          bound: 1.25,
        },
        { what: largeNames[1], lo: `${tooMany} of ${calls}`, value: tooMany, unit: ' calls', bound: 0 },
      ]
      return figures.filter(({ what }) => names.includes(what))
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
