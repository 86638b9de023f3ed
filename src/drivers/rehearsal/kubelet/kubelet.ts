import { setMaxListeners } from 'node:events'
import type { Context } from '../../../context.js'
import { connect } from '../../../kube/connect.js'
import { followPods } from './follow-pods.js'
import { keepNodes } from './keep-nodes.js'
import { keepPods } from './keep-pods.js'
import { serveLogs } from './log-server.js'

export interface KubeletOptions {
  kubeconfig: string
  /** How many nodes there are to be. */
  nodes: number
  /** Milliseconds until a pod is ready, when it does not say so itself. */
  delay: number
  /** The folder of the rehearsed cluster, whose `pki/` has the certificate for logs. */
  folder: string
}

export type KubeletContext = Pick<Context, 'signal' | 'now' | 'today' | 'sleep' | 'output'>

const hostIP = '127.0.0.1'

/**
 * Plays the kubelets of all nodes of a rehearsed cluster until `ctx.signal` is aborted, which is its normal end. It
 * waits for an API server that is away for as long as that takes, and throws what is a bug only.
 */
export async function runKubelet(options: KubeletOptions, { ...world }: KubeletContext): Promise<void> {
  const { kubeconfig, nodes, delay, folder } = options
  const api = await connect(kubeconfig, world)
  const failed = new AbortController()
  const signal = AbortSignal.any([world.signal, failed.signal])
  // Every request under way listens to it.
  setMaxListeners(0, signal)
  const ctx = { ...world, signal }
  const pods = keepPods(api, { nodes, delay, hostIP, onBug: error => failed.abort(error) }, ctx)
  const logs = await serveLogs(folder, hostIP, pods.find, ctx)
  try {
    const loops = [
      keepNodes(api, { count: nodes, port: logs?.port ?? 0, hostIP }, ctx),
      followPods(api, pods, ctx),
      pods.run(signal),
    ]
    // The first to fail ends the others, so that nothing half alive is left.
    for (const loop of loops) loop.catch(error => failed.abort(error))
    await Promise.allSettled(loops)
    if (!world.signal.aborted) throw failed.signal.reason
  } finally {
    logs?.close()
    api.close()
  }
}
