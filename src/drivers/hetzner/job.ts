import type { Context } from '../../context.js'
import type { Hcloud } from '../../hcloud/hcloud.js'
import type { Reach } from './machine.js'
import type { Wanted } from './wanted.js'

/** What the work on one cluster needs: what is wanted, and the ways to the API and to the servers. */
export interface Job {
  wanted: Wanted
  hcloud: Hcloud
  reach: Reach
  ctx: Context
  /** Whether what the spec does not want any more is removed. */
  prunes: boolean
  /** Takes everything secret out of a text. */
  redact: (text: string) => string
  /** Told what has been changed, so that a run which changes nothing can say so. */
  changed: (what: string) => void
}
