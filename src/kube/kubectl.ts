import type { Context, Ended } from '../context.js'
import { LoError } from '../errors.js'

/** The cluster that kubectl is sent to: always named, so that nothing of the user's own settings leads elsewhere. */
export interface Kubectl {
  /** Runs `kubectl apply` on a multi-document text; told each line of its answer as soon as it is there. */
  apply: (
    manifests: string,
    flags: { force: boolean },
    onLine: (line: string) => void,
    signal: AbortSignal,
  ) => Promise<Ended>
}

export const fieldManager = 'lok8s'

/**
 * Nothing of the user's own settings reaches kubectl: neither another kubeconfig, nor defaults for its flags, which
 * could turn an apply into a dry run, https://kubernetes.io/docs/reference/kubectl/kuberc/
 */
const ownSettings = { KUBECONFIG: undefined, KUBERC: 'off', KUBECTL_KUBERC: 'false' }

/**
 * kubectl on one context of one kubeconfig. Throws `TOOL_MISSING` when there is none.
 *
 * `--validate=false` leaves out the validation in kubectl, which takes 30 ms for each object. Server-side apply has
 * the API server refuse a field that is in no schema all the same.
 */
export function openKubectl(
  { kubeconfig, context }: { kubeconfig: string; context: string },
  { find, run, output }: Pick<Context, 'find' | 'run' | 'output'>,
): Kubectl {
  if (!find('kubectl')) {
    throw new LoError('TOOL_MISSING', 'There is no kubectl on PATH.', {
      hint: 'Install it: https://kubernetes.io/docs/tasks/tools/',
    })
  }
  const global = ['--kubeconfig', kubeconfig, '--context', context]
  return {
    apply: (manifests, { force }, onLine, signal) => {
      const args = [
        ...global,
        ...['apply', '--server-side', `--field-manager=${fieldManager}`, '--validate=false'],
        ...(force ? ['--force-conflicts'] : []),
        ...['--filename', '-'],
      ]
      output.event({ type: 'command-started', command: ['kubectl', ...args] })
      return run('kubectl', args, { env: ownSettings, input: manifests, onLine, signal })
    },
  }
}
