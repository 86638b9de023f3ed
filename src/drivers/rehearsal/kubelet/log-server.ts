import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Context } from '../../../context.js'
import { containerLog, type LogQuery } from './container-log.js'
import type { Pod } from './pod.js'

export interface LogServer {
  port: number
  close: () => void
}

export type FindPod = (namespace: string, name: string) => Pod | undefined

type LogContext = Pick<Context, 'sleep' | 'output'> & { signal: AbortSignal }

/**
 * Serves the logs of containers to the API server of this cluster, and to nobody else: it has to show a certificate of
 * the cluster's own authority. Undefined when `<folder>/pki` does not have what that takes.
 */
export async function serveLogs(
  folder: string,
  host: string,
  find: FindPod,
  ctx: LogContext,
): Promise<LogServer | undefined> {
  const [ca, cert, key] = ['ca.crt', 'kubelet.crt', 'kubelet.key'].map(name => path.join(folder, 'pki', name))
  const missing = [ca!, cert!, key!].filter(file => !existsSync(file))
  if (missing.length > 0) {
    ctx.output.event({
      type: 'warning',
      message: `No logs are served: there is no ${missing.join(', no ')}.`,
    })
    return undefined
  }
  const server = https.createServer({
    ca: readFileSync(ca!),
    cert: readFileSync(cert!),
    key: readFileSync(key!),
    requestCert: true,
    rejectUnauthorized: true,
  })
  server.on('request', (request, response) => {
    answer(request, response, find, ctx).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, host, resolve)
  })
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { port: (server.address() as AddressInfo).port, close }
}

/** How often a log that is followed is looked at. */
const followEvery = 1000

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  find: FindPod,
  ctx: LogContext,
): Promise<void> {
  const asked = parseRequest(request)
  if (!asked) return end(response, 400, 'this address makes no sense')
  const { what, names, query } = asked
  if (request.method !== 'GET' || what !== 'containerLogs' || names.length !== 3)
    return end(response, 501, 'a rehearsal has logs only: there is no container to run anything in')
  const [namespace, name, container] = names as [string, string, string]
  const pod = find(namespace, name)
  if (!pod) return end(response, 404, `pod "${name}" not found`)
  const { status, text, isOpen } = containerLog(pod, container, query)
  if (!isOpen || !query.follow) return end(response, status, text)
  response.writeHead(status, { 'content-type': 'text/plain' }).write(text)
  const isRunning = () => {
    const now = find(namespace, name)
    return now?.metadata.uid === pod.metadata.uid && containerLog(now, container).isOpen
  }
  while (isRunning() && !response.destroyed) await ctx.sleep(followEvery, ctx.signal)
  response.end()
}

interface LogRequest {
  what: string | undefined
  names: string[]
  query: LogQuery & { follow: boolean }
}

/** Undefined for an address that is none. */
function parseRequest({ url = '/' }: IncomingMessage): LogRequest | undefined {
  try {
    const { pathname, searchParams } = new URL(url, 'https://kubelet')
    const [what, ...names] = pathname.slice(1).split('/').map(decodeURIComponent)
    const [follow, previous, timestamps] = ['follow', 'previous', 'timestamps'].map(name =>
      ['true', '1'].includes(searchParams.get(name) ?? ''),
    )
    const lines = searchParams.get('tailLines')
    const query = { follow: follow!, previous: previous!, timestamps: timestamps! }
    return { what, names, query: { ...query, ...(lines !== null && { tailLines: Number(lines) }) } }
  } catch {
    return undefined
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}
