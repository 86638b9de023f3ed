import { LoError } from '../../errors.js'
import type { Server } from '../../hcloud/resources/servers.js'
import { step } from '../step.js'
import type { Access } from './access.js'
import { enterServer } from './enter-server.js'
import type { Job } from './job.js'
import { label } from './labels.js'
import type { ClusterNode } from './node.js'
import { keyOf, labelOfKey } from './openssh.js'
import { makeHostKey, useHostKey } from './scripts/host-key.js'
import { installK3s } from './scripts/install-k3s.js'
import { look, parseLook } from './scripts/look.js'
import { waitForBoot } from './scripts/wait-for-boot.js'
import { NotReached, openSession, type Session } from './session.js'
import type { Slot } from './slots.js'

/** Milliseconds for a server that has been entered before, and may have been started just now. */
const restartPatience = 120_000
const bootSeconds = 300
const downloadSeconds = 600

/**
 * Enters a server and finds out what it has been so far. A new one is waited for, gets a host key that nobody else
 * knows, and the program k3s. Nothing secret is sent before that.
 */
export async function prepareNode(
  slot: Slot,
  server: Server,
  access: Access,
  job: Job,
): Promise<ClusterNode> {
  const isKnown = server.labels[label.hostKey] !== undefined
  if (isKnown) {
    const session = await enterServer(server, access, job)
    const seen = parseLook(await session.run(look(), { patience: restartPatience }))
    if (seen.data === 'none') await install(slot.name, session, job)
    return { slot, server, session, look: seen }
  }
  const first = await step(`Wait for ${slot.name} to boot`, job.ctx, () => enterNew(server, access, job))
  const session = await replaceHostKey(slot.name, server, first, access, job)
  await install(slot.name, session, job)
  return { slot, server, session, look: parseLook(await session.run(look())) }
}

/** A server that does not boot is started once more: some have come up the second time. */
async function enterNew(server: Server, access: Access, job: Job): Promise<Session> {
  const enter = async () => {
    const session = await enterServer(server, access, job)
    await untilBooted(server.name, session, job)
    return session
  }
  try {
    return await enter()
  } catch (error) {
    if (!(error instanceof NotReached) || !mayHelp(error, job)) throw error
    job.ctx.output.event({ type: 'notice', message: `${server.name} does not answer, and is started again` })
    await job.hcloud.wait(`server ${server.name}`, await job.hcloud.servers.reset(server), resetPatience)
    return enter()
  }
}

const resetPatience = 120_000

/** Not where a firewall may be all that is between: that lets in whom the spec names. */
function mayHelp({ why }: NotReached, { wanted }: Job): boolean {
  return why === 'refused' || (why === 'silent' && wanted.access.ssh.includes('0.0.0.0/0'))
}

async function untilBooted(name: string, session: Session, { ctx, redact }: Job): Promise<void> {
  const [state = '', ...log] = (
    await session.run(waitForBoot({ seconds: bootSeconds }), { seconds: bootSeconds })
  ).split('\n')
  if (state === 'done') return
  if (state === 'degraded') {
    ctx.output.event({
      type: 'warning',
      message: `${name}: cloud-init has finished, and had something to complain of`,
    })
    return
  }
  const what = state === 'late' ? `is not done after ${bootSeconds} seconds` : 'has failed'
  throw new LoError('PROVISION_FAILED', `${name}: cloud-init ${what}.`, {
    detail: redact(log.join('\n')),
    hint: 'Delete this server in the Hetzner Console and run `lo provision` again, which makes it anew.',
  })
}

/**
 * The key of the first boot stands in the user data, which whoever runs on the server may read. So it is replaced before
 * anybody does. The label tells of the new key before that is used: a run that ends in between accepts both, and any
 * later one the new key alone.
 */
async function replaceHostKey(
  name: string,
  server: Server,
  session: Session,
  access: Access,
  job: Job,
): Promise<Session> {
  const { hcloud } = job
  const fresh = keyOf(await session.run(makeHostKey({ name })))
  const next = labelOfKey(fresh)
  const { [label.nextHostKey]: old, ...labels } = server.labels
  if (old !== next) await hcloud.servers.setLabels(server, { ...labels, [label.nextHostKey]: next })
  await session.run(useHostKey(), { hostKeys: [...access.hostKeysOf(server), fresh] })
  const own = openSession(session.machine, { key: access.key, hostKeys: [fresh] }, job)
  // By nothing but the new key from here on: the label says that it is in use, so that has to be seen.
  await own.run(look())
  await hcloud.servers.setLabels(server, { ...labels, [label.hostKey]: next })
  job.changed(`server ${name}`)
  return own
}

async function install(name: string, session: Session, { wanted, ctx, changed }: Job): Promise<void> {
  await step(`Install k3s on ${name}`, ctx, async () => {
    const said = await session.run(installK3s({ version: wanted.version }), { seconds: downloadSeconds })
    if (said === 'changed') changed(`k3s on ${name}`)
  })
}
