import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { readActive } from './active.js'
import { type Domain, findDomain, hasDomain, listDomains } from './domain.js'
import { checkName, showName } from './name.js'
import { suggest } from './nearest.js'
import type { Project } from './root.js'
import { hasTarget, hasTargets, listTargets } from './targets.js'

export interface Selection {
  domain: Domain
  /** The positionals that are left: names of targets, not checked yet. */
  targets: string[]
}

/**
 * Which domain a command is about: the first positional, else `--domain`, else `$DOMAIN_NAME`, else the active one.
 * A first positional that is no domain, but a target of the domain that would be taken without it, is that target.
 */
export function selectDomain(
  project: Project,
  [first, ...rest]: string[],
  flag: string | undefined,
  { env, output }: Pick<Context, 'env' | 'output'>,
): Selection {
  if (first !== undefined) {
    if (hasDomain(project, first)) return { domain: findDomain(project, first), targets: rest }
    checkName('domain', first)
  }
  const standing = standingDomain(project, flag, { env, output })
  if (first === undefined) {
    if (standing) return { domain: standing, targets: [] }
    throw noDomain(project)
  }
  if (!standing) {
    const owner = listDomains(project).find(domain => hasTarget(domain, first))
    if (owner) throw targetOf(owner, first)
    return { domain: findDomain(project, first), targets: rest }
  }
  if (hasTarget(standing, first)) {
    output.event({ type: 'notice', message: `${first} is a target of ${standing.name}` })
    return { domain: standing, targets: [first, ...rest] }
  }
  throw neither(project, standing, first, output)
}

/** The domain that needs no positional. */
function standingDomain(
  project: Project,
  flag: string | undefined,
  { env, output }: Pick<Context, 'env' | 'output'>,
): Domain | undefined {
  if (flag !== undefined) return findDomain(project, flag, '--domain')
  if (env.DOMAIN_NAME) return findDomain(project, env.DOMAIN_NAME, '$DOMAIN_NAME')
  const active = readActive(project, output)
  return active === undefined ? undefined : findDomain(project, active, 'clusters/.active')
}

function noDomain(project: Project): LoError {
  const names = listDomains(project).map(domain => domain.name)
  return new LoError('DOMAIN_MISSING', 'No domain is named, and none is active.', {
    hint:
      names.length === 0
        ? 'There is none in clusters/ yet.'
        : `Set one with \`lo use <domain>\`, or name it: ${names.join(', ')}.`,
  })
}

function targetOf({ name: owner }: Domain, target: string): LoError {
  return new LoError('DOMAIN_MISSING', `There is no domain "${target}", and none is active.`, {
    hint: `${target} is a target of ${owner}: name both, or run \`lo use ${owner}\` first.`,
  })
}

function neither(project: Project, standing: Domain, name: string, output: Context['output']): LoError {
  const domains = listDomains(project).map(domain => domain.name)
  const targets = hasTargets(standing) ? listTargets(standing, output) : []
  const hint = suggest(name, [...new Set([...domains, ...targets])])
  return new LoError(
    'DOMAIN_MISSING',
    `${showName(name)} is neither a domain nor a target of ${standing.name}.`,
    {
      ...(hint && { hint }),
    },
  )
}
