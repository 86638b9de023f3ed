import type { Simulator } from '../../../hcloud/simulator/simulator.js'
import { troubles as apiTroubles } from '../../../hcloud/simulator/troubles.js'
import { serverName } from '../names.js'
import type { Machines } from './machines.js'
import type { ScriptFault } from './script-faults.js'

/** What troubles are arranged in. */
export interface Stage {
  simulator: Simulator
  machines: Machines
  /** The name of the cluster. */
  cluster: string
}

/** Something that goes wrong at Hetzner or on a server, by name, for whoever wants to see what becomes of it. */
export interface Trouble {
  name: string
  summary: string
  arrange: (stage: Stage) => void
}

const first = ({ cluster }: Stage) => serverName(cluster, 'cp', 1)
const refused: ScriptFault = { how: 'unreachable', why: 'refused' }

/** A download that GitHub does not give, as curl says it. */
const forbidden: ScriptFault = {
  how: 'answer',
  status: 22,
  detail: 'curl: (22) The requested URL returned error: 403',
  takes: 30_000,
}
const garbage: ScriptFault = {
  how: 'answer',
  status: 4,
  detail: 'k3s is not what its release says: SHA-256 is 0000, not ffff',
  takes: 5000,
}
const bootLog = 'Cloud-init v. 25.1 running\nTraceback (most recent call last):\nRuntimeError: no space left'

/** From its start on k3s says this and never gets ready, until `defect` is taken away. */
export const breakK3s = (defect: string): ScriptFault => ({
  how: 'change',
  change: ({ k3s }) => {
    k3s.defect = defect
  },
})

/** Those on servers; most of them strike the first control plane. */
const machineTroubles: readonly Trouble[] = [
  {
    name: 'ssh-refused-at-first',
    summary: 'a server refuses SSH until it is started again',
    arrange: stage => {
      const { machines } = stage
      machines.onScript(
        '*',
        {
          ...refused,
          while: ({ starts }) => starts < 2,
        },
        { server: first(stage) },
      )
    },
  },
  {
    name: 'ssh-refused',
    summary: 'a server refuses SSH for ever',
    arrange: stage => stage.machines.onScript('*', refused, { server: first(stage) }),
  },
  {
    name: 'ssh-closed',
    summary: 'servers close SSH connections at first',
    arrange: ({ machines }) =>
      machines.onScript('wait-for-boot', { how: 'unreachable', why: 'closed' }, { times: 4 }),
  },
  {
    name: 'ssh-denied',
    summary: 'servers do not let the key in',
    arrange: ({ machines }) =>
      machines.onScript('*', { how: 'unreachable', why: 'denied', detail: 'Permission denied (publickey).' }),
  },
  {
    name: 'ssh-other-key',
    summary: 'somebody else answers in the place of a server',
    arrange: stage =>
      stage.machines.onScript('*', { how: 'unreachable', why: 'other key' }, { server: first(stage) }),
  },
  {
    name: 'boot-fails',
    summary: 'cloud-init fails on a server',
    arrange: stage =>
      stage.machines.onScript(
        'wait-for-boot',
        { how: 'answer', stdout: `failed\n${bootLog}\n` },
        { server: first(stage) },
      ),
  },
  {
    name: 'boot-degraded',
    summary: 'cloud-init has warnings on all servers',
    arrange: ({ machines }) =>
      machines.onScript('wait-for-boot', { how: 'answer', stdout: 'degraded\nWARNING: apt is busy\n' }),
  },
  {
    name: 'boot-hangs',
    summary: 'cloud-init never ends on a server',
    arrange: stage =>
      stage.machines.onScript(
        'wait-for-boot',
        { how: 'answer', stdout: `late\n${bootLog}\n`, takes: 60_000 },
        { server: first(stage) },
      ),
  },
  {
    name: 'download-fails',
    summary: 'GitHub refuses every download of k3s',
    arrange: ({ machines }) => machines.onScript('install-k3s', forbidden),
  },
  {
    name: 'download-garbage',
    summary: 'every download of k3s is something else',
    arrange: ({ machines }) => machines.onScript('install-k3s', garbage),
  },
  {
    name: 'k3s-fails',
    summary: 'k3s does not start on the first control plane',
    arrange: stage =>
      stage.machines.onScript('start-k3s', breakK3s('level=fatal msg="failed to find memory cgroup (v2)"'), {
        server: first(stage),
      }),
  },
  {
    name: 'disk-full',
    summary: 'the disk of the first control plane is full',
    arrange: stage =>
      stage.machines.onScript('start-k3s', breakK3s('level=fatal msg="write: no space left on device"'), {
        server: first(stage),
      }),
  },
]

/** All of them, those of the API first. */
export const troubles: readonly Trouble[] = [
  ...apiTroubles.map(({ name, summary, arrange }) => ({
    name,
    summary,
    arrange: ({ simulator }: Stage) => arrange(simulator),
  })),
  ...machineTroubles,
]
