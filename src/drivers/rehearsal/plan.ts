/** In the order in which they are started; they are stopped the other way round. */
export const programs = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
] as const
export type Program = (typeof programs)[number]

export const portNames = [
  'etcd',
  'etcd-peer',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
] as const
export type PortName = (typeof portNames)[number]
export type Ports = Record<PortName, number>

/** What the spec decides about a rehearsal. */
export interface Wanted {
  /** The context in the kubeconfig. */
  name: string
  nodes: number
  /** Milliseconds until a simulated container is ready. */
  delay: number
}

/** What is known of a rehearsal before anything is done; `state` is how it was started last. */
export interface Observed {
  state?: Wanted & { ports: Ports }
  running: readonly Program[]
  /** A port for every program: that of the last start, unless the program is gone and another took its port. */
  ports: Ports
}

export interface ProvisionPlan {
  stop: Program[]
  start: Program[]
}

/** Which programs have to be stopped and started so that all run, and run as they should. Data is always kept. */
export function planProvision({ state, running, ports }: Observed, wanted: Wanted): ProvisionPlan {
  const hasMoved = (name: PortName) => state?.ports[name] !== ports[name]
  const isOutdated: Record<Program, boolean> = {
    etcd: hasMoved('etcd') || hasMoved('etcd-peer'),
    'kube-apiserver': hasMoved('kube-apiserver') || hasMoved('etcd'),
    'kube-controller-manager': hasMoved('kube-controller-manager') || hasMoved('kube-apiserver'),
    'kube-scheduler': hasMoved('kube-scheduler') || hasMoved('kube-apiserver'),
    kubelet: hasMoved('kube-apiserver') || state?.nodes !== wanted.nodes || state.delay !== wanted.delay,
  }
  const start = programs.filter(program => isOutdated[program] || !running.includes(program))
  return { stop: start.filter(program => running.includes(program)).reverse(), start }
}

/** The ports that a program listens on. */
export function portsOf(program: Program): PortName[] {
  if (program === 'kubelet') return []
  return program === 'etcd' ? ['etcd', 'etcd-peer'] : [program]
}
