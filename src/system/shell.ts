import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import type { Ended, OpenShell } from '../context.js'
import { LoError, messageOf } from '../errors.js'
import type { End } from './interrupt.js'
import { endGroup } from './processes.js'
import { cannotStart, mostBytes } from './programs.js'

/** Opens shells until the signal; those that are open are in `running`. */
export function openShellWith(signal: AbortSignal, running: Set<End>): OpenShell {
  return async (script, args, env) => {
    signal.throwIfAborted()
    // Against accidents: whoever writes it on purpose finds it in the arguments of the shell.
    const token = Math.random().toString(36).slice(2)
    const shell = await startShell(['-c', script, 'sh', token, ...args], env)
    const end: End = name => endGroup(shell.pid, name)
    running.add(end)
    // An interrupt while it started has passed it by.
    if (signal.aborted) end('SIGTERM')
    // The shell may be gone before it has read a line; what it leaves unanswered says so.
    shell.stdin.on('error', () => {})
    const mark = Buffer.from(`\0${token}\0`)
    const [stdout, stderr] = [splitAt(mark, shell.stdout), splitAt(mark, shell.stderr)]
    const ask = async (line: string): Promise<Ended> => {
      shell.stdin.write(`${line}\n`)
      const [output, words, status] = await Promise.all([stdout.next(), stderr.next(), stderr.next()])
      signal.throwIfAborted()
      if (output.value && words.value && /^\d+$/.test(String(status.value))) {
        return { stdout: output.value, stderr: words.value.toString(), status: Number(status.value) }
      }
      throw new LoError('TOOL_FAILED', 'The shell has ended before the program it ran.')
    }
    let isBusy = false
    return {
      ask: async line => {
        isBusy = true
        const ended = await ask(line)
        isBusy = false
        return ended
      },
      close: () => {
        shell.stdin.end()
        if (isBusy) end('SIGTERM')
        // After an interrupt a plugin may outlive the program that started it: it goes when `lo` does.
        if (!isBusy && !signal.aborted) running.delete(end)
      },
    }
  }
}

/** By Node itself: nothing of execa is wanted here, and to load that takes longer than a small render. */
async function startShell(args: string[], env: Record<string, string>) {
  try {
    // A group of its own: so `lo` can end what a program has started in turn.
    const shell = spawn('/bin/sh', args, { env: { ...process.env, ...env }, detached: true })
    await once(shell, 'spawn')
    return shell
  } catch (error) {
    throw cannotStart('/bin/sh', undefined, { shortMessage: messageOf(error) })
  }
}

/** What stands before each mark; what comes after the last one is dropped. */
async function* splitAt(mark: Buffer, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let parts: Buffer[] = []
  let size = 0
  let tail = Buffer.alloc(0)
  for await (const chunk of stream) {
    // A mark may lie across chunks.
    const seam = Buffer.concat([tail, chunk])
    tail = seam.subarray(-mark.length)
    parts.push(chunk)
    size += chunk.length
    if (size > mostBytes)
      throw new LoError('TOOL_FAILED', `A program wrote more than ${mostBytes / 1024 / 1024} MB.`)
    if (!seam.includes(mark)) continue
    let rest = Buffer.concat(parts)
    for (let at = rest.indexOf(mark); at >= 0; at = rest.indexOf(mark)) {
      yield rest.subarray(0, at)
      rest = rest.subarray(at + mark.length)
    }
    parts = [rest]
    size = rest.length
    tail = rest.subarray(-mark.length)
  }
}
