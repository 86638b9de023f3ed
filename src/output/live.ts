import { createLogUpdate } from 'log-update'
import type { Terminal } from './output.js'

export interface Live {
  /** Shows what `picture` returns, again and again, until `stop`. */
  start(picture: () => string): void
  stop(): void
  /** Lets lines be written that stay, above the picture. */
  above(write: () => void): void
}

const framesPerSecond = 10

/** The part of the terminal that changes: always the last lines, on stderr. */
export async function createLive({ stderr, every }: Terminal): Promise<Live> {
  // The cursor stays visible: hiding it would bring signal handlers that end the process before `lo` can speak.
  const show = createLogUpdate(stderr as NodeJS.WriteStream, { showCursor: true })
  let stopTicking: (() => void) | undefined
  return {
    start: picture => {
      stopTicking ??= every(1000 / framesPerSecond, () => show(picture()))
    },
    stop: () => {
      stopTicking?.()
      stopTicking = undefined
      show.clear()
    },
    above: write => {
      show.clear()
      write()
    },
  }
}
