import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Context } from '../../../context.js'
import { containerLog } from './container-log.js'
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
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://kubelet')
  const [what, ...names] = pathname.slice(1).split('/').map(decodeURIComponent)
  if (request.method !== 'GET' || what !== 'containerLogs' || names.length !== 3)
    return end(response, 501, 'a rehearsal has logs only: there is no container to run anything in')
  const [namespace, name, container] = names as [string, string, string]
  const pod = find(namespace, name)
  if (!pod) return end(response, 404, `pod "${name}" not found`)
  const { status, text, isOpen } = containerLog(pod, container, {
    previous: isTrue(searchParams.get('previous')),
    timestamps: isTrue(searchParams.get('timestamps')),
    ...(searchParams.has('tailLines') && { tailLines: Number(searchParams.get('tailLines')) }),
  })
  if (!isOpen || !isTrue(searchParams.get('follow'))) return end(response, status, text)
  response.writeHead(status, { 'content-type': 'text/plain' }).write(text)
  const isSame = () => find(namespace, name)?.metadata.uid === pod.metadata.uid
  const isRunning = () => isSame() && containerLog(find(namespace, name)!, container).isOpen
  while (isRunning() && !response.destroyed) await ctx.sleep(followEvery, ctx.signal)
  response.end()
}

const isTrue = (word: string | null) => word === 'true' || word === '1'

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}
