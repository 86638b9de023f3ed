// Reads what a build has written: a comparison of commands that do different work is worth nothing.
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Throws unless two folders have the same files with the same bytes. */
export function checkSameFiles(byHand, lo) {
  const [expected, actual] = [byHand, lo].map(folder => readTree(folder))
  compare([...expected.keys()].join('\n'), [...actual.keys()].join('\n'), `the lists of files in ${lo}`)
  for (const [name, bytes] of expected) compare(bytes, actual.get(name), path.join(lo, name))
}

/** Throws unless the files of each artifact, put together in the order of its list, are the single file. */
export function checkSameDocuments(byHand, split) {
  const targets = readdirSync(byHand).sort()
  compare(targets.join('\n'), readdirSync(split).sort().join('\n'), `the lists of targets in ${split}`)
  for (const target of targets) {
    const single = readFileSync(path.join(byHand, target, 'artifacts.yaml'), 'utf8')
    const parts = readListed(path.join(split, target))
    const count = single.match(/^kind: /gm).length
    compare(String(count), String(parts.length), `the numbers of files in ${path.join(split, target)}`)
    compare(single, parts.join('---\n'), path.join(split, target))
  }
}

/** What the file system knows of every file and folder, the top one included, that a write would change. */
export function takeStamps(folder) {
  return new Map(
    ['', ...listTree(folder)].map(name => {
      const { ino, mtimeNs, ctimeNs } = lstatSync(path.join(folder, name), { bigint: true })
      return [name, `${ino} ${mtimeNs} ${ctimeNs}`]
    }),
  )
}

/** The names that were changed, made or removed in between. */
export function listChanges(before, after) {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    name => before.get(name) !== after.get(name),
  )
}

const listTree = folder => readdirSync(folder, { recursive: true }).sort()

function readTree(folder) {
  const files = listTree(folder).filter(name => lstatSync(path.join(folder, name)).isFile())
  return new Map(files.map(name => [name, readFileSync(path.join(folder, name), 'utf8')]))
}

/** The files that the list of an artifact names. There may be no others, or the work was not the same. */
function readListed(folder) {
  const listName = 'kustomization.yaml'
  const list = readFileSync(path.join(folder, listName), 'utf8')
  const names = [...list.matchAll(/^- (.+)$/gm)].map(([, name]) => name)
  compare(
    [...names, listName].sort().join('\n'),
    readdirSync(folder).sort().join('\n'),
    `the list of ${folder}`,
  )
  return names.map(name => readFileSync(path.join(folder, name), 'utf8'))
}

function compare(expected, actual, what) {
  if (expected !== actual)
    throw new Error(`The work was not the same: ${what} differ from what came by hand.`)
}
