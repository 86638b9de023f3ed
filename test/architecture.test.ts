import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { expect, it } from 'vitest'

/**
 * Lowest first. A file may import from its own folder, and from any layer before its own; the folders of one layer
 * do not know each other.
 */
const layers = [
  ['errors.ts'],
  ['events.ts'],
  ['output'],
  ['context.ts'],
  ['project', 'build', 'kube', 'hcloud', 'kubehz'],
  ['deploy'],
  ['bootstrap'],
  ['lint'],
  ['drivers'],
  ['tilt'],
  ['commands'],
  ['cli.ts'],
  ['main.ts', 'system'],
  ['lo.ts'],
]

/** Each package has one home, so that its types and errors stop there. */
const homes: Record<string, string[]> = {
  '@kubernetes/client-node': ['kube'],
  '@peculiar/x509': ['drivers'],
  chalk: ['output'],
  commander: ['main.ts', 'cli.ts', 'commands'],
  execa: ['system'],
  'fastest-levenshtein': ['project'],
  'log-update': ['output'],
  'p-limit': ['build', 'deploy', 'drivers'],
  yaml: ['project', 'build', 'kube', 'deploy', 'bootstrap', 'drivers'],
  zod: ['project'],
}

const src = path.resolve(import.meta.dirname, '../src')
const placeOf = (file: string) => path.relative(src, file).split(path.sep)[0]!
const layerOf = (file: string) => layers.findIndex(places => places.includes(placeOf(file)))
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => path.join(src, name))

interface Import {
  file: string
  specifier: string
}

/** Static, dynamic and type imports, and re-exports. */
const imports: Import[] = files.flatMap(file =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\(|^import) ?'([^']+)'/gm)].map(
    ([, specifier]) => ({
      file,
      specifier: specifier!,
    }),
  ),
)
const show = ({ file, specifier }: Import) => `${path.relative(src, file)} -> ${specifier}`
const targetOf = ({ file, specifier }: Import) =>
  path.resolve(path.dirname(file), specifier.replace(/\.js$/, '.ts'))
const isInside = ({ specifier }: Import) => specifier.startsWith('.') && !specifier.endsWith('.json')
const packageOf = ({ specifier }: Import) => specifier.match(/^(@[^/]+\/)?[^/]+/)![0]

it('places every file in a layer', () => {
  expect(files.filter(file => layerOf(file) < 0)).toEqual([])
})

it('has no layer without a file', () => {
  expect(layers.flat().filter(place => !existsSync(path.join(src, place)))).toEqual([])
})

it('imports only from its own folder or a lower layer', () => {
  const isWrong = (one: Import) => {
    const target = targetOf(one)
    return placeOf(one.file) !== placeOf(target) && layerOf(target) >= layerOf(one.file)
  }
  expect(imports.filter(isInside).filter(isWrong).map(show)).toEqual([])
})

it('imports a package only where it has its home', () => {
  const isPackage = (one: Import) =>
    !one.specifier.startsWith('.') &&
    !one.specifier.startsWith('node:') &&
    !builtinModules.includes(one.specifier)
  const isWrong = (one: Import) => !homes[packageOf(one)]?.includes(placeOf(one.file))
  expect(imports.filter(isPackage).filter(isWrong).map(show)).toEqual([])
})

it('has no home for a package that nobody imports', () => {
  const used = new Set(imports.map(packageOf))
  expect(Object.keys(homes).filter(name => !used.has(name))).toEqual([])
})

it('touches the process, the console and the clock in system/ alone', () => {
  const impure =
    /(?<![./\w])(process|console)\.|\bDate\.now|new Date\(\)|\bperformance\.|(?<!\.)\bset(Timeout|Interval|Immediate)\(/
  const isCode = (line: string) => !/^\s*(\/\/|\/?\*)/.test(line)
  const wrong = files
    .filter(file => placeOf(file) !== 'system')
    .filter(file =>
      readFileSync(file, 'utf8')
        .split('\n')
        .some(line => isCode(line) && impure.test(line)),
    )
  expect(wrong.map(file => path.relative(src, file))).toEqual([])
})
