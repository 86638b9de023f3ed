import type { Context } from '../context.js'
import type { DestroyPlan } from '../drivers/destroy.js'

/** Says what a destroy takes, what stays, and what there is to know about it. */
export function tellRemoval({ removed, remarks }: DestroyPlan, { output }: Pick<Context, 'output'>): void {
  for (const line of removed) output.event({ type: 'notice', message: `will be removed: ${line}` })
  for (const message of remarks) output.event({ type: 'notice', message })
}

/** What people get of a destroy that is over. */
export function formatRemoval({ removed }: DestroyPlan, domain: string): string {
  return removed.length > 0 ? `Removed the cluster of ${domain}.` : 'There is nothing to remove.'
}
