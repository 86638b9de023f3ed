import { expect, it } from 'vitest'
import { lintProject } from '../../src/lint/lint.js'
import { findProject, listDomains } from '../../src/project/index.js'
import { recordEvents } from '../helpers/events.js'
import { clusterSpec, configMapTarget, makeProject } from '../helpers/project.js'

const domain = 'example.com'
const folder = `clusters/${domain}`
const spec = { [`${folder}/cluster.lok8s.yaml`]: clusterSpec(domain) }
const web = configMapTarget(domain, 'web')

/** What is found in a project of these files: `level file:line message`. */
function lint(files: Record<string, string>, env: Record<string, string> = {}): string[] {
  const root = makeProject(files)
  const { output } = recordEvents()
  const ctx = { cwd: root, env, output }
  const project = findProject(root, ctx)
  const domains = listDomains(project)
  return lintProject(project, domains, domains, ctx).flatMap(({ findings }) =>
    findings.map(({ level, file, line, message }) =>
      [level, [file, line].filter(Boolean).join(':'), message].join(' '),
    ),
  )
}

const artifact = (target: string, text: string) => ({
  [`${folder}/targets/${target}/kustomization.yaml`]: 'resources: []\n',
  [`${folder}/artifacts/${target}/artifacts.yaml`]: text,
  [`${folder}/artifacts/${target}/kustomization.yaml`]:
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- artifacts.yaml\n',
})

