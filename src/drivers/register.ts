import type { Context } from '../context.js'
import { LoError, messageOf } from '../errors.js'
import { announce } from '../kubehz/announce.js'
import { findFingerprint } from '../kubehz/find-fingerprint.js'
import { deregisterCluster, type Registered, registerCluster } from '../kubehz/register.js'
import type { Registration } from '../kubehz/settings.js'
import { type Flags, type Opened, openCluster } from './open.js'

type Owner = Pick<Opened, 'cluster' | 'driver'> & { registration: Registration }

/** Opens the cluster of a domain that shows up on the platform. Throws `USAGE` for one that does not. */
export async function openRegistered(name: string | undefined, flags: Flags, ctx: Context): Promise<Owner> {
  const { cluster, driver, registration } = await openCluster(name, flags, ctx)
  if (registration) return { cluster, driver, registration }
  throw new LoError('USAGE', `${cluster.domain} is not on the platform: spec.kubehz.access is none.`, {
    hint: 'Set spec.kubehz.access to registered or managed, and spec.kubehz.apiUrl.',
  })
}

/** What there is to say of a registration without asking anybody. */
export async function readRegistration(
  name: string | undefined,
  flags: Flags,
  ctx: Context,
): Promise<{ domain: string; access: string; apiUrl?: string; fingerprint?: string }> {
  const { cluster, driver, registration } = await openCluster(name, flags, ctx)
  if (!registration) return { domain: cluster.domain, access: 'none' }
  return { ...registration, fingerprint: await fingerprintOf({ cluster, driver }, ctx) }
}

function fingerprintOf(
  { cluster, driver }: Pick<Owner, 'cluster' | 'driver'>,
  ctx: Context,
): Promise<string> {
  const { domain, root, spec } = cluster
  return findFingerprint({ domain, root, kind: spec.kind, spec: spec.spec, publicKey: driver.publicKey }, ctx)
}

/** Registers the cluster, and says so where jobs look. Throws `KUBEHZ_FAILED`. */
export async function register(owner: Owner, ctx: Context): Promise<Registered> {
  const registered = await registerCluster(owner.registration, await fingerprintOf(owner, ctx), ctx)
  await announce(registered, ctx)
  return registered
}

/** Registers the cluster if it is to be. A failure is none of the cluster's: it is a warning. */
export async function tryToRegister(
  { cluster, driver, registration }: Opened,
  ctx: Context,
): Promise<Registered | undefined> {
  if (!registration) return undefined
  const hint = `the cluster is fine; register it later with \`lo kubehz register ${cluster.domain}\``
  return orWarn(() => register({ cluster, driver, registration }, ctx), hint, ctx)
}

/** Takes the cluster off the platform if it is there. A failure is a warning, and keeps nothing from going. */
export async function tryToDeregister({ cluster, registration }: Opened, ctx: Context): Promise<void> {
  if (!registration) return
  const hint = `take it off later with \`lo kubehz deregister ${cluster.domain}\`, or in the dashboard`
  await orWarn(() => deregisterCluster(registration, ctx), hint, ctx)
}

async function orWarn<Value>(
  work: () => Promise<Value>,
  hint: string,
  { output, signal }: Pick<Context, 'output' | 'signal'>,
): Promise<Value | undefined> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    const detail = error instanceof LoError ? error.detail?.split('\n')[0] : undefined
    const message = [messageOf(error).replace(/\.$/, ''), detail].filter(Boolean).join(': ')
    output.event({ type: 'warning', message, hint })
    return undefined
  }
}
