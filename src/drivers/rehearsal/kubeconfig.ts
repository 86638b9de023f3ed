/** The text of a kubeconfig with one cluster and one user, whose certificates are PEM. */
export function formatKubeconfig({
  name,
  user,
  server,
  ca,
  certificate,
  key,
}: Record<'name' | 'user' | 'server' | 'ca' | 'certificate' | 'key', string>): string {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  // A name such as 1e3 or true is a text all the same.
  const quoted = (text: string) => JSON.stringify(text)
  return `apiVersion: v1
kind: Config
current-context: ${quoted(name)}
clusters:
- name: ${quoted(name)}
  cluster:
    server: ${quoted(server)}
    certificate-authority-data: ${base64(ca)}
users:
- name: ${quoted(user)}
  user:
    client-certificate-data: ${base64(certificate)}
    client-key-data: ${base64(key)}
contexts:
- name: ${quoted(name)}
  context:
    cluster: ${quoted(name)}
    user: ${quoted(user)}
`
}
