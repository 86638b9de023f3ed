// Compares lo with what people do by hand, and prints one table of ratios. They hold on any machine, as both sides
// run in turn on the same one. It is a bench and no test: it ends with 0 when a figure falls short, and with 1 only
// when something could not be measured, or when the two sides did different work.
import { accessSync, constants, cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { planMeasurements } from './figures.js'
import { race, tell } from './measure.js'
import { formatSummary, formatTable } from './table.js'

const usage = `Usage: npm run bench -- [options]

  --runs <n>        how often each command runs, instead of 9, 5 or 3 times
  --only <pattern>  measure only the figures whose name this regular expression matches
  --quick           1,000 instead of 4,000 resources in the large target, which takes a tenth of the time
  -h, --help        print this help`

const interrupt = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => interrupt.abort(new Error(`Interrupted (${name}).`)))
}

try {
  const flags = readFlags(process.argv.slice(2))
  if (flags.help) console.log(usage)
  else await main(flags)
} catch (error) {
  tell(`bench: ${error.message}`)
  process.exitCode = interrupt.signal.aborted ? 130 : 1
}

async function main({ runs, only, quick }) {
  const renderer = findRenderer()
  const cores = availableParallelism()
  const nothing = { what: 'node -e 0', command: [process.execPath, '-e', '0'] }
  const [time] = await race([nothing], { runs: 5, signal: interrupt.signal })
  // Bounds that are no ratios depend on the machine: this says how fast it is.
  console.log(
    `${renderer.program} at ${renderer.path}, Node ${process.version}, ${cores} cores, node -e 0 in ${Math.round(time)} ms`,
  )
  const folder = mkdtempSync(path.join(tmpdir(), 'lo-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const many = quick ? 1000 : 4000
  const lo = copyLo(folder)
  const figures = await measure({ folder, lo, renderer, cores, runs, many, signal: interrupt.signal }, only)
  console.log(`\n${formatTable(figures)}\n\n${formatSummary(figures)}`)
}

async function measure(bench, only) {
  const measurements = planMeasurements(bench)
  const names = measurements.flatMap(measurement => measurement.names)
  const wanted = names.filter(name => only.test(name))
  if (wanted.length === 0) throw new Error(`--only matches no figure. There are:\n${names.join('\n')}`)
  const figures = []
  for (const measurement of measurements) {
    const own = measurement.names.filter(name => wanted.includes(name))
    if (own.length > 0) figures.push(...(await measurement.measure(own)))
  }
  return figures
}

function readFlags(args) {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: 'string' },
      only: { type: 'string', default: '' },
      quick: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.runs !== undefined && !/^[1-9]\d*$/.test(values.runs)) {
    throw new Error('--runs takes a number from 1 on.')
  }
  return { ...values, runs: values.runs && Number(values.runs), only: new RegExp(values.only, 'i') }
}

/** The renderer that lo takes too. */
function findRenderer() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(folder => path.isAbsolute(folder))
  for (const program of ['kustomize', 'kubectl']) {
    const file = folders.map(folder => path.join(folder, program)).find(isExecutable)
    if (file) return { program, path: file }
  }
  throw new Error('Neither kustomize nor kubectl is on PATH.')
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** A copy, so that whoever builds lo in the meantime does not change what is measured. */
function copyLo(folder) {
  const root = path.resolve(import.meta.dirname, '..')
  if (!existsSync(path.join(root, 'dist'))) throw new Error('There is no dist/: run `npm run build` first.')
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(path.join(root, name), path.join(folder, 'lo', name), { recursive: true })
  }
  return path.join(folder, 'lo/bin/lo.js')
}
