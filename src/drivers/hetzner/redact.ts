/** How k3s writes a token by which nodes join: https://docs.k3s.io/cli/token#token-format. */
const joinToken = /K10[0-9a-f]{64}::\S+/g
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g

/** Takes these secrets out of a text, and whatever looks like one of a server. */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const known = secrets.filter(secret => secret !== undefined && secret.length >= 8) as string[]
  return text =>
    known
      .reduce((rest, secret) => rest.replaceAll(secret, '<secret>'), text)
      .replace(joinToken, '<secret>')
      .replace(privateKey, '<secret>')
}
