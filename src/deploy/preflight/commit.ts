import type { Context } from '../../context.js'

/**
 * The commit that a project stands on, with `+` behind it when files that git knows are changed; undefined outside of
 * git, or without git.
 */
export async function findCommit(
  root: string,
  { find, run }: Pick<Context, 'find' | 'run'>,
): Promise<string | undefined> {
  if (!find('git')) return undefined
  const git = (...args: string[]) => run('git', ['-C', root, ...args])
  const [head, changes] = await Promise.all([
    git('rev-parse', '--short=12', 'HEAD'),
    git('status', '--porcelain', '--untracked-files=no', '.'),
  ])
  if (head.status !== 0) return undefined
  const isChanged = changes.status === 0 && changes.stdout.length > 0
  return `${head.stdout.toString().trim()}${isChanged ? '+' : ''}`
}
