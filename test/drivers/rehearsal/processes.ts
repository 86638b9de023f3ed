import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { execaSync } from 'execa'
import { onTestFinished, vi } from 'vitest'
import { type Process, parseRecord } from '../../../src/drivers/process.js'
import { type Place, placeOf } from '../../../src/drivers/rehearsal/place.js'
import type { TestCluster } from '../../helpers/cluster.js'

export const placeOfCluster = ({ root, domain, env }: Pick<TestCluster, 'root' | 'domain' | 'env'>): Place =>
  placeOf({ root, domain }, env)

/** What the records of a cluster say, by program. */
export function readRecords(cluster: TestCluster): Record<string, Process> {
  const { processes } = placeOfCluster(cluster)
  const names = existsSync(processes) ? readdirSync(processes) : []
  const records = names.map(name => [name, parseRecord(readFileSync(path.join(processes, name), 'utf8'))])
  return Object.fromEntries(records.filter(([, record]) => record !== undefined))
}

/** The command lines of all processes of this machine that name a folder. */
export function commandsThatName(folder: string): string[] {
  const { stdout } = execaSync('ps', ['-A', '-o', 'args='])
  return stdout.split('\n').filter(line => line.includes(folder))
}

/** Waits until something is so; the test's own limit ends it otherwise. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(resolve => setTimeout(resolve, 20))
}

export function isGone({ pid }: Process): boolean {
  try {
    process.kill(pid, 0)
    return /^\d+ \(.*\) Z/.test(existsSync('/proc') ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '')
  } catch {
    return true
  }
}

/** Listens at a port of loopback until the test is over, as soon as whoever was killed has let go of it. */
export async function occupy(port: number): Promise<void> {
  const server = createServer()
  onTestFinished(() => void server.close())
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  await vi.waitFor(listen, { timeout: 60_000 })
}
