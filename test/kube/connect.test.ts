import { readFileSync, writeFileSync } from 'node:fs'
import http, { type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { connect } from '../../src/kube/connect.js'
import { json, kubeconfigFor, status, watch } from '../helpers/fake-api.js'
import { makeFolder, writeFiles } from '../helpers/project.js'

/** A server on loopback, and the API as a kubeconfig with this user leads to it. */
async function serve(listener: RequestListener, user: Record<string, unknown> = {}) {
  const server = http.createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const file = kubeconfigFor(`http://127.0.0.1:${port}`, user)
  const api = await connect(file, { now: () => performance.now() })
  onTestFinished(() => {
    api.close()
    server.closeAllConnections()
    server.close()
  })
  return { api, file }
}

it('counts silence as a failure, of a request as of a watch', async () => {
  const { api } = await serve((request, response) => {
    if (request.url === '/watch') watch([], 'silence')(response)
  })
  const silent = { status: 0, message: expect.stringContaining('has not answered in time') }
  await expect(api.request('GET', '/request', { timeout: 20 })).rejects.toMatchObject(silent)
  await expect(api.watch('/watch', { timeout: 20, onEvent: () => {} })).rejects.toMatchObject(silent)
})

it.each([
  ['a page of a proxy', '<html>Log in</html>'],
  ['half an answer', '{"kind":'],
])('takes %s for no answer at all', async (_what, text) => {
  const { api } = await serve((_request, response) => response.end(text))
  await expect(api.request('GET', '/')).rejects.toMatchObject({
    status: 0,
    message: 'what answers is no API server',
  })
})

/** A server that lets in whoever has this token, and says which tokens it was shown. */
function guard(valid: { token: string }, shown: string[]): RequestListener {
  return (request, response) => {
    const token = String(request.headers.authorization).replace('Bearer ', '')
    shown.push(token)
    if (token === valid.token) json({ kind: 'Yes' })(response)
    else status(401, 'Unauthorized')(response)
  }
}

it('reads a token from its file again as soon as the old one is refused', async () => {
  const tokenFile = path.join(makeFolder(), 'token')
  writeFileSync(tokenFile, 'old')
  const valid = { token: 'old' }
  const { api } = await serve(guard(valid, []), { tokenFile })
  await api.request('GET', '/')
  writeFileSync(tokenFile, 'new')
  valid.token = 'new'
  expect(await api.request('GET', '/')).toEqual({ kind: 'Yes' })
})

it('asks a program for a token once, and once more when that is refused, whatever is under way', async () => {
  const folder = makeFolder()
  writeFiles(folder, {
    token: 'old',
    'get-token': `#!/bin/sh
echo asked >>'${folder}/log'
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$(cat '${folder}/token')"
`,
    log: '',
  })
  const valid = { token: 'old' }
  const shown: string[] = []
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: path.join(folder, 'get-token'),
    interactiveMode: 'Never',
  }
  const { api } = await serve(guard(valid, shown), { exec })
  const askAll = () => Promise.all(Array.from({ length: 10 }, () => api.request('GET', '/')))
  await askAll()
  writeFiles(folder, { token: 'new' })
  valid.token = 'new'
  expect(await askAll()).toHaveLength(10)
  expect(readFileSync(path.join(folder, 'log'), 'utf8')).toBe('asked\n'.repeat(2))
  expect(shown.filter(token => token === 'new')).toHaveLength(10)
})

it('finds a program from where the kubeconfig is, and tells it how to answer', async () => {
  const apiVersion = 'client.authentication.k8s.io/v1beta1'
  const { api, file } = await serve(guard({ token: 'own' }, []), {
    exec: { apiVersion, command: './get-token' },
  })
  const folder = path.dirname(file)
  writeFiles(folder, {
    'get-token': `#!/bin/sh
echo "$KUBERNETES_EXEC_INFO" >'${folder}/told'
echo '{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":{"token":"own"}}'
`,
  })
  expect(await api.request('GET', '/')).toEqual({ kind: 'Yes' })
  expect(JSON.parse(readFileSync(path.join(folder, 'told'), 'utf8'))).toEqual({
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false },
  })
})

it('goes on with what it knows while the kubeconfig is half written, and with the new one then', async () => {
  const valid = { token: 'old' }
  const { api, file } = await serve(guard(valid, []), { token: 'old' })
  await api.request('GET', '/')
  valid.token = 'new'
  const old = readFileSync(file, 'utf8')
  writeFileSync(file, 'apiVersion: v1\nclusters:\n')
  await expect(api.request('GET', '/')).rejects.toMatchObject({ status: 401 })
  writeFileSync(file, old.replace('"token":"old"', '"token":"new"'))
  expect(await api.request('GET', '/')).toEqual({ kind: 'Yes' })
})
