import { homedir } from 'node:os'
import path from 'node:path'
import type { Context } from '../context.js'

/** What `lo` keeps outside of projects: `$XDG_CACHE_HOME/lok8s`, by default `~/.cache/lok8s`. */
export function cacheFolder(env: Context['env']): string {
  const cache = env.XDG_CACHE_HOME
  return path.join(
    cache && path.isAbsolute(cache) ? cache : path.join(env.HOME || homedir(), '.cache'),
    'lok8s',
  )
}
