// Bundles src/ and everything it imports into dist/, so that an installed lo is one package which starts fast:
// what a dynamic import brings becomes a file of its own, read only when it is needed. As CommonJS, which Node
// starts with less work than ES modules.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'rolldown'

const root = path.resolve(import.meta.dirname, '..')
rmSync(path.join(root, 'dist'), { recursive: true, force: true })
const { output } = await build({
  cwd: root,
  input: 'src/lo.ts',
  platform: 'node',
  transform: { target: 'node20.11' },
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name]-[hash].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    // Half as much to read at each start. The names of functions stay, for those who read where a mistake was made.
    minify: {
      compress: { keepNames: { function: true, class: true } },
      mangle: { keepNames: true },
      codegen: { removeWhitespace: true },
    },
  },
  // The client library of Kubernetes has a thousand generated classes, of which lo needs none: the credentials alone.
  treeshake: { moduleSideEffects: [{ test: /@kubernetes[\\/]client-node/, sideEffects: false }] },
  resolve: { alias: { 'node-fetch': path.join(root, 'scripts/node-fetch.js') } },
  logLevel: 'warn',
})

// Each file has the hash of its content in its name, which is what bin/keep-code.js knows it by.
writeFileSync(path.join(root, 'dist/lo.cjs'), `module.exports = require('./${output[0].fileName}')\n`)

const packages = output
  .flatMap(file => ('moduleIds' in file ? file.moduleIds : []))
  .map(file => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
  .filter(folder => folder !== undefined)
const notices = [...new Set(packages)].sort().map(folder => {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find(name => /^licen[cs]e/i.test(name))
  const text = file ? readFileSync(path.join(folder, file), 'utf8').trim() : ''
  return `${name} ${version} (${license})\n\n${text}\n`
})
writeFileSync(path.join(root, 'dist/licenses.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`))
