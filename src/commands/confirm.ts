import type { Context } from '../context.js'
import { LoError } from '../errors.js'

/** Lets the person at the terminal type the domain's name. Throws `USAGE` for any other answer, or without a person. */
export async function confirmDomain(domain: string, { ask }: Pick<Context, 'ask'>): Promise<void> {
  if (!ask) {
    throw new LoError('USAGE', 'Nobody is there to ask, so nothing was removed.', {
      hint: 'Add --yes to remove it without a question.',
    })
  }
  const answer = await ask(`Type ${domain} to remove its cluster: `)
  if (answer.trim() === domain) return
  throw new LoError('USAGE', `That is not ${domain}, so nothing was removed.`)
}
