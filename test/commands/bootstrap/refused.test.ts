import { expect, it } from 'vitest'
import { lo } from '../../helpers/lo.js'
import { clusterSpec, makeProject } from '../../helpers/project.js'

const projectWith = (bootstrap: string, files: Record<string, string> = {}) =>
  makeProject({
    'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com', bootstrap),
    ...files,
  })

it('refuses a cluster without a kubeconfig, even where there is nothing to apply', async () => {
  const cwd = projectWith('  bootstrap: []\n')
  const { exitCode, stderr } = await lo(['bootstrap', 'example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('The cluster of example.com has no kubeconfig')
  expect(stderr).toContain('next: Run `lo provision example.com`')
})

it('says that there is nothing to bootstrap', async () => {
  const cwd = projectWith('  bootstrap: []\n', { '.kubeconfig/test.yaml': '' })
  const { exitCode, stdout } = await lo(['bootstrap', 'example.com'], { cwd })
  expect([exitCode, stdout]).toEqual([0, 'example.com has nothing to bootstrap.'])
})

it('refuses a deployment domain, and names the one whose cluster it is', async () => {
  const cwd = projectWith('', {
    'clusters/api.example.com/deploy.lok8s.yaml':
      'apiVersion: cluster.lok8s.dev/v1beta1\nkind: Deploy\nmetadata: { name: api }\nspec: { clusterRef: { domain: example.com } }\n',
  })
  const { exitCode, stderr } = await lo(['bootstrap', 'api.example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('next: Name example.com instead.')
})

it.each(['bootstrap', 'provision'])('%s refuses a mistake in an entry with its place', async command => {
  const cwd = projectWith('  bootstrap: [cilum]\n', { '.kubeconfig/test.yaml': '' })
  const { exitCode, stderr } = await lo([command, 'example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('clusters/example.com/cluster.lok8s.yaml:6:15: addon not found: "cilum"')
  expect(stderr).toContain('did you mean "cilium"?')
})

it('destroys, whatever is wrong with the entries', async () => {
  const cwd = projectWith('  bootstrap: [cilum]\n')
  const { exitCode, stdout } = await lo(['destroy', 'example.com', '--yes'], { cwd })
  expect([exitCode, stdout]).toEqual([0, 'There is nothing to remove.'])
})
