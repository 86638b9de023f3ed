import { cpSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, onTestFinished } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from './helpers/cluster.js'
import { lo, loJson } from './helpers/lo.js'
import { makeFolder } from './helpers/project.js'

const domain = 'platform.example.com'
const examples = path.resolve(import.meta.dirname, '../examples/platform')

itOnCluster(
  'brings the platform up in the order of its graph, once, and takes it down',
  { timeout },
  async () => {
    const cwd = makeFolder()
    for (const folder of ['clusters', '.lok8s'])
      cpSync(path.join(examples, folder), path.join(cwd, folder), { recursive: true })
    const plane = inject('controlPlane')
    const assets: Record<string, string> = 'assets' in plane ? { KUBEBUILDER_ASSETS: plane.assets } : {}
    const options = { cwd, env: { ...assets, XDG_CACHE_HOME: path.join(cwd, 'cache') } }
    onTestFinished(async () => {
      await lo(['destroy', domain, '--yes'], options)
    })

    const up = await lo(['up', domain], options)
    expect(up).toMatchObject({ exitCode: 0 })
    expect(up.stdout).toContain('Addons:     6 applied')
    expect(up.stdout).toMatch(/^app +healthy/m)
    const order = [...up.stdout.matchAll(/^(\w+) +created +\d+ objects? /gm)].map(([, name]) => name!)
    const position = (name: string) => order.indexOf(name)
    expect([...order].sort()).toEqual(['certificates', 'ingress', 'issuers', 'metrics', 'network', 'storage'])
    expect(position('network')).toBe(0)
    expect(position('metrics')).toBeGreaterThan(position('storage'))
    expect(position('issuers')).toBeGreaterThan(position('certificates'))
    expect(position('ingress')).toBeGreaterThan(position('certificates'))
    expect(up.stderr).toMatch(/^addons done in .+; what took longest: network → /m)

    const { document: plan } = await loJson(['provision', domain, '--plan'], options)
    expect(new Set(plan.plan.map(({ action }: { action: string }) => action))).toEqual(new Set(['keep']))
    const { document: again } = await loJson(['provision', domain], options)
    expect(again.bootstrap.entries.map(({ outcome }: { outcome: string }) => outcome)).toEqual(
      Array(6).fill('unchanged'),
    )
    expect(await lo(['down', domain, '--yes'], options)).toMatchObject({ exitCode: 0 })
  },
)
