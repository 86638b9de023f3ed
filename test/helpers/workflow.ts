import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { parse } from 'yaml'
import { makeFolder } from './project.js'

export interface Step {
  name?: string
  id?: string
  uses?: string
  if?: string
  run?: string
  env?: Record<string, string>
}

export interface Job {
  env: Record<string, string>
  outputs: Record<string, string>
  steps: Step[]
}

export interface JobOptions {
  /** What stands for expressions such as `inputs.domain`. */
  values: Record<string, string>
  /** The folder of the checked out repository. */
  cwd: string
  /** Of the runner. */
  env: Record<string, string>
}

export interface JobResult {
  outcomes: Record<string, 'success' | 'failure' | 'skipped'>
  outputs: Record<string, string>
  summary: string
  log: string
}

/** The one job of a workflow file. */
export function readJob(file: string): Job {
  const { jobs } = parse(readFileSync(file, 'utf8')) as { jobs: Record<string, Job> }
  const [job, ...others] = Object.values(jobs)
  if (!job || others.length > 0) throw new Error(`${file} does not have one job`)
  return job
}

/**
 * Runs the scripts of a job as the runner does: bash as `shell: bash` means it, an environment of its own for each step,
 * files for outputs and summary. Expressions it does not know are errors. Actions are not run.
 */
export async function runJob(job: Job, { values, cwd, env }: JobOptions): Promise<JobResult> {
  const folder = makeFolder()
  const known = { ...values }
  const result: JobResult = { outcomes: {}, outputs: {}, summary: '', log: '' }
  let hasFailed = false
  for (const [index, step] of job.steps.entries()) {
    if (step.run === undefined) continue
    if (step.if !== undefined && step.if !== 'always()') throw new Error(`unknown condition ${step.if}`)
    const name = step.id ?? step.name ?? String(index)
    const files = {
      script: path.join(folder, `${index}.sh`),
      output: path.join(folder, `${index}.out`),
      summary: path.join(folder, `${index}.md`),
    }
    writeFileSync(files.script, step.run)
    writeFileSync(files.output, '')
    writeFileSync(files.summary, '')
    const isReached = !hasFailed || step.if === 'always()'
    const stepEnv = { ...job.env, ...step.env }
    if (isReached) {
      const { all, exitCode } = await execa(
        'bash',
        ['--noprofile', '--norc', '-eo', 'pipefail', files.script],
        {
          cwd,
          env: {
            ...env,
            GITHUB_ACTIONS: 'true',
            GITHUB_OUTPUT: files.output,
            GITHUB_STEP_SUMMARY: files.summary,
            ...Object.fromEntries(
              Object.entries(stepEnv).map(([key, text]) => [key, evaluate(String(text), known)]),
            ),
          },
          extendEnv: false,
          all: true,
          reject: false,
          stdin: 'ignore',
        },
      )
      hasFailed ||= exitCode !== 0
      result.outcomes[name] = exitCode === 0 ? 'success' : 'failure'
      result.log += `${all}\n`
      result.summary += readFileSync(files.summary, 'utf8')
    } else {
      result.outcomes[name] = 'skipped'
    }
    known[`steps.${name}.outcome`] = result.outcomes[name]
    for (const [key, value] of Object.entries(readOutputs(files.output))) {
      known[`steps.${name}.outputs.${key}`] = value
    }
  }
  result.outputs = Object.fromEntries(
    Object.entries(job.outputs).map(([key, text]) => [key, evaluate(text, known)]),
  )
  return result
}

/** An output that no step has set is empty. */
function evaluate(text: string, known: Record<string, string>): string {
  return text.replace(/\$\{\{ *([\w.]+) *\}\}/g, (_all, expression: string) => {
    const value = known[expression] ?? (/^steps\.\w+\.outputs\.\w+$/.test(expression) ? '' : undefined)
    if (value === undefined) throw new Error(`unknown expression ${expression}`)
    return value
  })
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings */
function readOutputs(file: string): Record<string, string> {
  const text = readFileSync(file, 'utf8')
  const blocks = [...text.matchAll(/^(\w+)<<(.+)\n([\s\S]*?)\n\2$/gm)]
  return Object.fromEntries(blocks.map(([, key, , value]) => [key, value]))
}
