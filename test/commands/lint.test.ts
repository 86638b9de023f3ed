import { expect, it } from 'vitest'
import { lo, loJson } from '../helpers/lo.js'
import { clusterSpec, configMapTarget, makeProject, readTree } from '../helpers/project.js'

const files = {
  'clusters/good.test/cluster.lok8s.yaml': clusterSpec('good.test'),
  ...configMapTarget('good.test', 'web'),
  'clusters/bad.test/cluster.lok8s.yaml': clusterSpec('bad.test', '  nodes: none\n'),
  ...configMapTarget('bad.test', 'web'),
}

it('checks all domains, tells each, and fails with the place of every mistake', async () => {
  const cwd = makeProject(files)
  const before = readTree(cwd)
  const { exitCode, stdout, stderr } = await lo(['lint'], { cwd })
  expect(exitCode).toBe(1)
  expect(stdout).toBe('bad.test: 1 error\ngood.test: ok')
  expect(stderr).toContain('error: There is a mistake.\nclusters/bad.test/cluster.lok8s.yaml:6:')
  expect(readTree(cwd)).toEqual(before)
})

it('checks the domain that is named, and answers programs', async () => {
  const cwd = makeProject(files)
  expect(await lo(['lint', 'good.test'], { cwd })).toEqual({
    exitCode: 0,
    stdout: 'good.test: ok',
    stderr: '',
  })
  const { exitCode, document } = await loJson(['lint', 'bad.test'], { cwd })
  expect(exitCode).toBe(1)
  expect(document).toMatchObject({
    ok: false,
    domains: [{ domain: 'bad.test', findings: [{ level: 'error', line: 6 }] }],
    error: { code: 'LINT_FAILED' },
  })
})
