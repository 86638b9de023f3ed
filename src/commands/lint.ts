import type { Command } from 'commander'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import type { LintedDomain } from '../lint/lint.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

export function registerLint(program: Command, ctx: Context): void {
  program
    .command('lint')
    .summary('check specs, bootstrap and targets without a cluster')
    .description(
      'Checks the files of a domain, or of all: specs and what they refer to, bootstrap entries, kustomizations, variables, Secrets, and what the artifacts of targets say about each other. Writes nothing, and calls nothing.',
    )
    .argument('[domain]', 'a folder in clusters/; without it all')
    .addHelpText(
      'after',
      examples({
        'lo lint': 'all domains of the project',
        'lo lint example.com': 'one of them',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { lintProject } = await import('../lint/lint.js')
      const { findDomain, findProject, listDomains } = await import('../project/index.js')
      const flags = command.optsWithGlobals<GlobalFlags>()
      const project = findProject(flags.dir, ctx)
      const all = listDomains(project)
      const wanted = name ?? flags.domain
      const domains = wanted === undefined ? all : [findDomain(project, wanted)]
      const linted = lintProject(project, domains, all, ctx)
      for (const { findings } of linted) {
        for (const { level, ...problem } of findings) {
          if (level === 'warning') ctx.output.event({ type: 'warning', ...problem })
        }
      }
      ctx.output.result({ text: linted.map(formatLinted).join('\n'), data: { domains: linted } })
      const mistakes = linted.flatMap(({ findings }) => findings.filter(({ level }) => level === 'error'))
      if (mistakes.length === 0) return
      const count = mistakes.length === 1 ? 'There is a mistake.' : `There are ${mistakes.length} mistakes.`
      throw new LoError('LINT_FAILED', count, {
        problems: mistakes.map(({ level: _error, ...problem }) => problem),
      })
    })
}

function formatLinted({ domain, findings }: LintedDomain): string {
  const count = (level: string, noun: string) => {
    const found = findings.filter(finding => finding.level === level).length
    return found === 0 ? [] : [`${found} ${noun}${found === 1 ? '' : 's'}`]
  }
  return `${domain}: ${[...count('error', 'error'), ...count('warning', 'warning')].join(', ') || 'ok'}`
}
