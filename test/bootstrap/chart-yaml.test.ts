import { expect, it } from 'vitest'
import { chartAddon, plan, problemsOf } from './plans.js'

const folder = '.lok8s/addons/a'
const remote = 'chart: x\nrepository: https://example.com/charts\nversion: 1.2.3\n'

it.each([
  ['of a repository', remote],
  ['of a registry', 'chart: x\nrepository: oci://example.com/charts\nversion: v1.2.3-rc.1\n'],
  [
    'with everything that khelm knows and lo can do',
    `${remote}name: n\nnamespace: m\nkubeVersion: "1.31.4"\napiVersions: [a/v1]\nexcludeCRDs: true\nexcludeHooks: true
verify: true\nkeyring: k\nreplaceLockFile: true\nvalueFiles: [v.yaml]\nvalues: { a: 1 }
include: [{ kind: A }]\nexclude: [{ apiVersion: a/v1, kind: B, namespace: c, name: d }]\nnamespacedOnly: false\n`,
  ],
])('takes a chart %s', (_what, more) => {
  expect(plan(['a'], chartAddon(folder, more)).entries).toMatchObject([
    { chart: { chart: expect.any(String) } },
  ])
})

it('takes a chart that stands in the addon, or elsewhere in the project', () => {
  const files = {
    ...chartAddon(folder, 'chart: charts/own\n'),
    [`${folder}/charts/own/Chart.yaml`]: '',
    ...chartAddon('.lok8s/addons/b', 'chart: ../../../charts/shared.tgz\n'),
    'charts/shared.tgz': '',
  }
  expect(plan(['a', 'b'], files).entries).toHaveLength(2)
})

it.each([
  [
    'a version that is a range',
    'chart: x\nrepository: https://example.com\nversion: 1.x\n',
    6,
    'version: expected a version such as v1.33.5, found "1.x"',
  ],
  [
    'no version',
    'chart: x\nrepository: https://example.com\n',
    undefined,
    'version: needed for a chart from a repository, so that two runs apply the same',
  ],
  [
    'a user in the address',
    'chart: x\nrepository: https://me:secret@example.com\nversion: 1.2.3\n',
    5,
    expect.stringContaining('no user'),
  ],
  [
    'an alias of a repository',
    'chart: x\nrepository: "@stable"\nversion: 1.2.3\n',
    5,
    expect.stringContaining('an address that begins with https://'),
  ],
  ['an unknown key', `${remote}valuesFiles: []\n`, 7, 'unknown key "valuesFiles"'],
  ['no chart', 'version: 1.2.3\n', undefined, expect.stringContaining('chart is missing')],
  ['a chart that is not there', 'chart: charts/own\n', 4, `there is no chart ${folder}/charts/own`],
  ['a chart outside of the project', 'chart: ../../../../x\n', 4, 'this leads out of the project'],
  [
    'a namespace for everything',
    `${remote}forceNamespace: x\n`,
    7,
    expect.stringContaining('use `namespace` in kustomization.yaml'),
  ],
  [
    'a check that lo cannot make',
    `${remote}namespacedOnly: true\n`,
    7,
    expect.stringContaining('lo cannot check that'),
  ],
  ['no YAML', 'chart: [\n', 5, expect.anything()],
])('refuses %s', (_what, more, line, message) => {
  const problems = problemsOf(['a'], chartAddon(folder, more))
  expect(problems[0]).toMatchObject({ file: `${folder}/chart.yaml`, message, ...(line && { line }) })
  expect(JSON.stringify(problems)).not.toContain('me:secret')
})

it('refuses a descriptor of something else', () => {
  const files = {
    ...chartAddon(folder, remote),
    [`${folder}/chart.yaml`]: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\nchart: x\n',
  }
  expect(problemsOf(['a'], files).map(({ line }) => line)).toEqual([1, 2])
})
