import path from 'node:path'
import { expect, it } from 'vitest'
import { lo, loJson } from '../helpers/lo.js'
import { clusterSpec, makeProject } from '../helpers/project.js'

const files = {
  'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com'),
  'clusters/api.example.com/deploy.lok8s.yaml': `apiVersion: cluster.lok8s.dev/v1beta1
kind: Deploy
metadata: { name: api }
spec: { clusterRef: { domain: example.com } }
`,
}
const content = 'apiVersion: v1\nkind: Config\n'

it.each(['example.com', 'api.example.com'])('prints where the kubeconfig of %s is', async domain => {
  const cwd = makeProject({ ...files, '.kubeconfig/test.yaml': content })
  const file = path.join(cwd, '.kubeconfig/test.yaml')
  expect(await lo(['kubeconfig', domain], { cwd })).toEqual({ exitCode: 0, stdout: file, stderr: '' })
  expect((await loJson(['kubeconfig', domain], { cwd })).document).toEqual({
    ok: true,
    domain: 'example.com',
    kubeconfig: file,
    warnings: [],
  })
})

it('prints its content when asked to', async () => {
  const cwd = makeProject({ ...files, '.kubeconfig/test.yaml': content })
  expect((await lo(['kubeconfig', '--raw', 'example.com'], { cwd })).stdout).toBe(content.trimEnd())
  expect((await loJson(['kubeconfig', '--raw', 'example.com'], { cwd })).document).toMatchObject({ content })
})

it('finds a kubeconfig of the older name first', async () => {
  const older = '.kubeconfig/secret.example.com.yaml'
  const cwd = makeProject({ ...files, '.kubeconfig/test.yaml': content, [older]: content })
  expect((await lo(['kubeconfig', 'example.com'], { cwd })).stdout).toBe(path.join(cwd, older))
})

it('names the way to get one when there is none', async () => {
  const cwd = makeProject(files)
  const { exitCode, stderr } = await lo(['kubeconfig', 'api.example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toBe(
    `error: example.com has no kubeconfig .kubeconfig/test.yaml.\nnext: Run \`lo provision example.com\` first.`,
  )
})
