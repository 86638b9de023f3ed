import { readFileSync } from 'node:fs'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { parse } from 'yaml'
import type { TestCluster } from './cluster.js'
import { kubeconfigOf } from './decoy.js'

export interface Recorded {
  method: string
  /** With its query. */
  path: string
  /** The program that has sent it. */
  agent: string
  body: string
  status: number
}

export interface Recorder {
  server: string
  /** Cuts the connections of these requests, such as watches, in the middle of their answers. */
  cut: (isMeant: (request: Recorded) => boolean) => void
  /** A kubeconfig that leads through the recorder, with all rights. */
  kubeconfig: string
  requests: Recorded[]
  /** What has been asked to change the cluster, as `PATCH /api/v1/…`: questions about rights and dry runs are none. */
  writes: () => string[]
}

/** What happens to a request: it goes on to the API server, is answered in its place, or finds its connection cut. */
export type Fate = 'pass' | 'cut' | { status: number; body: string }

/** Stands between `lo` and the API server of a cluster, until the test is over, and notes what passes. */
export async function recordRequests(
  cluster: TestCluster,
  decide: (request: Recorded) => Fate | Promise<Fate> = () => 'pass',
): Promise<Recorder> {
  const requests: Recorded[] = []
  const open = new Map<ServerResponse, Recorded>()
  const { server, ...keys } = readKeys(cluster.kubeconfig)
  const agent = new https.Agent({ keepAlive: true, ...keys })
  const proxy = http.createServer(
    (request, response) => void pass(request, response, { server, agent, requests, open, decide }),
  )
  // Longer than a test: a connection that is idle for a moment is not cut here.
  proxy.keepAliveTimeout = 600_000
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
    agent.destroy()
  })
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  return {
    server: address,
    cut: isMeant => {
      for (const [response, request] of open) if (isMeant(request)) response.destroy()
    },
    kubeconfig: kubeconfigOf({ recorded: address }),
    requests,
    writes: () => writesIn(requests),
  }
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  {
    server,
    agent,
    requests,
    open,
    decide,
  }: {
    server: string
    agent: https.Agent
    requests: Recorded[]
    open: Map<ServerResponse, Recorded>
    decide: (request: Recorded) => Fate | Promise<Fate>
  },
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = Buffer.concat(parts)
  const { method = 'GET', url: path = '/' } = request
  const entry = { method, path, agent: request.headers['user-agent'] ?? '', body: body.toString(), status: 0 }
  requests.push(entry)
  open.set(response, entry)
  response.once('close', () => open.delete(response))
  const fate = await decide(entry)
  // Whoever has asked may be gone meanwhile.
  if (fate === 'cut' || response.destroyed) return void response.destroy()
  if (fate !== 'pass') {
    entry.status = fate.status
    response.writeHead(fate.status, { 'content-type': 'application/json' }).end(fate.body)
    return
  }
  const { host: _host, connection: _connection, ...headers } = request.headers
  const call = https.request(new URL(path, server), { method, headers, agent }, answer => {
    entry.status = answer.statusCode ?? 0
    response.writeHead(entry.status, answer.headers)
    response.flushHeaders()
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  call.on('error', () => response.destroy())
  response.on('close', () => call.destroy())
  call.end(body)
}

function writesIn(requests: readonly Recorded[]): string[] {
  return requests
    .filter(({ method, path }) => {
      const isQuestion = path.includes('/selfsubject') || path.includes('dryRun=All')
      return method !== 'GET' && !isQuestion
    })
    .map(({ method, path }) => `${method} ${path.split('?')[0]}`)
}

interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[]
  users: { user: Record<string, string> }[]
}

function readKeys(file: string) {
  const { clusters, users } = parse(readFileSync(file, 'utf8')) as Kubeconfig
  const [cluster, user] = [clusters[0]!.cluster, users[0]!.user]
  const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64')
  return {
    server: cluster['server']!,
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  }
}
