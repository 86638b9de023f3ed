import path from 'node:path'
import type { Context } from '../../src/context.js'
import type { OpenedCluster } from '../../src/drivers/driver.js'
import { openCluster } from '../../src/drivers/open.js'
import type { Event } from '../../src/events.js'
import { realContext } from './context.js'
import { clusterSpec, makeProject } from './project.js'

export const domain = 'example.com'

/** A driver in bash that makes nothing, with these functions instead of its own. */
export function bashDriver(functions: Record<string, string> = {}): Record<string, string> {
  const all = {
    provision: 'touch "$PATH_BASE/there"',
    destroy: 'rm -f "$PATH_BASE/there"',
    status: 'if [[ -e $PATH_BASE/there ]]; then echo running; else echo absent; fi',
    kubeconfig: ':',
    ...functions,
  }
  const text = Object.entries(all)
    .filter(([, body]) => body !== '')
    .map(([name, body]) => `driver::${name}() {\n${body}\n}\n`)
  return { '.lok8s/drivers/tiny/main': text.join('\n') }
}

/** The same as a module: each function is the text of a method. */
export function moduleDriver(functions: Record<string, string> = {}, head = ''): Record<string, string> {
  const all = {
    provision: 'async provision({ root }) { writeFileSync(`${root}/there`, "") }',
    destroy: 'async destroy({ root }) { rmSync(`${root}/there`, { force: true }) }',
    status: 'async status({ root }) { return existsSync(`${root}/there`) ? "running" : "absent" }',
    kubeconfig: 'kubeconfig() {}',
    ...functions,
  }
  const imports = "import { existsSync, rmSync, writeFileSync } from 'node:fs'\n"
  const text = `${imports}${head}export default {\n${Object.values(all).filter(Boolean).join(',\n')}\n}\n`
  return { '.lok8s/drivers/tiny/index.mjs': text }
}

export interface OpenedTiny {
  root: string
  driver: OpenedCluster
  ctx: Context
  events: Event[]
  /** What was said, line by line. */
  story: () => string[]
}

/** A project whose one domain is a cluster of kind Tiny. */
export function makeTiny(files: Record<string, string>, more = ''): string {
  return makeProject({
    [`clusters/${domain}/cluster.lok8s.yaml`]: clusterSpec(domain, more).replace('Rehearsal', 'Tiny'),
    ...files,
  })
}

/** Opens the cluster of kind Tiny in a project with these files. */
export async function openTiny(
  files: Record<string, string>,
  env: Record<string, string> = {},
): Promise<OpenedTiny> {
  const root = makeTiny(files)
  const { ctx, events } = await realContext({ cwd: root, env: { HOME: root, ...env } })
  const story = () => events.flatMap(event => (event.type === 'notice' ? [event.message] : []))
  const { driver } = await openCluster(domain, {}, ctx)
  return { root, driver, ctx, events, story }
}

export const specIn = (root: string) => path.join(root, `clusters/${domain}/cluster.lok8s.yaml`)
