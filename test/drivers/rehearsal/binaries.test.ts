import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { execaSync } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { findBinaries, versionOf } from '../../../src/drivers/rehearsal/binaries.js'
import { type Release, releaseFor } from '../../../src/drivers/rehearsal/release.js'
import { realContext } from '../../helpers/context.js'
import { makeFolder, readTree, writeFiles } from '../../helpers/project.js'

const system = 'linux-amd64'
const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** A release on a server of this test, and what it was asked for. */
async function serveRelease(spoil?: (url: string) => boolean, fail?: (url: string) => number | undefined) {
  const asked: string[] = []
  const release = structuredClone(releaseFor(system, { kubernetes: '', etcd: '' })!)
  const folder = makeFolder()
  writeFiles(folder, { [release.etcd.member]: '#!/bin/sh\necho etcd\n' })
  execaSync('tar', [
    '-czf',
    path.join(folder, 'etcd.tar.gz'),
    '-C',
    folder,
    path.dirname(release.etcd.member),
  ])
  const files = new Map<string, Buffer>([[release.etcd.url, readFileSync(path.join(folder, 'etcd.tar.gz'))]])
  for (const [name, { url }] of Object.entries(release.binaries))
    files.set(url, Buffer.from(`#!/bin/sh\necho Kubernetes v1.2.3 ${name}\n`))
  const server = createServer((request, response) => {
    asked.push(request.url!)
    const status = fail?.(request.url!)
    if (status === 0) return request.socket.destroy()
    if (status) return response.writeHead(status).end()
    const bytes = files.get(request.url!)
    response.writeHead(bytes ? 200 : 404).end(spoil?.(request.url!) ? 'spoiled' : bytes)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const file of [release.etcd, ...Object.values(release.binaries)]) {
    file.sha256 = sha256(files.get(file.url)!)
    file.url = base + file.url
  }
  return { release, asked }
}

async function makeWorld(env: Record<string, string> = {}) {
  const root = makeFolder()
  const cache = path.join(root, 'cache')
  const pauses: number[] = []
  const { ctx, events } = await realContext({
    cwd: root,
    env: { PATH: process.env.PATH, HOME: root, XDG_CACHE_HOME: cache, ...env },
    // A sleep that ends with something else takes as long as that; any other is a pause between two attempts.
    sleep: (pause, end) =>
      end
        ? new Promise((_, reject) => end.addEventListener('abort', () => reject(end.reason)))
        : Promise.resolve(void pauses.push(pause)),
  })
  const find = (release?: Release, name = system) => findBinaries(ctx, name, release)
  return {
    ctx,
    events,
    pauses,
    root,
    cache,
    find,
    folder: path.join(cache, 'lok8s', `kubernetes-1.36.2-${system}`),
  }
}

it('downloads a release once, and finds it in the cache from then on', async () => {
  const { release, asked } = await serveRelease()
  const { find, folder, events, ctx } = await makeWorld()
  expect(await find(release)).toBe(folder)
  expect(readdirSync(folder).sort()).toEqual(names)
  expect(statSync(path.join(folder, 'etcd')).mode & 0o100).toBe(0o100)
  expect(await versionOf(folder, ctx)).toBe('1.2.3')
  const started = events.filter(event => event.type === 'step-started').map(({ step }) => step)
  expect(started.sort()).toEqual(names.map(name => `Download ${name}`))
  expect(asked).toHaveLength(4)
  expect(await find(release)).toBe(folder)
  expect(asked).toHaveLength(4)
})

it.each([
  'kube-scheduler',
  'etcd',
])('refuses and deletes a %s that is not the one it should be', async name => {
  const { release } = await serveRelease(url => url.includes(`/${name}`))
  const { find, folder } = await makeWorld()
  await expect(find(release)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('is not the file it should be'),
    detail: expect.stringContaining(sha256(Buffer.from('spoiled'))),
  })
  expect(readdirSync(folder).sort()).toEqual(names.filter(other => other !== name))
})

it('goes on with what an earlier download has left', async () => {
  const { release: broken } = await serveRelease(url => url.endsWith('/kube-scheduler'))
  const { find, folder } = await makeWorld()
  await find(broken).catch(() => {})
  const { release, asked } = await serveRelease()
  expect(await find(release)).toBe(folder)
  expect(asked).toEqual([expect.stringMatching(/\/kube-scheduler$/)])
})

