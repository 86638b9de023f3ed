import path from 'node:path'
import { LoError } from '../../src/errors.js'
import { findDomain } from '../../src/project/domain.js'
import type { Project } from '../../src/project/root.js'
import { type LoadedDomain, loadDomain } from '../../src/project/spec/load.js'
import { makeProject } from './project.js'

/** The project that these files make. */
export function projectOf(files: Record<string, string>): Project {
  const root = makeProject(files)
  return { root, clusters: path.join(root, 'clusters') }
}

/** Loads a domain of the project that these files make. */
export function load(files: Record<string, string>, name = 'example.com'): LoadedDomain {
  const project = projectOf(files)
  return loadDomain(project, findDomain(project, name))
}

/** Loads the cluster domain example.com with this spec. */
export function loadCluster(spec: string): LoadedDomain {
  return load({ 'clusters/example.com/cluster.lok8s.yaml': spec })
}

/** The `LoError` that is thrown; a test fails without one. */
export function errorOf(act: () => unknown): LoError {
  try {
    act()
  } catch (error) {
    if (error instanceof LoError) return error
    throw error
  }
  throw new Error('an error is expected here')
}
