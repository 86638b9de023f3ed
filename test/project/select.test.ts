import { expect, it } from 'vitest'
import { selectDomain } from '../../src/project/select.js'
import { recordEvents } from '../helpers/events.js'
import { clusterSpec, configMapTarget } from '../helpers/project.js'
import { errorOf, projectOf } from '../helpers/specs.js'

const domains = ['first.com', 'flag.com', 'env.com', 'active.com', 'other.com']

function makeSelection(more: Record<string, string> = {}) {
  const project = projectOf({
    ...Object.fromEntries(domains.map(name => [`clusters/${name}/cluster.lok8s.yaml`, clusterSpec(name)])),
    ...configMapTarget('active.com', 'web'),
    ...configMapTarget('active.com', 'other.com'),
    ...configMapTarget('flag.com', 'worker'),
    ...more,
  })
  const { output, events } = recordEvents()
  const select = (positionals: string[], flag?: string, env: Record<string, string> = {}) => {
    const { domain, targets } = selectDomain(project, positionals, flag, { env, output })
    return { domain: domain.name, targets }
  }
  return { select, events }
}
const active = { 'clusters/.active': 'active.com\n' }
const env = { DOMAIN_NAME: 'env.com' }

it.each([
  ['the first positional', ['first.com'], 'flag.com', env, 'first.com'],
  ['--domain', [], 'flag.com', env, 'flag.com'],
  ['$DOMAIN_NAME', [], undefined, env, 'env.com'],
  ['the active domain', [], undefined, {}, 'active.com'],
  ['the active domain, when $DOMAIN_NAME is empty', [], undefined, { DOMAIN_NAME: '' }, 'active.com'],
])('takes %s', (_what, positionals, flag, env, domain) => {
  const { select, events } = makeSelection(active)
  expect(select(positionals, flag, env)).toEqual({ domain, targets: [] })
  expect(events).toEqual([])
})

it('takes the positionals after a domain for targets, checked later', () => {
  const { select } = makeSelection(active)
  expect(select(['first.com', 'b', '../a'])).toEqual({ domain: 'first.com', targets: ['b', '../a'] })
})

it.each([
  ['the active domain', ['web', 'api'], undefined, {}, 'active.com', 'web'],
  ['the domain of --domain', ['worker', 'api'], 'flag.com', env, 'flag.com', 'worker'],
])('takes a first positional that is a target of %s for that target, and says so', (_what, positionals, flag, env, domain, target) => {
  const { select, events } = makeSelection(active)
  expect(select(positionals, flag, env)).toEqual({ domain, targets: positionals })
  expect(events).toEqual([{ type: 'notice', message: `${target} is a target of ${domain}` }])
})

it('takes a first positional that is both a domain and a target for the domain', () => {
  const { select } = makeSelection(active)
  expect(select(['other.com'])).toEqual({ domain: 'other.com', targets: [] })
})

it('does not need a readable active domain when one is named', () => {
  const { select, events } = makeSelection({ 'clusters/.active': '../junk\n' })
  expect(select(['first.com'])).toEqual({ domain: 'first.com', targets: [] })
  expect(events).toEqual([])
})

it('names `lo use` and the domains when none is named or active', () => {
  const error = errorOf(() => makeSelection().select([]))
  expect(error).toMatchObject({
    code: 'DOMAIN_MISSING',
    exitCode: 2,
    message: 'No domain is named, and none is active.',
  })
  expect(error.hint).toContain('`lo use <domain>`')
  expect(error.hint).toContain('active.com, env.com, first.com, flag.com, other.com')
})

it('says so when there is no domain at all', () => {
  const { output } = recordEvents()
  expect(errorOf(() => selectDomain(projectOf({}), [], undefined, { env: {}, output }))).toMatchObject({
    code: 'DOMAIN_MISSING',
    hint: 'There is none in clusters/ yet.',
  })
})

it.each([
  [
    'a misspelled domain',
    ['frist.com'],
    {},
    '"frist.com" is neither a domain nor a target of active.com.',
    'did you mean "first.com"?',
  ],
  [
    'a misspelled target',
    ['wep'],
    {},
    '"wep" is neither a domain nor a target of active.com.',
    'did you mean "web"?',
  ],
  [
    'a way out',
    ['../first.com'],
    {},
    '"../first.com" is no domain name.',
    expect.stringContaining('A domain name has'),
  ],
  [
    'a target with a way out',
    ['../active.com/targets/web'],
    {},
    '"../active.com/targets/web" is no domain name.',
    expect.any(String),
  ],
  [
    'an unknown $DOMAIN_NAME',
    [],
    { DOMAIN_NAME: 'evn.com' },
    expect.stringContaining('"evn.com" ($DOMAIN_NAME)'),
    'did you mean "env.com"?',
  ],
  [
    'a hostile $DOMAIN_NAME',
    [],
    { DOMAIN_NAME: '/etc' },
    '"/etc" ($DOMAIN_NAME) is no domain name.',
    expect.any(String),
  ],
])('refuses %s', (_what, positionals, env, message, hint) => {
  const { select } = makeSelection(active)
  expect(errorOf(() => select(positionals, undefined, env))).toMatchObject({ exitCode: 2, message, hint })
})

it.each([
  ['unknown', 'flga.com', expect.stringContaining('"flga.com" (--domain)')],
  ['hostile', '../flag.com', '"../flag.com" (--domain) is no domain name.'],
  ['empty', '', '"" (--domain) is no domain name.'],
])('refuses a --domain that is %s', (_what, flag, message) => {
  expect(errorOf(() => makeSelection(active).select([], flag))).toMatchObject({ exitCode: 2, message })
})

it('refuses an active domain that is gone', () => {
  const { select } = makeSelection({ 'clusters/.active': 'gone.com\n' })
  expect(errorOf(() => select([])).message).toContain('"gone.com" (clusters/.active)')
})

it('warns of an active domain that is junk, and takes it for none', () => {
  const { select, events } = makeSelection({ 'clusters/.active': '../junk\n' })
  expect(errorOf(() => select([])).message).toBe('No domain is named, and none is active.')
  expect(events).toMatchObject([{ type: 'warning', file: 'clusters/.active' }])
})

it('says whose target a name is when no domain is active', () => {
  expect(errorOf(() => makeSelection().select(['worker']))).toMatchObject({
    code: 'DOMAIN_MISSING',
    message: 'There is no domain "worker", and none is active.',
    hint: expect.stringContaining('worker is a target of flag.com'),
  })
})

it('lists a name once that is both a domain and a target', () => {
  const { select } = makeSelection(active)
  expect(errorOf(() => select(['zzzzzzzz'])).hint).toMatch(
    /: active\.com, env\.com, first\.com, flag\.com, other\.com, web$/,
  )
})
