import { LoError } from '../errors.js'

const official = 'https://api.hetzner.cloud/v1'

/**
 * Where calls go, without a slash at the end. Another place than the API itself may only be on this machine: whoever
 * gets a call gets the token. Throws `TOKEN_REFUSED` for any other address.
 */
export function checkEndpoint(address = official): string {
  const wanted = address.replace(/\/+$/, '')
  if (wanted === official || isLoopback(wanted)) return wanted
  throw new LoError('TOKEN_REFUSED', `lo does not send the token to ${shown(wanted)}.`, {
    hint: `It goes to ${official}; for tests, to an address of this machine.`,
  })
}

function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  const isHttp = protocol === 'http:' || protocol === 'https:'
  return isHttp && !username && !password && /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname)
}

/** The host alone: an address may carry a password. */
function shown(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'this address'
}
