import type { Context } from '../context.js'
import type { Planned } from '../events.js'
import type { Project } from '../project/root.js'
import type { LoadedDomain } from '../project/spec/load.js'

/** What a bootstrap applies to: a cluster that answers. */
export interface BootstrapTarget {
  kubeconfig: string
  /** What the driver exports for addons. */
  variables: Record<string, string>
}

/** The infrastructure of a cluster: read and checked, and with nothing of it applied. */
export interface Bootstrap {
  /** What `apply` would do; writes nothing. Without a kubeconfig there is no cluster yet. */
  plan: (kubeconfig: string | undefined) => Promise<Planned[]>
  /** Answers with what programs get of it. */
  apply: (target: BootstrapTarget) => Promise<Record<string, unknown>>
}

/** Checks all of `spec.bootstrap`; undefined when there is nothing to apply. */
export async function prepareBootstrap(
  { project, cluster }: LoadedDomain & { project: Project },
  { output }: Pick<Context, 'output'>,
): Promise<Bootstrap | undefined> {
  const entries = cluster.spec.spec.bootstrap ?? []
  if (entries.length > 0) {
    const file = cluster.domain.specFile.slice(project.root.length + 1)
    output.event({
      type: 'warning',
      file,
      message: 'spec.bootstrap is not applied yet: lo cannot do that so far',
    })
  }
  return undefined
}
