import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { generateDocs } from '../scripts/docs.js'
import { filesInDoc } from './helpers/doc-files.js'
import { loJson } from './helpers/lo.js'
import { makeProject } from './helpers/project.js'

const root = path.resolve(import.meta.dirname, '..')

it.each(Object.entries(generateDocs()))('%s is what `npm run docs` writes', (file, text) => {
  expect(readFileSync(path.join(root, file), 'utf8')).toBe(text)
})

it('simulates the cluster that docs/hetzner.md shows, without a problem', async () => {
  const cwd = makeProject(filesInDoc('hetzner.md'))
  const { exitCode, document } = await loJson(['provision', 'example.com', '--simulate'], { cwd })
  expect(exitCode).toBe(0)
  expect(document).toMatchObject({ outcome: 'created', status: { state: 'running', missing: [] } })
  const servers = document.plan
    .map(({ what }: { what: string }) => what)
    .filter((what: string) => what.startsWith('server'))
  expect(servers).toHaveLength(5)
})

/** As GitHub makes anchors of headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

it('has only links that lead somewhere', () => {
  const pages = [
    'README.md',
    ...readdirSync(path.join(root, 'docs'))
      .filter(name => name.endsWith('.md'))
      .map(name => `docs/${name}`),
  ]
  const broken = pages.flatMap(page => {
    const text = readFileSync(path.join(root, page), 'utf8')
    return [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].flatMap(([link, file, anchor]) => {
      const target = file ? path.resolve(root, path.dirname(page), file) : path.join(root, page)
      if (!existsSync(target)) return [`${page}: ${link}`]
      if (anchor === undefined) return []
      const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        anchorOf(heading!),
      )
      return headings.includes(anchor) ? [] : [`${page}: ${link}`]
    })
  })
  expect(broken).toEqual([])
})
