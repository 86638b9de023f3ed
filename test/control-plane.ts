import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import type { TestProject } from 'vitest/node'
import { findBinaries } from '../src/drivers/rehearsal/binaries.js'
import { messageOf } from '../src/errors.js'

type ControlPlane = { assets: string } | { skipped: string }

/**
 * Finds the binaries of a control plane for the tests, and the place for the cluster that tests share. Without
 * binaries the tests that need them are skipped, which is said last and loudest; a CI job fails instead.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const plane = await findControlPlane()
  if ('skipped' in plane && process.env.CI && !process.env.LO_TEST_WITHOUT_CLUSTER) {
    throw new Error(`No control plane, so most tests cannot run: ${plane.skipped}`)
  }
  const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'lo-shared-'))
  mkdirSync(path.join(root, 'clusters'))
  const cache = path.join(root, 'cache')
  project.provide('controlPlane', plane)
  project.provide('sharedCluster', { root, cache })
  return () => {
    if (existsSync(path.join(root, 'claimed'))) destroyShared(root, cache)
    rmSync(root, { recursive: true, force: true })
    if ('skipped' in plane) process.stderr.write(warning(plane.skipped))
  }
}

async function findControlPlane(): Promise<ControlPlane> {
  const script = path.join(import.meta.dirname, 'tools', 'control-plane.sh')
  const { status, stdout } = spawnSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status === 0) return { assets: stdout.trim() }
  if (status !== 3) return { skipped: `${script} has failed (${status})` }
  try {
    return { assets: await download() }
  } catch (error) {
    return { skipped: messageOf(error) }
  }
}

/** As `lo` itself does it, into the cache of the user. */
function download(): Promise<string> {
  const { KUBEBUILDER_ASSETS: _incomplete, ...env } = process.env
  return findBinaries({
    cwd: process.cwd(),
    env,
    fetch: globalThis.fetch,
    now: () => performance.now(),
    signal: new AbortController().signal,
    sleep: async milliseconds => void (await delay(milliseconds)),
    output: {
      event: event => {
        if (event.type === 'step-started') process.stderr.write(`control plane: ${event.step} …\n`)
        if (event.type === 'step-finished') process.stderr.write(`control plane: ${event.step}: done\n`)
      },
      result: () => {},
      error: () => {},
      end: () => {},
    },
    run: async (file, args) => {
      const { stdout, stderr, exitCode } = await execa(file, args, { reject: false, encoding: 'buffer' })
      return { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr).toString(), status: exitCode ?? 1 }
    },
  })
}

function destroyShared(root: string, cache: string): void {
  const bin = path.resolve(import.meta.dirname, '../bin/lo.js')
  execFileSync(process.execPath, [bin, 'destroy', 'shared.test', '--yes', '--quiet'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: root, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function warning(reason: string): string {
  const line = '!'.repeat(100)
  return `
${line}
NO TEST THAT NEEDS AN API SERVER WAS RUN. Deploy, provision and destroy are NOT tested.
${reason}
Name a folder with etcd, kube-apiserver, kube-controller-manager and kube-scheduler in KUBEBUILDER_ASSETS.
${line}
`
}
