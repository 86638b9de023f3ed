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
  const args = ['-C', root, 'status', '--porcelain=v2', '--branch', '--untracked-files=no', '--', '.']
  const { status, stdout } = await run('git', args)
  const lines = stdout.toString().split('\n')
  // A repository that has no commit yet has none to name.
  const [, commit] = lines.map(line => /^# branch\.oid ([0-9a-f]{12})/.exec(line)).find(Boolean) ?? []
  if (status !== 0 || commit === undefined) return undefined
  const isChanged = lines.some(line => line !== '' && !line.startsWith('#'))
  return `${commit}${isChanged ? '+' : ''}`
}
