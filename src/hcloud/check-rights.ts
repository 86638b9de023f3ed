import { LoError } from '../errors.js'
import type { Api } from './api.js'
import { HcloudError } from './hcloud-error.js'

/**
 * Throws `TOKEN_REFUSED` for a token that may only read. The API has no call that tells what a token may do: this one is
 * refused to such a token for its method, and to any other since no key has the number 0, so that it never does anything.
 * Whatever else it fails with is for the calls that need an answer to tell.
 */
export async function checkRights(api: Pick<Api, 'call'>): Promise<void> {
  try {
    await api.call({ kind: 'delete', method: 'DELETE', path: '/ssh_keys/0', about: 'no SSH key at all' })
  } catch (error) {
    if (!(error instanceof HcloudError)) throw error
    const { failure, detail, hint } = error
    if (!['token_readonly', 'forbidden'].includes(failure.code)) return
    throw new LoError('TOKEN_REFUSED', 'HCLOUD_TOKEN may only read, and this would have to write.', {
      ...(detail && { detail }),
      ...(hint && { hint }),
      cause: error,
    })
  }
}
