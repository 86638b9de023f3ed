import path from 'node:path'
import { inject } from 'vitest'
import { type DeployTest, makeDeploy } from './deploy.js'
import { lo, loJson, startLo } from './lo.js'
import { clusterSpec, makeFolder, writeFiles } from './project.js'

export interface BootstrapTest
  extends Pick<DeployTest, 'root' | 'namespace' | 'group' | 'get' | 'cluster' | 'useKubeconfig' | 'kubectl'> {
  domain: string
  /** Writes an addon of these manifests, which land in the namespace of the test. */
  addon: (name: string, manifests: readonly string[]) => void
  /** Writes the entries of `spec.bootstrap`, a line each. */
  entries: (...entries: string[]) => void
  /** Runs `lo bootstrap` on the domain. */
  bootstrap: (args?: string[], env?: Record<string, string>) => ReturnType<typeof lo>
  bootstrapJson: (args?: string[], env?: Record<string, string>) => ReturnType<typeof loJson>
  start: (args?: string[], env?: Record<string, string>) => ReturnType<typeof startLo>
}

/** A project whose cluster is the shared one, and whose addons land in a namespace that is removed after the test. */
export async function makeBootstrap(): Promise<BootstrapTest> {
  const test = await makeDeploy()
  const { cluster, root, namespace } = test
  const { domain } = cluster
  const cache = makeFolder()
  const line = (args: string[]) => ['bootstrap', domain, ...args]
  const options = (env: Record<string, string> = {}) => ({
    cwd: root,
    env: { HOME: cluster.root, XDG_CACHE_HOME: cache, ...env },
  })
  return {
    ...test,
    domain,
    addon: (name, manifests) => {
      // So that definitions are removed after the test.
      test.artifact(name, manifests)
      writeFiles(path.join(root, '.lok8s/addons', name), {
        'kustomization.yaml': `namespace: ${namespace}\nresources: [all.yaml]\n`,
        'all.yaml': manifests.join('---\n'),
      })
    },
    entries: (...entries) => {
      const list = entries.map(entry => `    - ${entry}\n`).join('')
      const spec = clusterSpec(domain, `  bootstrap:\n${list}`)
      writeFiles(root, { [`clusters/${domain}/cluster.lok8s.yaml`]: spec })
    },
    bootstrap: (args = [], env) => lo(line(args), options(env)),
    bootstrapJson: (args = [], env) => loJson(line(args), options(env)),
    start: (args = [], env) => startLo(line(args), options(env)),
  }
}

/** PATH with helm too, where this machine has one. */
export function pathWithHelm(): string {
  const helms = inject('helms')
  return [helms[4] ?? helms[3], inject('renderers').kustomize].filter(Boolean).join(path.delimiter)
}
