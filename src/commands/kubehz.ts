import type { Command } from 'commander'
import type { Context } from '../context.js'
import { formatRegistered } from '../kubehz/announce.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

const domainArgument = 'a folder in clusters/; without it the active domain'

export function registerKubehz(program: Command, ctx: Context): void {
  const kubehz = program
    .command('kubehz')
    .summary('register the cluster with the kubehz platform')
    .description(
      'Registers a cluster with the kubehz platform, whose address is spec.kubehz.apiUrl, or takes it off again. Provision registers too when spec.kubehz.access asks for it.',
    )
    .addHelpText(
      'after',
      examples({
        'lo kubehz register': 'the cluster of the active domain: pending, until it is claimed',
        'lo kubehz status example.com': 'its fingerprint, to claim it with',
        'lo kubehz deregister example.com': 'take it off; needs KUBEHZ_TOKEN',
      }),
    )
  kubehz
    .command('register')
    .summary('make the cluster known, as pending')
    .description('Sends the domain and the fingerprint of its key, and no token. Prints the fingerprint.')
    .argument('[domain]', domainArgument)
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { openRegistered, register } = await import('../drivers/register.js')
      const owner = await openRegistered(name, command.optsWithGlobals<GlobalFlags>(), ctx)
      const registered = await register(owner, ctx)
      ctx.output.result({ text: formatRegistered(registered), data: { ...registered, state: 'pending' } })
    })
  kubehz
    .command('deregister')
    .summary('take the cluster off the platform')
    .description('Takes the cluster of a domain off the platform, with the token in KUBEHZ_TOKEN.')
    .argument('[domain]', domainArgument)
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { openRegistered } = await import('../drivers/register.js')
      const { deregisterCluster } = await import('../kubehz/register.js')
      const { registration } = await openRegistered(name, command.optsWithGlobals<GlobalFlags>(), ctx)
      await deregisterCluster(registration, ctx)
      const { domain } = registration
      ctx.output.result({ text: `${domain} deregistered`, data: { domain } })
    })
  kubehz
    .command('status')
    .summary('show how the cluster is known, and its fingerprint')
    .description('Shows what the spec says of the platform, and the fingerprint. Asks nobody.')
    .argument('[domain]', domainArgument)
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { readRegistration } = await import('../drivers/register.js')
      const data = await readRegistration(name, command.optsWithGlobals<GlobalFlags>(), ctx)
      const { domain, access, apiUrl, fingerprint } = data
      const text = apiUrl
        ? `${domain} access ${access}, ${apiUrl}\n  fingerprint: ${fingerprint}`
        : `${domain} not registered (spec.kubehz.access is none)`
      ctx.output.result({ text, data })
    })
}
