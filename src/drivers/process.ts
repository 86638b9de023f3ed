import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { BackgroundOptions, Context } from '../context.js'

/** A process that cannot be taken for another: pids are given again, but not to one born at the same moment. */
export interface Process {
  pid: number
  /** When it was born, in the words of this system. */
  born: string
}

type World = Pick<Context, 'run' | 'kill' | 'now' | 'sleep' | 'startBackground'>

/** The process of that pid; undefined when there is none, or only the remains of one that has ended. */
export async function identify(pid: number, { run }: Pick<Context, 'run'>): Promise<Process | undefined> {
  if (hasProc()) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    if (stat === undefined || isRemains(fieldsOf(stat)[0]!)) return undefined
    return { pid, born: bornAt(await readFile(bootId, 'utf8'), stat) }
  }
  const { status, stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: sameWords })
  const [state = '', ...born] = stdout.toString().trim().split(/\s+/)
  return status !== 0 || isRemains(state) ? undefined : { pid, born: born.join(' ') }
}

export async function isAlive({ pid, born }: Process, world: Pick<Context, 'run'>): Promise<boolean> {
  return (await identify(pid, world))?.born === born
}

/**
 * Starts a program that outlives `lo`. It writes its own record before it becomes the program, so that there is never
 * one that nobody knows of, whenever `lo` is killed.
 */
export async function startRecorded(
  record: string,
  [file, ...args]: [string, ...string[]],
  options: BackgroundOptions,
  { run, startBackground }: World,
): Promise<Process | undefined> {
  await mkdir(path.dirname(record), { recursive: true, mode: 0o700 })
  await rm(record, { force: true })
  const pid = await startBackground('/bin/sh', ['-c', recorder, record, file, ...args], options)
  return identify(pid, { run })
}

const bootId = '/proc/sys/kernel/random/boot_id'
const sameWords = { LC_ALL: 'C', TZ: 'UTC0' }
// Built-in commands alone, whatever PATH is. When the folder is gone, which a destroy has removed, nothing starts.
const recorder = `umask 077
if read -r boot <${bootId} && read -r stat <"/proc/$$/stat"; then printf '%s\\n' $$ "$boot" "$stat" >"$0"
else { echo $$; LC_ALL=C TZ=UTC0 PATH=/bin:/usr/bin ps -o lstart= -p $$; } >"$0"; fi 2>/dev/null && exec "$@"`

/** The process that a record tells of, if it still is alive. */
export async function findRecorded(
  record: string,
  world: Pick<Context, 'run'>,
): Promise<Process | undefined> {
  const text = await readFile(record, 'utf8').catch(() => undefined)
  const recorded = text === undefined ? undefined : parseRecord(text)
  return recorded && (await isAlive(recorded, world)) ? recorded : undefined
}

/** A record is the pid, then either the boot and the line of /proc, or the words of `ps`. */
export function parseRecord(text: string): Process | undefined {
  const [first = '', second = '', third] = text.trimEnd().split('\n')
  if (!/^\d+$/.test(first) || second.trim() === '') return undefined
  const born = third === undefined ? second.trim().split(/\s+/).join(' ') : bornAt(second, third)
  return { pid: Number(first), born }
}

const grace = 5000

/** Asks these processes to end, and ends those that have not after five seconds. All of them are gone afterwards. */
export async function stop(processes: readonly Process[], world: World): Promise<Process[]> {
  const signal = async (name: 'SIGTERM' | 'SIGKILL') => {
    for (const one of processes) if (await isAlive(one, world)) world.kill(one.pid, name)
  }
  const left = async () => {
    const alive = await Promise.all(processes.map(process => isAlive(process, world)))
    return processes.filter((_process, index) => alive[index])
  }
  for (const name of ['SIGTERM', 'SIGKILL'] as const) {
    await signal(name)
    for (const end = world.now() + grace; world.now() < end; await world.sleep(20)) {
      if ((await left()).length === 0) return []
    }
  }
  return left()
}

const hasProc = () => existsSync('/proc/self/stat')
/** What follows the name of the program, which may hold anything. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const fieldsOf = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')
const bornAt = (boot: string, stat: string) => `${boot.trim()} ${fieldsOf(stat)[19]}`
/** A process without a parent that asks for its end stays as a zombie. */
const isRemains = (state: string) => /^[ZX]/.test(state)
