/** What the rehearsed kubelet reads and writes of a pod. All else stays as it is. */
export interface Pod {
  metadata: PodMetadata
  spec: PodSpec
  status?: PodStatus
}

export interface PodMetadata {
  name: string
  namespace: string
  uid: string
  resourceVersion?: string
  annotations?: Record<string, string>
  finalizers?: string[]
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

export interface PodSpec {
  nodeName?: string
  restartPolicy?: RestartPolicy
  containers: Container[]
  initContainers?: Container[]
  readinessGates?: { conditionType: string }[]
}

export interface Container {
  name: string
  image?: string
  /** `Always` makes an init container a sidecar. */
  restartPolicy?: string
}

export interface PodStatus {
  phase?: string
  startTime?: string
  hostIP?: string
  podIP?: string
  podIPs?: { ip: string }[]
  conditions?: PodCondition[]
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
}

/** In a patch, `null` takes a field away. */
export interface PodCondition {
  type: string
  status: string
  reason?: string | null
  message?: string | null
  lastTransitionTime?: string | null
}

export interface ContainerStatus {
  name: string
  image: string
  imageID: string
  containerID?: string
  ready: boolean
  started?: boolean
  restartCount: number
  state: ContainerState
  lastState: ContainerState
}

/** One of the three, or none. */
export interface ContainerState {
  waiting?: { reason: string; message?: string }
  running?: { startedAt: string }
  terminated?: {
    exitCode: number
    reason: string
    startedAt: string
    finishedAt: string
    containerID?: string
  }
}

export const isSidecar = ({ restartPolicy }: Container) => restartPolicy === 'Always'
export const isFinished = ({ status }: Pod) => status?.phase === 'Succeeded' || status?.phase === 'Failed'

/** A moment as Kubernetes writes it, to the second. `at` is in milliseconds. */
export function formatTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}
