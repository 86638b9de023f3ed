import { appendFile } from 'node:fs/promises'
import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import type { Registered } from './register.js'

/** The lines that a registration prints: CI jobs look for the second one. */
export function formatRegistered({ domain, fingerprint }: Registered): string {
  return `${domain} registered (pending)\n  fingerprint: ${fingerprint}`
}

/**
 * Leaves the fingerprint where people look after a job of GitHub Actions, and where later steps read it.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#environment-files
 */
export async function announce(
  { domain, fingerprint }: Registered,
  { env, output }: Pick<Context, 'env' | 'output'>,
): Promise<void> {
  const { randomUUID } = await import('node:crypto')
  // Nothing in the value can be this line, so nothing in it can set another output.
  const end = `end-${randomUUID()}`
  const files = {
    GITHUB_STEP_SUMMARY: [
      `### ${domain} is registered with kubehz (pending)`,
      '',
      'It belongs to nobody until it is claimed. Open the Claim page of the dashboard, and give it',
      '',
      '1. this fingerprint of its SSH key:',
      '',
      '   ```text',
      `   ${fingerprint}`,
      '   ```',
      '',
      '2. your own Hetzner Cloud token, which proves once that the key is in your project. It is not stored.',
      '',
    ],
    GITHUB_OUTPUT: [`fingerprint<<${end}`, fingerprint, end, ''],
  }
  for (const [name, lines] of Object.entries(files)) {
    const file = env[name]
    if (!file) continue
    await appendFile(file, lines.join('\n')).catch(cause => {
      output.event({
        type: 'warning',
        message: `the fingerprint cannot be written to ${name}: ${messageOf(cause)}`,
      })
    })
  }
}
