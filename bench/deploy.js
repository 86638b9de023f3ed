// What a deploy costs, next to kubectl on the same objects.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createCluster } from './cluster.js'
import { median, run, tell } from './measure.js'
import { deployments, mixedObjects } from './objects.js'

/** As `planMeasurements`, for what needs a cluster. */
export function planDeployMeasurements(bench) {
  const cluster = createCluster(bench)
  return [manyObjects(bench, cluster), smallTarget(bench, cluster), longWait(bench, cluster)]
}

const manyNames = ['lo deploy of 1,000 objects, first', 'lo deploy of 1,000 objects, again']

/** Each round in namespaces of its own, so that the first apply is one. */
function manyObjects(bench, start) {
  return {
    names: manyNames,
    measure: async names => {
      const cluster = start()
      const times = { lo: [[], []], hand: [[], []] }
      for (let round = 0; round < (bench.runs ?? 3); round++) {
        tell(`run ${round + 1}: 1,000 objects`)
        cluster.write('many', mixedObjects(`lo-${round}`))
        const file = cluster.write('hand', mixedObjects(`hand-${round}`))
        for (const turn of [0, 1]) {
          times.lo[turn].push(await run(byLo(cluster, 'many'), bench.signal))
          times.hand[turn].push(await run(byHand(cluster, file), bench.signal))
        }
        remove(cluster, [`lo-${round}`, `hand-${round}`])
      }
      const figures = [0.12, 0.1].map((bound, turn) => {
        const [lo, hand] = [median(times.lo[turn]), median(times.hand[turn])]
        return {
          what: manyNames[turn],
          lo: seconds(lo),
          byHand: seconds(hand),
          value: lo / hand,
          unit: '',
          bound,
        }
      })
      return figures.filter(({ what }) => names.includes(what))
    },
  }
}

/** The calls of kubectl that `lo` makes itself are what it is measured against. */
function smallTarget(bench, start) {
  const what = 'lo deploy of 5 objects, over the kubectl call that it makes'
  return {
    names: [what],
    measure: async () => {
      const cluster = start()
      const file = cluster.write('small', mixedObjects('small', 4))
      const times = { lo: [], hand: [] }
      for (let round = 0; round <= (bench.runs ?? 7); round++) {
        times.lo.push(await run(byLo(cluster, 'small'), bench.signal))
        times.hand.push(await run(byHand(cluster, file, '--validate=false'), bench.signal))
      }
      const [lo, hand] = [median(times.lo.slice(1)), median(times.hand.slice(1))]
      const value = Math.round(lo - hand)
      return [
        {
          what,
          lo: `${Math.round(lo)} ms`,
          byHand: `${Math.round(hand)} ms`,
          value,
          unit: ' ms',
          bound: 300,
        },
      ]
    },
  }
}

const waitNames = [
  'CPU of lo while it waits for 500 Deployments',
  'most lists or watches of one kind, waiting for 500 Deployments',
  'peak memory of lo, waiting for 500 Deployments',
]

/** The first run applies and waits for pods, which take 15 s to be ready. The second shows what the wait alone costs. */
function longWait(bench, start) {
  return {
    names: waitNames,
    measure: async names => {
      const cluster = start()
      cluster.write('wait', deployments('wait', 500))
      tell('waiting for 500 Deployments')
      const none = await watched(bench, cluster, '--wait', 'none')
      const whole = await watched(bench, cluster, '--timeout', '10m')
      const share = (100 * (whole.cpu - none.cpu)) / (whole.seconds - none.seconds)
      const most = Math.max(...Object.values(whole.lists), ...Object.values(whole.watches))
      const figures = [
        { what: waitNames[0], lo: `${share.toFixed(1)}%`, value: share, unit: '%', bound: 5 },
        { what: waitNames[1], lo: String(most), value: most, unit: '', bound: 1 },
        {
          what: waitNames[2],
          lo: `${Math.round(whole.memory)} MB`,
          value: whole.memory,
          unit: ' MB',
          bound: 200,
        },
      ]
      return figures.filter(({ what }) => names.includes(what))
    },
  }
}

async function watched(bench, cluster, ...flags) {
  const [facts, peak] = ['watched', 'peak-memory'].map(name => path.join(bench.folder, name))
  const hooks = ['./watched.js', './peak-memory.js'].flatMap(file => ['--import', import.meta.resolve(file)])
  const [node, ...args] = cluster.deploy('wait', ...flags)
  const env = { ...cluster.env, BENCH_WATCHED_FILE: facts, BENCH_PEAK_FILE: peak }
  await run({ what: 'lo deploy', command: [node, ...hooks, ...args], cwd: cluster.root, env }, bench.signal)
  return { ...JSON.parse(readFileSync(facts, 'utf8')), memory: Number(readFileSync(peak, 'utf8')) / 1024 }
}

function byLo(cluster, target) {
  return { what: `lo deploy ${target}`, command: cluster.deploy(target), cwd: cluster.root, env: cluster.env }
}

function byHand({ kubeconfig, root }, file, ...flags) {
  const command = ['kubectl', '--kubeconfig', kubeconfig, 'apply', '--server-side', '-f', file, ...flags]
  return { what: 'kubectl apply', command, cwd: root }
}

/** Until they are gone: the cluster has the same to do for both sides of the next round, which is nothing. */
function remove({ kubeconfig }, namespaces) {
  execFileSync('kubectl', ['--kubeconfig', kubeconfig, 'delete', 'namespace', '--wait', ...namespaces], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

const seconds = milliseconds => `${(milliseconds / 1000).toFixed(2)} s`
