import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'

/** One request that the platform expects, and what it answers. */
export interface Expected {
  method: string
  /** With its query. */
  url: string
  /** The JSON of the body; without it there must be none. */
  body?: unknown
  /** The whole Authorization header; without it there must be none. */
  authorization?: string
  answer: { status: number; body?: unknown; headers?: Record<string, string> } | 'silence'
}

/**
 * The kubehz API on loopback. It takes exactly these requests, in this order: anything else, and anything that did not
 * come, fails the test.
 */
export async function fakePlatform(expected: Expected[]): Promise<string> {
  const left = [...expected]
  const wrong: string[] = []
  const server = createServer((request, response) => {
    receive(request, response, left.shift()).catch(error => {
      wrong.push(String(error))
      response.writeHead(500).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
    expect(wrong).toEqual([])
    expect(left).toEqual([])
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  expected: Expected | undefined,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString()
  const { method, url, headers } = request
  expect({
    method,
    url,
    authorization: headers.authorization,
    contentType: headers['content-type'],
    body: text === '' ? undefined : JSON.parse(text),
  }).toEqual({
    method: expected?.method,
    url: expected?.url,
    authorization: expected?.authorization,
    contentType: expected?.body === undefined ? undefined : 'application/json',
    body: expected?.body,
  })
  if (!expected || expected.answer === 'silence') return
  const { status, body, headers: more } = expected.answer
  response.writeHead(status, more)
  response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
}
