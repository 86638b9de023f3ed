import { readFileSync } from 'node:fs'
import path from 'node:path'
import { builtInFolder } from '../bootstrap/built-in.js'
import { type BootstrapPlan, planBootstrap } from '../bootstrap/plan.js'
import { type CustomKind, customKindOf, isDefinition } from '../deploy/artifact/custom-kind.js'
import { type Manifest, parseManifests } from '../deploy/artifact/manifest.js'
import { readArtifacts, type TargetArtifact } from '../deploy/artifact/read-artifact.js'
import { isBuiltInGroup } from '../deploy/preflight/built-in-group.js'
import { LoError } from '../errors.js'
import { keyOf, showId } from '../kube/object.js'
import type { Project } from '../project/root.js'
import type { LoadedDomain } from '../project/spec/load.js'
import { doubt, type Finding } from './finding.js'
import { lintKustomization } from './lint-kustomization.js'
import { orMistakes } from './lint-spec.js'

/** What the artifacts that are there say about each other. A target that is not built is passed over. */
export function lintArtifacts(project: Project, loaded: LoadedDomain, targets: readonly string[]): Finding[] {
  const findings: Finding[] = []
  const artifacts: TargetArtifact[] = []
  for (const target of targets) {
    const read = orMistakes(() => readBuilt(target, project, loaded))
    if ('findings' in read) findings.push(...read.findings)
    else artifacts.push(...read.value)
  }
  return [...findings, ...findShared(artifacts), ...findForeign(artifacts, project, loaded)]
}

function readBuilt(target: string, { root }: Project, { domain }: LoadedDomain): TargetArtifact[] {
  try {
    return readArtifacts([target], { root, folder: domain.folder })
  } catch (error) {
    if (error instanceof LoError && error.code === 'ARTIFACT_MISSING') return []
    throw error
  }
}

/** One object in two targets goes back and forth between them. A Namespace that both need is none of that. */
function findShared(artifacts: readonly TargetArtifact[]): Finding[] {
  const owners = new Map<string, string>()
  return artifacts.flatMap(({ target, manifests }) =>
    manifests.flatMap(({ id, file }) => {
      const key = keyOf(id)
      const owner = owners.get(key)
      if (owner === undefined) owners.set(key, target)
      if (owner === undefined || (id.kind === 'Namespace' && id.group === '')) return []
      return [doubt({ file, message: `${showId(id)} stands in the target ${owner} too` })]
    }),
  )
}

/** Objects of kinds that no target and no addon defines. */
function findForeign(
  artifacts: readonly TargetArtifact[],
  project: Project,
  { cluster }: LoadedDomain,
): Finding[] {
  const manifests = artifacts.flatMap(({ manifests }) => manifests)
  const plan = orMistakes(() => planBootstrap(project, cluster))
  if (!('value' in plan) || bringsUnknown(plan.value)) return []
  const defined = [...manifests, ...manifestsOf(plan.value, project)]
    .filter(isDefinition)
    .flatMap(customKindOf)
  const known = new Set(defined.flatMap(kind => (kind ? keyOfKind(kind) : [])))
  return manifests.flatMap(({ id, file }) => {
    const isKnown = isBuiltInGroup(id.group) || known.has(keyOfKind(id)) || bringsGroup(plan.value, id.group)
    if (isKnown) return []
    const message = `no target and no addon brings the CustomResourceDefinition of ${id.kind} (${id.group})`
    return [doubt({ file, message: `${showId(id)}: ${message}` })]
  })
}

const keyOfKind = ({ group, kind }: Pick<CustomKind, 'group' | 'kind'>) => `${group}/${kind}`

/** What is in a chart is known only when it is rendered; of our own addons it is known anyway. */
const bringsUnknown = ({ entries }: BootstrapPlan) =>
  entries.some(({ chart, isBuiltIn }) => chart && !isBuiltIn)

const groupsOfAddons: Record<string, RegExp> = {
  cilium: /(^|\.)cilium\.io$/,
  'cert-manager': /(^|\.)cert-manager\.io$/,
  metallb: /(^|\.)metallb\.io$/,
}

function bringsGroup({ entries }: BootstrapPlan, group: string): boolean {
  return entries.some(({ isBuiltIn, folder }) => {
    if (!isBuiltIn) return false
    return groupsOfAddons[path.relative(builtInFolder(), folder)]?.test(group) ?? false
  })
}

function manifestsOf({ entries }: BootstrapPlan, project: Project): Manifest[] {
  const plain = entries.filter(({ chart }) => !chart)
  return plain.flatMap(({ folder }) =>
    lintKustomization(project, folder).files.flatMap(({ file }) => {
      const read = orMistakes(() => parseManifests(readFileSync(path.join(project.root, file), 'utf8'), file))
      return 'value' in read ? read.value : []
    }),
  )
}