it.each([
  ['answers 503', 503],
  ['cuts the connection', 0],
])('tries again, with pauses, when a server %s', async (_what, status) => {
  let failures = 0
  const isTried = (url: string) => url.endsWith('/kube-scheduler') && failures++ < 2
  const { release } = await serveRelease(undefined, url => (isTried(url) ? status : undefined))
  const { find, folder, pauses } = await makeWorld()
  expect(await find(release)).toBe(folder)
  expect(pauses).toEqual([1000, 3000])
})

it.each([
  ['is down for good', 500, 2],
  ['has no such file', 404, 0],
])('gives up when a server %s', async (_what, status, tries) => {
  const { release } = await serveRelease(undefined, url =>
    url.endsWith('/kube-scheduler') ? status : undefined,
  )
  const { find, pauses } = await makeWorld()
  await expect(find(release)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: `${release.binaries['kube-scheduler']!.url} cannot be downloaded: the server answers ${status}.`,
  })
  expect(pauses).toHaveLength(tries)
})

it('says that it is the disk when nothing can be written', async () => {
  const { release } = await serveRelease()
  const { find, cache, root } = await makeWorld()
  writeFiles(root, { cache: 'a file, and no folder' })
  await expect(find(release)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining(`${cache}/lok8s/kubernetes-1.36.2-${system} cannot be filled: ENOTDIR`),
    hint: expect.stringContaining('XDG_CACHE_HOME'),
  })
})

it('says three ways to get the binaries when the network is of no use', async () => {
  const release = releaseFor(system, { kubernetes: 'http://127.0.0.1:1', etcd: 'http://127.0.0.1:1' })
  const { find, folder } = await makeWorld()
  await expect(find(release)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('cannot be downloaded'),
    hint: expect.stringMatching(new RegExp(`Three ways.*${folder}.*KUBEBUILDER_ASSETS`)),
  })
  expect(readdirSync(folder)).toEqual([])
})

it('stops a download when it is interrupted', async () => {
  const { release } = await serveRelease()
  const { ctx } = await makeWorld()
  const reason = new Error('interrupted')
  await expect(findBinaries({ ...ctx, signal: AbortSignal.abort(reason) }, system, release)).rejects.toBe(
    reason,
  )
})

it('takes the folder that KUBEBUILDER_ASSETS names, seen from where it is', async () => {
  const { find, root } = await makeWorld({ KUBEBUILDER_ASSETS: 'assets' })
  writeFiles(path.join(root, 'assets'), Object.fromEntries(names.map(name => [name, '#!/bin/sh\n'])))
  expect(await find()).toBe(path.join(root, 'assets'))
})

it('says what is missing in that folder, and looks nowhere else', async () => {
  const { find, root, cache } = await makeWorld({ KUBEBUILDER_ASSETS: 'assets' })
  const { release, asked } = await serveRelease()
  await expect(find(release)).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    message: `There is no folder ${root}/assets (KUBEBUILDER_ASSETS).`,
  })
  mkdirSync(path.join(root, 'assets'))
  writeFiles(path.join(root, 'assets'), { etcd: '#!/bin/sh\n', 'kube-apiserver': 'not executable' })
  await expect(find(release)).rejects.toMatchObject({
    message: `${root}/assets (KUBEBUILDER_ASSETS) has no kube-apiserver, kube-controller-manager, kube-scheduler.`,
  })
  expect([asked, readTree(root)]).toEqual([[], expect.not.objectContaining({ [cache]: expect.anything() })])
})

it('offers no download where there are no official binaries', async () => {
  const { find } = await makeWorld()
  expect(releaseFor('darwin-arm64')).toBeUndefined()
  await expect(find(undefined, 'darwin-arm64')).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    message: expect.stringContaining('darwin-arm64'),
    hint: expect.stringContaining('KUBEBUILDER_ASSETS'),
  })
})

it('has a whole SHA-256 for every file of every platform', () => {
  for (const platform of ['linux-amd64', 'linux-arm64']) {
    const { binaries, etcd } = releaseFor(platform)!
    const sums = [etcd, ...Object.values(binaries)].map(file => file.sha256)
    expect(sums.filter(sum => !/^[0-9a-f]{64}$/.test(sum))).toEqual([])
    expect(new Set(sums).size).toBe(4)
    expect(binaries['kube-apiserver']!.url).toBe(
      `https://dl.k8s.io/release/v1.36.2/bin/linux/${platform.slice(6)}/kube-apiserver`,
    )
  }
})
