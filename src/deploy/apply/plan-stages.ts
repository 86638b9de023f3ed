import type { Manifest } from '../artifact/manifest.js'

/** What others stand on comes first; what may refuse others, and needs pods to answer, comes last. */
const stageOf = new Map<string, number>(
  [
    ['/Namespace'],
    [
      'scheduling.k8s.io/PriorityClass',
      'storage.k8s.io/StorageClass',
      'node.k8s.io/RuntimeClass',
      'networking.k8s.io/IngressClass',
      'storage.k8s.io/CSIDriver',
      '/ServiceAccount',
      '/Secret',
      '/ConfigMap',
      '/LimitRange',
      '/ResourceQuota',
      '/PersistentVolume',
      '/PersistentVolumeClaim',
      '/Service',
      '/Endpoints',
      'networking.k8s.io/NetworkPolicy',
      'rbac.authorization.k8s.io/ClusterRole',
      'rbac.authorization.k8s.io/Role',
    ],
    ['rbac.authorization.k8s.io/ClusterRoleBinding', 'rbac.authorization.k8s.io/RoleBinding'],
  ].flatMap((kinds, stage) => kinds.map((kind): [string, number] => [kind, stage])),
)
const workloads = 3
const lastStage = 4
const last = new Set(['admissionregistration.k8s.io', 'apiregistration.k8s.io'])

/**
 * Manifests in stages: all of one stage can be applied side by side, and before the next. Within a stage they keep
 * their order, and no stage is empty.
 */
export function planStages(manifests: readonly Manifest[]): Manifest[][] {
  const stages: Manifest[][] = []
  for (const manifest of manifests) {
    const { group, kind } = manifest.id
    const stage = last.has(group) ? lastStage : (stageOf.get(`${group}/${kind}`) ?? workloads)
    stages[stage] ??= []
    stages[stage].push(manifest)
  }
  return stages.filter(stage => stage !== undefined)
}

/** One run of kubectl takes up to this many objects in order: more runs cost more than they bring. */
const mostInOneRun = 150
/** Its own limit is 50 requests a second after a burst of 300, of which discovery takes some. */
const mostInOnePart = 250
const mostParts = 4

/**
 * The runs of kubectl for these manifests: runs of one inner list go side by side, and before the next. A few objects
 * go in one run, since kubectl applies what it reads in order; but it goes on where one is refused, so what may refuse
 * others in turn always has a run of its own.
 */
export function planRuns(manifests: readonly Manifest[]): Manifest[][][] {
  const stages = planStages(manifests)
  if (manifests.length > mostInOneRun) {
    return stages.map(stage => splitEvenly(stage, partsOf(stage.length)))
  }
  const isLast = ({ id }: Manifest) => last.has(id.group)
  const first = stages.flat().filter(manifest => !isLast(manifest))
  return [first, manifests.filter(isLast)].filter(run => run.length > 0).map(run => [run])
}

function partsOf(count: number): number {
  if (count <= mostInOneRun / 2) return 1
  return Math.max(mostParts, Math.ceil(count / mostInOnePart))
}

function splitEvenly<Item>(items: readonly Item[], parts: number): Item[][] {
  const size = Math.ceil(items.length / parts)
  return Array.from({ length: parts }, (_, part) => items.slice(part * size, (part + 1) * size)).filter(
    part => part.length > 0,
  )
}
