import http, { type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { KubeApi } from '../../src/kube/api.js'
import { connect } from '../../src/kube/connect.js'
import { makeFolder, writeFiles } from './project.js'

/** How a request is answered. */
type Answer = (response: ServerResponse) => void

/**
 * An API server that is asked exactly these questions, `METHOD /path?query` in this order, for answers that a real one
 * gives too rarely. A question that was not expected fails the test, and so does one that never came.
 */
export async function fakeApi(
  script: [question: string, answer: Answer][],
): Promise<{ api: KubeApi; asked: string[] }> {
  const asked: string[] = []
  const unexpected: string[] = []
  const server = http.createServer((request, response) => {
    const question = `${request.method} ${decodeURIComponent(request.url!)}`
    const [expected, answer] = script[asked.length] ?? []
    asked.push(question)
    request.resume()
    if (question === expected) return answer!(response)
    unexpected.push(question)
    // Nobody tries that again.
    response.writeHead(400).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const api = await connect(kubeconfigFor(`http://127.0.0.1:${port}`), { now: () => performance.now() })
  onTestFinished(() => {
    api.close()
    server.closeAllConnections()
    server.close()
    if (unexpected.length > 0) throw new Error(`not expected: ${unexpected.join(', ')}`)
    const missed = script.slice(asked.length).map(([question]) => question)
    if (missed.length > 0) throw new Error(`never asked: ${missed.join(', ')}`)
  })
  return { api, asked }
}

/** A kubeconfig that leads to this address, as a file that is removed after the test. */
export function kubeconfigFor(server: string, user: Record<string, unknown> = {}): string {
  const folder = makeFolder()
  const file = path.join(folder, 'kubeconfig.yaml')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  }
  writeFiles(folder, { 'kubeconfig.yaml': JSON.stringify(config) })
  return file
}

export const json =
  (body: unknown, status = 200): Answer =>
  response =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** As the API server says that something is wrong. */
export const status = (code: number, reason: string, message = reason): Answer =>
  json({ kind: 'Status', code, reason, message }, code)

export const list = (resourceVersion: string, names: string[], next = ''): Answer =>
  json({ metadata: { resourceVersion, continue: next }, items: names.map(name => ({ metadata: { name } })) })

/** A watch of these lines, after which the server ends it, cuts the connection, or says nothing more. */
export const watch =
  (lines: unknown[], end: 'end' | 'cut' | 'silence' = 'end'): Answer =>
  response => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const text = lines.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
    response.write(text, () => {
      if (end === 'end') response.end()
      if (end === 'cut') response.destroy()
    })
  }

export const event = (type: string, name: string, resourceVersion: string) => ({
  type,
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, resourceVersion } },
})
