import { LoError } from '../errors.js'

/**
 * The token as it can stand in a header. Throws `TOKEN_MISSING`, and for what cannot be a token `TOKEN_REFUSED`,
 * without showing any of it. `variable` is where it comes from.
 */
export function checkToken(token: string | undefined, variable = 'HCLOUD_TOKEN'): string {
  if (!token) {
    throw new LoError('TOKEN_MISSING', `${variable} is not set.`, {
      hint: `Make a token with Read & Write in the Hetzner Cloud project, under Security, and set ${variable} to it.`,
    })
  }
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new LoError(
    'TOKEN_REFUSED',
    `${variable} is no token: it has blanks, line breaks or other characters.`,
    {
      hint: 'A token is 64 letters and digits. Was a line break saved with it?',
    },
  )
}
