import type { Context, Ended, Shell } from '../context.js'

/** Shells that render one target after another, as many as are used at the same time. */
export interface Lanes {
  /** Runs the renderer with these arguments on the folder of a target, in a shell that is free. */
  render: (target: string, args: string[]) => Promise<Ended>
  close: () => void
}

/**
 * A line holds the target and the arguments. Both are made of letters, digits, dots and dashes: a target's name is
 * checked, and the arguments are our own.
 */
const script = `
while read -r target args; do
  "$2" $args "$3/$target" </dev/null
  status=$?
  printf '\\0%s\\0' "$1"
  printf '\\0%s\\0%s\\0%s\\0' "$1" "$status" "$1" >&2
done
`

/** `program` is the renderer's path, `targets` the folder that holds the targets; both may hold any character. */
export function openLanes(
  program: string,
  targets: string,
  env: Record<string, string>,
  { openShell }: Pick<Context, 'openShell'>,
): Lanes {
  const free: Shell[] = []
  let isClosed = false
  const release = (shell: Shell) => (isClosed ? shell.close() : void free.push(shell))
  return {
    render: async (target, args) => {
      const shell = free.pop() ?? (await openShell(script, [program, targets], env))
      try {
        const ended = await shell.ask([target, ...args].join(' '))
        release(shell)
        return ended
      } catch (error) {
        shell.close()
        throw error
      }
    },
    close: () => {
      isClosed = true
      for (const shell of free) shell.close()
    },
  }
}
