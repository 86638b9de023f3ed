import { expect, it } from 'vitest'
import { lo, loJson } from '../helpers/lo.js'
import { clusterSpec, makeProject } from '../helpers/project.js'

const secret =
  'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { a: hunter2, b: "${LOK8S_USER_OPEN}", c: "${LOK8S_SPEC_CLUSTER_NAME}" }\n'
const project = () =>
  makeProject({
    'clusters/example.com/cluster.lok8s.yaml': clusterSpec(
      'example.com',
      '  bootstrap:\n    - pool: { name: addresses }\n    - ./own\n',
    ),
    'clusters/example.com/own/kustomization.yaml': 'resources: [a.yaml]\n',
    'clusters/example.com/own/a.yaml': secret,
    '.lok8s/addons/pool/kustomization.yaml': '# Our own addresses\nresources: [a.yaml]\n',
    '.lok8s/addons/pool/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: pool }\n',
  })

it('lists built-in addons and those of the project, and says which the cluster uses', async () => {
  const { document } = await loJson(['addons', '--domain', 'example.com'], { cwd: project() })
  expect(document.addons).toContainEqual({
    name: 'pool',
    origin: 'project',
    folder: '.lok8s/addons/pool',
    summary: 'Our own addresses',
    usedAs: ['addresses'],
  })
  expect(document.addons).toContainEqual({
    name: 'cilium',
    origin: 'built-in',
    summary: 'The network between pods, and network policies',
    chart: expect.stringMatching(/^cilium \d/),
    usedAs: [],
  })
  expect(document.addons).toContainEqual(
    expect.objectContaining({ folder: 'clusters/example.com/own', usedAs: ['own'] }),
  )
})

it('lists in columns, also where no domain is active', async () => {
  const cwd = project()
  const { stdout } = await lo(['addons', '--domain', 'example.com'], { cwd })
  expect(stdout).toMatch(
    /^Addons for example\.com:\npool +used as addresses +\.lok8s\/addons\/pool +Our own addresses$/m,
  )
  const { stdout: plain, exitCode } = await lo(['addons'], { cwd })
  expect(exitCode).toBe(0)
  expect(plain).toMatch(/^metrics-server +built-in +metrics-server \d/m)
})

it('shows what an addon would apply, by the name of the entry or its own, without secrets', async () => {
  const cwd = project()
  const show = async (name: string) => (await lo(['addons', name, '--domain', 'example.com'], { cwd })).stdout
  expect(await show('addresses')).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: pool')
  expect(await show('pool')).toBe(await show('addresses'))
  const own = await show('own')
  expect(own).toContain('a: "***"')
  expect(own).toContain('b: "${LOK8S_USER_OPEN}"')
  expect(own).toContain('c: "***"')
})

it('refuses a name that is no addon, and proposes one', async () => {
  const { exitCode, stderr } = await lo(['addons', 'cilum', '--domain', 'example.com'], { cwd: project() })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('error: There is no addon "cilum".\nnext: did you mean "cilium"?')
})
