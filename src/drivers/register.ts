import type { Context } from '../context.js'
import { LoError, messageOf } from '../errors.js'
import { announce } from '../kubehz/announce.js'
import { findFingerprint } from '../kubehz/find-fingerprint.js'
import { deregisterCluster, type Registered, registerCluster } from '../kubehz/register.js'
import type { Opened } from './open.js'

type Owner = Pick<Opened, 'cluster' | 'driver' | 'registration'>

/** What proves on the platform whose cluster this is. Throws `KUBEHZ_FAILED`. */
export function fingerprintOf({ cluster, driver }: Owner, ctx: Context): Promise<string> {
  const { domain, spec } = cluster
  return findFingerprint({ domain, kind: spec.kind, spec: spec.spec, publicKey: driver.publicKey }, ctx)
}

/** Registers the cluster, if it is to be. Throws `KUBEHZ_FAILED`. */
export async function register(owner: Owner, ctx: Context): Promise<Registered | undefined> {
  if (!owner.registration) return undefined
  const registered = await registerCluster(owner.registration, await fingerprintOf(owner, ctx), ctx)
  await announce(registered, ctx)
  return registered
}

/** The same, where a failure is none of the cluster's: a warning. */
export function tryToRegister(owner: Owner, ctx: Context): Promise<Registered | undefined> {
  const hint = `the cluster is fine; register it later with \`lo kubehz register ${owner.cluster.domain}\``
  return orWarn(() => register(owner, ctx), hint, ctx)
}

export async function tryToDeregister({ registration }: Owner, ctx: Context): Promise<void> {
  if (registration) await orWarn(() => deregisterCluster(registration, ctx), undefined, ctx)
}

async function orWarn<Value>(
  work: () => Promise<Value>,
  hint: string | undefined,
  { output, signal }: Pick<Context, 'output' | 'signal'>,
): Promise<Value | undefined> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    const { detail = '', hint: own } = error instanceof LoError ? error : {}
    const message = [messageOf(error).replace(/\.$/, ''), detail.split('\n')[0]].filter(Boolean).join(': ')
    const next = hint ?? own?.replace(/^./, first => first.toLowerCase()).replace(/\.$/, '')
    output.event({ type: 'warning', message, ...(next && { hint: next }) })
    return undefined
  }
}
