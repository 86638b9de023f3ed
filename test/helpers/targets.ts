import path from 'node:path'
import { execa } from 'execa'
import { inject } from 'vitest'
import { clusterSpec, makeProject, readTree, writeFiles } from './project.js'

export const domainFolder = 'clusters/example.com'

/** A project with the one domain example.com. `files` are those of its targets, by path in `targets/`. */
export function makeTargets(files: Record<string, string>, more: Record<string, string> = {}): string {
  const root = makeProject({ [`${domainFolder}/cluster.lok8s.yaml`]: clusterSpec('example.com'), ...more })
  writeTargets(root, files)
  return root
}

export function writeTargets(root: string, files: Record<string, string>): void {
  writeFiles(path.join(root, domainFolder, 'targets'), files)
}

export const targetFolder = (root: string, target = 'web') => path.join(root, domainFolder, 'targets', target)
export const artifactFolder = (root: string, target = 'web') =>
  path.join(root, domainFolder, 'artifacts', target)

/** All files in `artifacts/`, what a build has left behind among them. */
export const readArtifacts = (root: string) => readTree(path.join(root, domainFolder, 'artifacts'))
export const readArtifact = (root: string, target = 'web') => readTree(artifactFolder(root, target))

export const configMap = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`

/** The files of a target with these resources. */
export function targetOf(target: string, ...resources: string[]): Record<string, string> {
  return {
    [`${target}/kustomization.yaml`]: 'resources: [resources.yaml]\n',
    [`${target}/resources.yaml`]: resources.join('---\n'),
  }
}

/** What the renderer itself prints for a folder: the measure of every artifact. */
export async function render(
  folder: string,
  {
    renderer = 'kustomize',
    env = {},
  }: { renderer?: 'kustomize' | 'kubectl'; env?: Record<string, string> } = {},
): Promise<string> {
  const PATH = inject('renderers')[renderer]
  const command = renderer === 'kustomize' ? 'build' : 'kustomize'
  const { stdout } = await execa(path.join(PATH, renderer), [command, '--enable-alpha-plugins', folder], {
    env: { PATH, HOME: folder, ...env },
    extendEnv: false,
    stripFinalNewline: false,
  })
  return stdout
}
