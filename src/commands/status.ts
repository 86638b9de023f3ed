import type { Command } from 'commander'
import type { Context } from '../context.js'
import type { ClusterReport, TargetStatus } from '../deploy/status.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

export function registerStatus(program: Command, ctx: Context): void {
  program
    .command('status')
    .summary('show the cluster, its nodes, and the state of each target')
    .description(
      'Shows whether the cluster of a domain runs and answers, its nodes, and for each target whether it is built, which version of it the cluster has, and whether that is healthy. Changes nothing.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .addHelpText(
      'after',
      examples({
        'lo status': 'the active domain',
        'lo status --json example.com': 'the same facts for programs',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { loadNamed, readState } = await import('../drivers/open.js')
      const { readStatus } = await import('../deploy/status.js')
      const { hasTargets, listTargets, planDeploy } = await import('../project/index.js')
      const flags = command.optsWithGlobals<GlobalFlags>()
      const loaded = loadNamed(name, flags, ctx)
      const { project, domain, cluster } = loaded
      const state = await readState(loaded, ctx)
      const report = await readStatus(
        {
          ...planDeploy(project, loaded, flags, ctx),
          targets: hasTargets(domain) ? listTargets(domain, ctx.output) : [],
        },
        ctx,
      )
      const head = { domain: domain.name, cluster: cluster.domain.name, kind: cluster.spec.kind, state }
      ctx.output.result({ text: formatStatus(head, report), data: { ...head, ...report } })
    })
}

interface Head {
  domain: string
  cluster: string
  kind: string
  /** What the driver says; undefined for a kind without one. */
  state: { state: string; missing: string[]; facts?: string[] } | undefined
}

function formatStatus(head: Head, report: ClusterReport): string {
  const { nodes, targets, causes, orphans } = report
  const notReady = nodes.filter(({ isReady }) => !isReady)
  return [
    ...formatHead(head, report),
    ...(nodes.length > 0 ? [`Nodes:   ${nodes.length - notReady.length} of ${nodes.length} ready`] : []),
    ...notReady.map(({ name, message }) => `  ${name}: ${message}`),
    ...(targets.length > 0 ? ['Targets:', ...formatTargets(targets)] : []),
    ...orphans.map(target => `  ${target}: deployed earlier, has no folder in targets/ any more`),
    ...causes.flat(),
  ].join('\n')
}

function formatHead(
  { domain, cluster, kind, state }: Head,
  { server, version, trouble }: ClusterReport,
): string[] {
  const parts = [kind, state?.state, version && `Kubernetes ${version}`].filter(Boolean).join(', ')
  const place = server === undefined ? `none: run \`lo provision ${cluster}\`` : server
  return [
    `Domain:  ${domain}`,
    `Cluster: ${domain === cluster ? '' : `${cluster}, `}${parts}`,
    ...(state?.missing ?? []).map(part => `  ${part} does not run`),
    ...(state?.facts ?? []).map(fact => `  ${fact}`),
    `Server:  ${place}${trouble ? `, does not answer: ${trouble}` : ''}`,
  ]
}

function formatTargets(targets: readonly TargetStatus[]): string[] {
  const wide = Math.max(...targets.map(({ target }) => target.length))
  return targets.flatMap(status => {
    const unhealthy = status.health?.unhealthy ?? []
    return [
      `  ${status.target.padEnd(wide)}  ${formatTarget(status)}`,
      ...unhealthy.map(({ object, message }) => `    ${object}: ${message}`),
    ]
  })
}

const builds = { yes: '', no: 'not built', broken: 'its artifact is broken' } as const

function formatTarget({ built, deployed, record, health }: TargetStatus): string {
  const version = record?.commit ? ` from commit ${record.commit.replace('+', ' with changes')}` : ''
  const deploys = {
    current: `deployed${version}`,
    outdated: `another version is deployed${version}`,
    no: 'not deployed',
    unknown: '',
  }[deployed]
  const unfinished =
    record && !['healthy', 'applied'].includes(record.state) ? `, ${record.state} last time` : ''
  const healthy = health && `${health.all - health.unhealthy.length} of ${health.all} healthy`
  const facts = [builds[built], `${deploys}${unfinished}`, healthy].filter(Boolean)
  return facts.length > 0 ? facts.join(', ') : 'built; the cluster cannot tell whether it is deployed'
}
