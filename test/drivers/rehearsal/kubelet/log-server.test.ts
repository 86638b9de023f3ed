import { readFileSync, rmSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ensureCertificates } from '../../../../src/drivers/rehearsal/certificates.js'
import { serveLogs } from '../../../../src/drivers/rehearsal/kubelet/log-server.js'
import { recordEvents } from '../../../helpers/events.js'
import { makeFolder } from '../../../helpers/project.js'
import { fakeClock } from './clock.js'
import { play, podOf } from './pods.js'

const host = '127.0.0.1'
const pod = play(podOf({ annotations: { 'crash-loop': 'connecting\npanic: no database' } }), 1100)

/** A server of the logs of one pod, and what its clients show and get. */
async function serve(shown = pod, isComplete = true) {
  const folder = makeFolder()
  const pki = path.join(folder, 'pki')
  await ensureCertificates(pki, { today: () => new Date() })
  if (!isComplete) rmSync(path.join(pki, 'kubelet.key'))
  const { output, events } = recordEvents()
  const end = new AbortController()
  const clock = fakeClock()
  const current = { pod: shown }
  const find = (namespace: string, name: string) =>
    namespace === 'shop' && name === 'web-1' ? current.pod : undefined
  const server = await serveLogs(folder, host, find, { ...clock, output, signal: end.signal })
  onTestFinished(() => {
    end.abort()
    server?.close()
  })
  const read = (name: string) => readFileSync(path.join(pki, name))
  const certificate = (name: string) => ({ cert: read(`${name}.crt`), key: read(`${name}.key`) })
  const get = (url: string, options: https.RequestOptions = certificate('kubelet-client')) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const request = https.get(`https://${host}:${server!.port}${url}`, {
        ca: read('ca.crt'),
        agent: false,
        ...options,
      })
      request.on('error', reject).on('response', async response => {
        let text = ''
        for await (const chunk of response) text += chunk
        resolve({ status: response.statusCode, text })
      })
    })
  return { server, get, events, folder, certificate, current, clock }
}

it('serves the log of a container to the API server', async () => {
  const { get } = await serve()
  expect(await get('/containerLogs/shop/web-1/app?previous=true&tailLines=1')).toEqual({
    status: 200,
    text: 'panic: no database\n',
  })
})

it.each([
  ['/containerLogs/shop/other/app', 404, 'pod "other" not found'],
  ['/containerLogs/shop/web-1/sidecar', 400, 'container "sidecar" in pod "web-1" is not available'],
  ['/exec/shop/web-1/app', 501, 'a rehearsal has logs only: there is no container to run anything in'],
  ['/containerLogs/shop/web-1', 501, 'a rehearsal has logs only: there is no container to run anything in'],
  ['/%', 400, 'this address makes no sense'],
])('answers %s with %i', async (url, status, text) => {
  const { get } = await serve()
  expect(await get(url)).toEqual({ status, text })
})

it('ends a log that is followed when its container has ended', async () => {
  const { get, current, clock } = await serve(play(podOf(), 0))
  const answer = get('/containerLogs/shop/web-1/app?follow=true')
  await clock.slept()
  current.pod = { ...current.pod, metadata: { ...current.pod.metadata, uid: 'another' } }
  await clock.pass(1000)
  expect(await answer).toEqual({ status: 200, text: 'rehearsal: app is running\n' })
})

it('refuses who shows no certificate', async () => {
  const { get } = await serve()
  await expect(get('/containerLogs/shop/web-1/app', {})).rejects.toThrow()
})

it('refuses a certificate of another authority', async () => {
  const { get, certificate } = await serve()
  await expect(get('/containerLogs/shop/web-1/app', certificate('etcd-client'))).rejects.toThrow()
})

it('serves nothing when a certificate is missing, and says so', async () => {
  const { server, events, folder } = await serve(pod, false)
  const message = `No logs are served: there is no ${path.join(folder, 'pki', 'kubelet.key')}.`
  expect([server, events]).toEqual([undefined, [{ type: 'warning', message }]])
})
