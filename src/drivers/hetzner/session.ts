import { LoError, type LoErrorOptions } from '../../errors.js'
import type { Job } from './job.js'
import { type Machine, type Reached, type ReachOptions, type Unreachable, unreachable } from './machine.js'
import type { Script } from './scripts/script.js'

/** Runs scripts on one server. */
export interface Session {
  machine: Machine
  /**
   * What the script prints. Waits for a server that does not answer yet. Throws `PROVISION_FAILED` when it goes on not
   * to answer, proves to be somebody else, or when the script fails.
   */
  run: (script: Script, options?: RunOptions) => Promise<string>
}

export interface RunOptions {
  /** Seconds that the script itself may take. */
  seconds?: number
  /** Milliseconds for which a server may give no answer. */
  patience?: number
  hostKeys?: readonly string[]
}

/** A server that gave no answer for as long as was waited. */
export class NotReached extends LoError {
  readonly why: Unreachable

  constructor(why: Unreachable, message: string, options: LoErrorOptions) {
    super('PROVISION_FAILED', message, options)
    this.why = why
  }
}

type World = Pick<Job, 'reach' | 'redact' | 'wanted'> & { ctx: Pick<Job['ctx'], 'now' | 'sleep' | 'output'> }

/** A server boots in less than a minute; a slow one in two: this is for what is slower still. */
export const bootPatience = 300_000
/** Until cloud-init has written the key of root, sshd may be there and let nobody in. */
const denialPatience = 90_000
const usualSeconds = 60
const connectSeconds = 30
const pauses = [1000, 2000]
const storyEvery = 30_000

export function openSession(
  machine: Machine,
  access: Pick<ReachOptions, 'key' | 'hostKeys'>,
  job: World,
): Session {
  const { now, sleep, output } = job.ctx

  async function untilReached(script: Script, { seconds = usualSeconds, patience, hostKeys }: RunOptions) {
    const start = now()
    let told = start
    for (let attempt = 0; ; attempt += 1) {
      const reached = await job.reach(machine, script, {
        ...access,
        ...(hostKeys && { hostKeys }),
        limit: (seconds + connectSeconds) * 1000,
      })
      if (reached.outcome === 'ended') return reached
      const spent = now() - start
      if (spent >= patienceFor(reached.why, patience ?? bootPatience)) {
        throw notReached(machine, reached, spent, job)
      }
      if (now() - told >= storyEvery) {
        told = now()
        const message = `${machine.name}: ${unreachable[reached.why]}, for ${Math.round(spent / 1000)} s now`
        output.event({ type: 'notice', message })
      }
      await sleep(pauses[Math.min(attempt, pauses.length - 1)]!)
    }
  }

  return {
    machine,
    run: async (script, options = {}) => {
      const { status, stdout, detail } = await untilReached(script, options)
      if (status === 0) return stdout.trim()
      throw new LoError(
        'PROVISION_FAILED',
        `${machine.name}: ${script.name} has failed (status ${status}).`,
        {
          detail: job.redact(lastLines(detail || stdout)),
          hint: 'Run `lo provision` again: it goes on where this one stopped.',
        },
      )
    },
  }
}

/** What passes by itself, and for how long that may take. Whoever proves to be somebody else is not asked twice. */
function patienceFor(why: Unreachable, patience: number): number {
  if (why === 'other key' || why === 'late') return 0
  return why === 'denied' ? Math.min(patience, denialPatience) : patience
}

function notReached(
  { name, address }: Machine,
  { why, detail }: Extract<Reached, { outcome: 'unreachable' }>,
  spent: number,
  { redact, wanted }: Pick<Job, 'redact' | 'wanted'>,
): NotReached {
  const time = spent > 0 ? ` after ${Math.round(spent / 1000)} seconds` : ''
  return new NotReached(why, `${name} (${address}) cannot be reached over SSH${time}: ${unreachable[why]}.`, {
    ...(detail && { detail: redact(lastLines(detail)) }),
    hint: hintFor(why, wanted),
  })
}

function hintFor(why: Unreachable, { access }: Job['wanted']): string {
  const hints: Record<Unreachable, string> = {
    silent: access.ssh.includes('0.0.0.0/0')
      ? 'Look at the console of the server in the Hetzner Console, and whether this network lets port 22 out.'
      : `Only ${access.ssh.join(', ')} may use SSH: is this machine among them? See spec.provider.config.firewall.ssh.`,
    refused: 'Look at the console of the server in the Hetzner Console: sshd does not run.',
    closed: 'Look at the console of the server in the Hetzner Console.',
    late: 'Run `lo provision` again: it goes on where this one stopped.',
    'other key':
      'Nothing was sent. Either somebody is between here and the server, or the server was made anew by hand: then delete it, and run `lo provision` again.',
    denied:
      'Was HCLOUD_TOKEN, or the key file, another one when the server was made? Set HCLOUD_TOKEN_PREVIOUS, or LO_SSH_KEY_FILE.',
  }
  return hints[why]
}

const shownLines = 30
export const lastLines = (text: string, lines = shownLines) =>
  text.trimEnd().split('\n').slice(-lines).join('\n')
