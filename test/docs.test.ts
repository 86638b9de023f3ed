import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { generateDocs } from '../scripts/docs.js'

const root = path.resolve(import.meta.dirname, '..')

it.each(Object.entries(generateDocs()))('%s is what `npm run docs` writes', (file, text) => {
  expect(readFileSync(path.join(root, file), 'utf8')).toBe(text)
})
