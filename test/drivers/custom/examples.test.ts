import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, inject } from 'vitest'
import { customDriver } from '../../../src/drivers/custom/custom.js'
import { isAlive } from '../../../src/drivers/process.js'
import { placeOf } from '../../../src/drivers/rehearsal/place.js'
import { findRunning } from '../../../src/drivers/rehearsal/running.js'
import { connect } from '../../../src/kube/connect.js'
import { clusterTimeout } from '../../helpers/cluster.js'
import { realContext } from '../../helpers/context.js'
import { filesInDoc } from '../../helpers/doc-files.js'
import { writeFiles } from '../../helpers/project.js'
import { describeDriver } from '../contract.js'

const plane = inject('controlPlane')
const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'lo-drivers-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const domain = 'example.com'
const { [`clusters/${domain}/cluster.lok8s.yaml`]: specText = '', ...drivers } =
  filesInDoc('writing-a-driver.md')
const lo = path.resolve(import.meta.dirname, '../../../bin/lo.js')

describeExample('Nested')
describeExample('Twin')

/** The driver of the docs for this kind, in a project of its own. */
function describeExample(kind: string): void {
  const project = path.join(root, kind)
  const folder = path.join(project, '.lok8s/drivers', kind.toLowerCase())
  const env = {
    PATH: [path.join(project, 'bin'), inject('renderers').kustomize, '/usr/bin', '/bin'].join(':'),
    HOME: project,
    XDG_CACHE_HOME: path.join(project, 'cache'),
    ...('assets' in plane && { KUBEBUILDER_ASSETS: plane.assets }),
  }
  describeDriver({
    driver: customDriver(kind, folder),
    canRun: 'assets' in plane,
    timeout: clusterTimeout,
    prepare: async () => {
      const specFile = path.join(project, `clusters/${domain}/cluster.lok8s.yaml`)
      writeFiles(project, {
        ...drivers,
        [`clusters/${domain}/cluster.lok8s.yaml`]: specText.replace('Nested', kind),
        'bin/lo': `#!/bin/sh\nexec '${process.execPath}' '${lo}' "$@"\n`,
      })
      const { ctx } = await realContext({ cwd: project, env })
      const spec = {
        apiVersion: 'cluster.lok8s.dev/v1beta1' as const,
        kind,
        metadata: { name: 'example' },
        spec: { cluster: { domain, namespace: 'default' } },
      }
      const kubeconfig = path.join(project, '.kubeconfig/example.yaml')
      return { ctx, cluster: { name: 'example', domain, spec, specFile, root: project, kubeconfig } }
    },
    connect: text => {
      const file = path.join(project, 'under-test.yaml')
      writeFileSync(file, text)
      return connect(file, { now: () => performance.now() })
    },
    breakSome: async (cluster, ctx) => {
      const inner = { domain, root: path.join(cluster.root, `.${kind.toLowerCase()}`, domain) }
      const running = await findRunning(placeOf(inner, ctx.env), ctx)
      const server = running.get('kube-apiserver')!
      ctx.kill(server.pid, 'SIGKILL')
      while (await isAlive(server, ctx)) await ctx.sleep(10)
      return ['api-server']
    },
  })
}
