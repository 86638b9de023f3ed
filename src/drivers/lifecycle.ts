import { existsSync } from 'node:fs'
import path from 'node:path'
import type { BootstrapFacts } from '../bootstrap/report.js'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import type { Registered } from '../kubehz/register.js'
import { withAftermath } from './aftermath.js'
import type { DriverCluster, OpenedCluster, ProvisionOutcome } from './driver.js'
import { writeKubeconfig } from './kubeconfig-file.js'
import { withLock } from './lock.js'
import { markCluster } from './mark.js'
import type { Opened } from './open.js'
import { tryToRegister } from './register.js'

export interface ProvisionReport {
  cluster: DriverCluster
  outcome: ProvisionOutcome
  /** Absent when the driver did all itself, and has no kubeconfig. */
  server?: string
  /** What the bootstrap has to tell programs. */
  bootstrap?: BootstrapFacts
  registered?: Registered
}

/**
 * Makes the cluster or brings it to what its spec says, saves its kubeconfig and marks it as this domain's; then
 * bootstraps it, then registers it. After a failure anywhere a second run goes on from there.
 */
export async function provisionCluster(opened: Opened, ctx: Context): Promise<ProvisionReport> {
  const { cluster } = opened
  return withLock(opened.lock, cluster.domain, ctx, async () => {
    const again = `Run \`lo provision ${cluster.domain}\` again to go on, or \`lo destroy ${cluster.domain}\` to remove it.`
    const made = await withAftermath(opened, again, ctx, () => makeCluster(opened, ctx))
    if (made.outcome === 'complete') return { cluster, ...made }
    const bootstrap = await withAftermath(opened, again, ctx, () => bootstrapCluster(opened))
    const registered = await tryToRegister(opened, ctx)
    return { cluster, ...made, ...(bootstrap && { bootstrap }), ...(registered && { registered }) }
  })
}

async function makeCluster(
  { cluster, driver }: Opened,
  ctx: Context,
): Promise<Pick<ProvisionReport, 'outcome' | 'server'>> {
  const outcome = await driver.provision()
  const text = await driver.kubeconfig()
  if (text === undefined) {
    if (outcome === 'complete') return { outcome }
    throw new LoError('PROVISION_FAILED', `The driver of kind ${cluster.spec.kind} has given no kubeconfig.`)
  }
  await writeKubeconfig(cluster, text, file => checkKubeconfig(file, cluster, ctx))
  warnOfOlder(cluster, ctx)
  const api = await connectTo(cluster.kubeconfig, ctx)
  try {
    if (outcome !== 'complete') await markCluster(api, cluster, ctx)
    return { outcome, server: api.server }
  } finally {
    api.close()
  }
}

async function connectTo(file: string, { now }: Pick<Context, 'now'>) {
  const { connect } = await import('../kube/connect.js')
  return connect(file, { now })
}

/** A driver may give anything; what cannot be a kubeconfig never takes the place of one. */
async function checkKubeconfig(file: string, { spec }: DriverCluster, ctx: Context): Promise<void> {
  try {
    const api = await connectTo(file, ctx)
    api.close()
  } catch (cause) {
    if (!(cause instanceof LoError)) throw cause
    throw new LoError(
      'DRIVER_FAILED',
      `The driver of kind ${spec.kind} has given a kubeconfig that is none.`,
      {
        detail: cause.message,
        cause,
      },
    )
  }
}

/** A kubeconfig of the older name hides the one that was just written. */
function warnOfOlder({ domain, kubeconfig, root }: DriverCluster, { output }: Pick<Context, 'output'>): void {
  const older = path.join(path.dirname(kubeconfig), `secret.${domain}.yaml`)
  if (!existsSync(older)) return
  output.event({
    type: 'warning',
    file: path.relative(root, older),
    message: 'this older kubeconfig is found first, and hides the one of the cluster provisioned now',
    hint: 'remove it when it is not needed any more',
  })
}

async function bootstrapCluster({ bootstrap, cluster, driver }: Opened) {
  if (!bootstrap) return undefined
  const facts = await bootstrap.apply({ kubeconfig: cluster.kubeconfig, variables: await exportOf(driver) })
  await driver.untilReady?.(facts.entries.map(({ entry }) => entry))
  return facts
}

/** The variables of a driver for addons. */
export const exportOf = async (driver: OpenedCluster) => (await driver.export?.()) ?? {}

/** What programs get of a provision. */
export function describeProvision({
  cluster,
  outcome,
  server,
  bootstrap,
  registered,
}: ProvisionReport): Record<string, unknown> {
  const { name, domain, spec, kubeconfig } = cluster
  return {
    domain,
    cluster: name,
    kind: spec.kind,
    outcome,
    ...(server && { server, kubeconfig }),
    ...(bootstrap && { bootstrap }),
    ...(registered && {
      registration: { state: 'pending', id: registered.id, fingerprint: registered.fingerprint },
    }),
  }
}
