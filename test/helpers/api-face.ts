import { readFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import { makeFolder } from './project.js'

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, string> }[]
  users: { name: string; user: Record<string, string> }[]
}

const encode = (text: string) => Buffer.from(text).toString('base64')
const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64')

/**
 * Lets an API server be reached at another address of this machine, where it proves to be that. Answers with a
 * kubeconfig as k3s writes it on a server: for an address of the server itself.
 */
export async function faceOf(
  kubeconfig: string,
  { host, port }: { host: string; port: number },
): Promise<string> {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig
  const [cluster, user] = [config.clusters[0]!.cluster, config.users[0]!.user]
  const admin = {
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  }
  const own = await makeCertificate(host)
  const agent = new https.Agent({ keepAlive: true, ...admin })
  // Whoever comes needs the certificate of an administrator, and acts as that.
  const server = https.createServer(
    { ...own, ca: admin.ca, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const { host: _host, connection: _connection, ...headers } = request.headers
      const url = new URL(request.url ?? '/', cluster['server'])
      const call = https.request(url, { method: request.method, headers, agent }, answer => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.on('error', () => response.destroy())
        answer.pipe(response)
      })
      call.on('error', () => response.destroy())
      response.on('close', () => call.destroy())
      request.pipe(call)
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    agent.destroy()
  })
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'default',
        cluster: { 'certificate-authority-data': encode(own.cert), server: `https://127.0.0.1:${port}` },
      },
    ],
    users: [{ name: 'default', user }],
    contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
    'current-context': 'default',
  })
}

async function makeCertificate(host: string): Promise<{ cert: string; key: string }> {
  const folder = makeFolder()
  const [key, cert] = [path.join(folder, 'key'), path.join(folder, 'cert')]
  const names = ['-subj', '/CN=kube-apiserver', '-addext', `subjectAltName=IP:${host}`]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await execa('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', cert])
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}
