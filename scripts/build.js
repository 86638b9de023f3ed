// Bundles src/ and everything it imports into dist/, so that an installed lo is one package which starts fast:
// what a dynamic import brings becomes a file of its own, read only when it is needed.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')
rmSync(path.join(root, 'dist'), { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/lo.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.11',
  chunkNames: '[name]-[hash]',
  // Packages that still are CommonJS call require, which ES modules do not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
})

const packages = Object.keys(metafile.inputs)
  .map(file => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
  .filter(folder => folder !== undefined)
const notices = [...new Set(packages)].sort().map(folder => {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))
  const file = readdirSync(path.join(root, folder)).find(name => /^licen[cs]e/i.test(name))
  const text = file ? readFileSync(path.join(root, folder, file), 'utf8').trim() : ''
  return `${name} ${version} (${license})\n\n${text}\n`
})
writeFileSync(path.join(root, 'dist/licenses.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`))
