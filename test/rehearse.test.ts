import { cpSync, existsSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, inject } from 'vitest'
import { clusterTimeout, itOnCluster } from './helpers/cluster.js'
import { makeFolder } from './helpers/project.js'

const root = path.resolve(import.meta.dirname, '..')

itOnCluster(
  'takes the quick start from nothing to healthy and away again, as the README says',
  { timeout: clusterTimeout },
  async () => {
    const plane = inject('controlPlane')
    const project = makeFolder()
    cpSync(path.join(root, 'examples/quick-start/clusters'), path.join(project, 'clusters'), {
      recursive: true,
    })
    const cache = path.join(project, 'cache')
    const { stdout } = await execa(path.join(root, 'scripts/rehearse.sh'), [project], {
      env: {
        PATH: `${inject('renderers').kustomize}:${process.env.PATH}`,
        HOME: project,
        XDG_CACHE_HOME: cache,
        ...('assets' in plane && { KUBEBUILDER_ASSETS: plane.assets }),
      },
      extendEnv: false,
    })
    expect(stdout).toMatch(/^namespace {2}healthy/m)
    expect(stdout).toMatch(/^web {8}healthy/m)
    expect(stdout).toMatch(/^worker {5}healthy/m)
    expect(stdout).toContain('Nodes:   1 of 1 ready')
    expect(stdout).toMatch(/^ {2}web +deployed.*, 3 of 3 healthy$/m)
    expect(stdout.trimEnd()).toMatch(/Removed the cluster of quick\.example\.com\.$/)
    expect(existsSync(path.join(project, '.kubeconfig'))).toBe(false)
  },
)
