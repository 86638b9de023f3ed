import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import type { Context } from '../context.js'

/** On stderr, since stdout is for results. Where the terminal turns Ctrl-C into a key, it becomes the signal again. */
export function askWith(signal: AbortSignal): NonNullable<Context['ask']> {
  return async question => {
    const prompt = createInterface({ input: process.stdin, output: process.stderr })
    prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    const gone = new Promise<undefined>(resolve => prompt.once('close', () => resolve(undefined)))
    try {
      const answer = await Promise.race([prompt.question(question, { signal }), gone])
      if (answer === undefined) process.stderr.write('\n')
      return answer ?? ''
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      prompt.close()
    }
  }
}
