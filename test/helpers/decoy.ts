import net, { type AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Decoy {
  port: number
  /** A kubeconfig that leads to it. */
  kubeconfig: string
  /** How often somebody has come. */
  visits: () => number
}

/** A cluster that nobody may speak to: it ends every connection, and counts them. */
export async function makeDecoy(): Promise<Decoy> {
  let visits = 0
  const server = net.createServer(socket => {
    visits += 1
    socket.destroy()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { port, kubeconfig: kubeconfigOf({ decoy: `https://127.0.0.1:${port}` }), visits: () => visits }
}

/** A kubeconfig with a context for each server, of the same name, the first of which is the current one. */
export function kubeconfigOf(servers: Record<string, string>): string {
  const names = Object.keys(servers)
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': names[0],
    contexts: names.map(name => ({
      name,
      context: { cluster: name, user: 'anybody', namespace: 'elsewhere' },
    })),
    clusters: names.map(name => ({
      name,
      cluster: { server: servers[name], 'insecure-skip-tls-verify': true },
    })),
    users: [{ name: 'anybody', user: {} }],
  })
}