const object = (apiVersion: string, kind: string, name: string, more = '') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`

it('finds nothing in a project that is as it should be', () => {
  expect(lint({ ...spec, ...web })).toEqual([])
})

it.each([
  [
    'a spec that is wrong',
    { [`${folder}/cluster.lok8s.yaml`]: clusterSpec(domain, '  nodse: 2\n') },
    [`error ${folder}/cluster.lok8s.yaml:6 unknown key "nodse" in spec`],
  ],
  [
    'a deployment into a domain that is not there',
    {
      ...spec,
      ...web,
      'clusters/api.test/deploy.lok8s.yaml':
        'apiVersion: cluster.lok8s.dev/v1beta1\nkind: Deploy\nmetadata: { name: api }\nspec: { clusterRef: { domain: exmple.com } }\n',
    },
    ['error clusters/api.test/deploy.lok8s.yaml:4 there is no domain "exmple.com" in clusters/'],
  ],
  [
    'a bootstrap entry without an addon',
    { [`${folder}/cluster.lok8s.yaml`]: clusterSpec(domain, '  bootstrap: [./nowhere]\n'), ...web },
    [
      expect.stringMatching(
        /^error clusters\/example\.com\/cluster\.lok8s\.yaml:6 addon not found: "\.\/nowhere"/,
      ),
    ],
  ],
  [
    'a cluster domain below another one',
    {
      ...spec,
      ...web,
      'clusters/a.example.com/cluster.lok8s.yaml': clusterSpec('a.example.com'),
      ...configMapTarget('a.example.com', 'web'),
    },
    [
      'error clusters/a.example.com/cluster.lok8s.yaml a.example.com is a subdomain of example.com, which is a cluster too',
    ],
  ],
  ['a domain without targets', spec, [`warning ${folder} there is no folder targets/ in it`]],
  [
    'a target without a kustomization',
    { ...spec, [`${folder}/targets/web/configmap.yaml`]: 'kind: ConfigMap\n' },
    [`warning ${folder}/targets/web there is no kustomization.yaml in it`],
  ],
  [
    'paths in a kustomization that lead nowhere, and none of those that are remote',
    {
      ...spec,
      [`${folder}/targets/web/kustomization.yaml`]:
        'resources:\n- gone.yaml\n- https://example.com/all.yaml\n- github.com/owner/repo?ref=v1\ncomponents:\n- ../base\npatches:\n- path: patch.yaml\n',
      [`${folder}/targets/base/kustomization.yaml`]: 'resources:\n- lost.yaml\n',
    },
    [
      `error ${folder}/targets/base/kustomization.yaml:2 there is no lost.yaml`,
      `error ${folder}/targets/web/kustomization.yaml:2 there is no gone.yaml`,
      `error ${folder}/targets/web/kustomization.yaml:8 there is no patch.yaml`,
    ],
  ],
  [
    'variables that nothing sets, or that are never replaced',
    {
      ...spec,
      ...web,
      [`${folder}/targets/web/configmap.yaml`]: object(
        'v1',
        'ConfigMap',
        'web',
        'data:\n  a: ${LOK8S_USER_TEAM}\n  b: $LOK8S_SPEC_CLUSTER_NAME\n  c: ${LOK8S_TEAM}\n  d: ${LOK8S_USER_API_HOST}\n  e: ${LOK8S_USER_SET}\n',
      ),
    },
    [
      `warning ${folder}/targets/web/configmap.yaml:6 LOK8S_USER_TEAM is not set`,
      `warning ${folder}/targets/web/configmap.yaml:8 LOK8S_TEAM is never replaced`,
    ],
  ],
  [
    'a manifest without the label that another one has',
    {
      ...spec,
      ...web,
      ...configMapTarget(domain, 'db'),
      [`${folder}/targets/db/configmap.yaml`]:
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: db\n  labels:\n    lok8s.dev/type: system\n',
    },
    [`warning ${folder}/targets/web/configmap.yaml there is no label lok8s.dev/… in it, as others have`],
  ],
  [
    'Secrets in clear text, and in two stores',
    {
      ...spec,
      ...web,
      [`${folder}/secrets/Secret.db.yaml`]: 'kind: Secret\ndata:\n  a: YQ==\n',
      [`${folder}/secrets/Secret.db.yaml.enc`]: 'kind: Secret\ndata:\n  a: YQ==\n',
      [`${folder}/secrets/token`]: 'abc',
      '.secrets/token': 'abc',
    },
    [
      `warning ${folder}/secrets/Secret.db.yaml a Secret in clear text`,
      `warning ${folder}/secrets/token the same file stands in .secrets/token, and this one is taken`,
    ],
  ],
  [
    'an object in two targets, but for namespaces',
    {
      ...spec,
      ...artifact(
        'a',
        `${object('v1', 'Namespace', 'n')}---\n${object('v1', 'ConfigMap', 'c', '  namespace: n\n')}`,
      ),
      ...artifact(
        'b',
        `${object('v1', 'Namespace', 'n')}---\n${object('v1', 'ConfigMap', 'c', '  namespace: n\n')}`,
      ),
    },
    [`warning ${folder}/artifacts/b/artifacts.yaml ConfigMap n/c stands in the target a too`],
  ],
  [
    'a custom resource that nothing defines',
    { ...spec, ...artifact('a', object('example.org/v1', 'Widget', 'w')) },
    [
      `warning ${folder}/artifacts/a/artifacts.yaml Widget.example.org w: no target and no addon brings the CustomResourceDefinition of Widget (example.org)`,
    ],
  ],
  [
    'an artifact that is none',
    { ...spec, ...artifact('a', 'kind: ConfigMap\nmetadata: [\n') },
    [expect.stringContaining(`error ${folder}/artifacts/a/artifacts.yaml`)],
  ],
])('finds %s', (_what, files, expected) => {
  expect(lint(files, { LOK8S_USER_SET: 'yes' })).toEqual(expected)
})

it('knows the kinds that targets and plain addons of the project define', () => {
  const definition = object(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'widgets.example.org',
    'spec:\n  group: example.org\n  names:\n    kind: Widget\n    plural: widgets\n  scope: Namespaced\n',
  )
  const widget = artifact('a', object('example.org/v1', 'Widget', 'w'))
  expect(lint({ ...spec, ...widget, ...artifact('b', definition) })).toEqual([])
  const addon = {
    [`${folder}/cluster.lok8s.yaml`]: clusterSpec(domain, '  bootstrap: [widgets]\n'),
    '.lok8s/addons/widgets/kustomization.yaml': 'resources: [crd.yaml]\n',
    '.lok8s/addons/widgets/crd.yaml': definition,
  }
  expect(lint({ ...widget, ...addon })).toEqual([])
})

it('finds variables of an addon that neither its entry nor anything else sets', () => {
  const addon = {
    [`${folder}/cluster.lok8s.yaml`]: clusterSpec(
      domain,
      '  bootstrap:\n    - boxes: { env: { LOK8S_USER_MAIL: a@example.com } }\n',
    ),
    '.lok8s/addons/boxes/kustomization.yaml': 'resources: [box.yaml]\n',
    '.lok8s/addons/boxes/box.yaml': object(
      'v1',
      'ConfigMap',
      'box',
      'data:\n  size: ${LOK8S_USER_SIZE}\n  mail: ${LOK8S_USER_MAIL}\n  set: ${LOK8S_USER_SET}\n',
    ),
  }
  expect(lint({ ...web, ...addon }, { LOK8S_USER_SET: 'yes' })).toEqual([
    'warning .lok8s/addons/boxes/box.yaml:6 LOK8S_USER_SIZE is not set',
  ])
})
