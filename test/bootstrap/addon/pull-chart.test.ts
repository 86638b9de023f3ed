import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { HelmVersion } from '../../helm.js'
import { makeFolder, writeFiles } from '../../helpers/project.js'
import { chartFiles, chartYaml, demoAddon, helms, render } from './renders.js'

/** A repository with the charts `one` and `two` 1.2.3, as `helm repo index` makes it. Counts what is asked of it. */
async function startRepository(helm: HelmVersion) {
  const folder = makeFolder()
  const sources = makeFolder()
  const run = (...args: string[]) =>
    execa(path.join(inject('helms')[helm]!, 'helm'), args, { env: { HOME: sources }, extendEnv: false })
  for (const name of ['one', 'two']) {
    const template = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`
    writeFiles(sources, chartFiles({ 'a.yaml': template }, name))
    await run('package', path.join(sources, name), '--destination', folder)
  }
  await run('repo', 'index', folder)
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    const file = path.basename(request.url!)
    if (!readdirSync(folder).includes(file)) response.writeHead(404).end()
    else response.end(readFileSync(path.join(folder, file)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}`, asked }
}

const addonWith = (address: string, chart = 'one', version = '1.2.3') =>
  demoAddon({ 'chart.yaml': chartYaml(`repository: ${address}\nversion: ${version}\n`, chart) })

describe.each(helms)('with Helm %s', helm => {
  it('gets a chart out of its repository once, and then out of the cache', async () => {
    const { address, asked } = await startRepository(helm)
    const cache = makeFolder()
    const files = addonWith(address)
    const first = await render(files, 'demo', { helm, cache })
    expect(first.text).toContain('name: one')
    expect(asked).toEqual(['/index.yaml', '/one-1.2.3.tgz'])
    const second = await render(files, 'demo', { helm, cache })
    expect(second.text).toBe(first.text)
    expect(asked).toHaveLength(2)
    const cached = readdirSync(path.join(cache, 'lok8s/charts'), { recursive: true, encoding: 'utf8' })
    expect(cached.map(file => path.basename(file)).filter(file => file.includes('.'))).toEqual([
      'one-1.2.3.tgz',
    ])
  })

  it('gets several charts of one repository at the same time', async () => {
    const { address } = await startRepository(helm)
    const cache = makeFolder()
    const texts = await Promise.all(
      ['one', 'two', 'one', 'two'].map(chart => renderAlone(addonWith(address, chart), helm, cache)),
    )
    expect(texts.map(text => /name: (\w+)/.exec(text)?.[1])).toEqual(['one', 'two', 'one', 'two'])
  })

  it.each([
    ['a version that it has not', 'one', '9.9.9'],
    ['a chart that it has not', 'three', '1.2.3'],
  ])('says what a repository has not: %s', async (_what, chart, version) => {
    const { address } = await startRepository(helm)
    const cache = makeFolder()
    await expect(render(addonWith(address, chart, version), 'demo', { helm, cache })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: `The chart ${chart} ${version} cannot be had from ${address}.`,
      hint: expect.stringContaining('chart: ./<folder>'),
    })
    const left = readdirSync(path.join(cache, 'lok8s/charts'), { recursive: true, encoding: 'utf8' })
    expect(left).toHaveLength(1)
  })

  it('says that a repository cannot be reached', async () => {
    await expect(render(addonWith('http://127.0.0.1:9'), 'demo', { helm })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      detail: expect.stringContaining('refused'),
    })
  })
})

/** Without the look at what is left behind, which side by side would find that of the others. */
async function renderAlone(files: Record<string, string>, helm: HelmVersion, cache: string): Promise<string> {
  const { text } = await render(files, 'demo', { helm, cache, isAlone: false })
  return text
}
