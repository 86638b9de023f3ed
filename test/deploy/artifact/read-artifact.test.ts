import path from 'node:path'
import { expect, it } from 'vitest'
import { planArtifact } from '../../../src/build/artifact.js'
import { readArtifacts } from '../../../src/deploy/artifact/read-artifact.js'
import { showId } from '../../../src/kube/object.js'
import { configMap, custom, deployment } from '../../helpers/manifests.js'
import { makeProject, writeFiles } from '../../helpers/project.js'

const artifacts = 'clusters/example.com/artifacts'

function read(files: Record<string, string>, targets = ['web']) {
  const root = makeProject({})
  writeFiles(path.join(root, artifacts), files)
  return readArtifacts(targets, { root, folder: path.join(root, 'clusters/example.com') })
}

/** What is wrong, as `file:line message`. */
function mistakes(files: Record<string, string>, targets?: string[]) {
  try {
    read(files, targets)
    return undefined
  } catch (error) {
    const { code, problems } = error as {
      code: string
      problems: { file: string; line?: number; message: string }[]
    }
    const lines = problems.map(
      ({ file, line, message }) => `${path.relative(artifacts, file)}:${line ?? ''} ${message}`,
    )
    return [code, ...lines]
  }
}

const one = (text: string) => ({
  'web/kustomization.yaml': 'resources:\n- artifacts.yaml\n',
  'web/artifacts.yaml': text,
})

it.each(['single', 'split'] as const)('reads the %s layout, the text of each object as it stands', layout => {
  const documents = [deployment('b'), configMap('a', '"no"'), custom('example.com', 'Box', 'c')]
  const files = planArtifact(Buffer.from(documents.join('---\n')), layout).files
  const named = [...files].map(([name, content]) => [`web/${name}`, content.toString()])
  const [artifact] = read(Object.fromEntries(named))
  expect(artifact!.manifests.map(({ id, text }) => [showId(id), text])).toEqual([
    ['Deployment b', documents[0]],
    ['ConfigMap a', documents[1]],
    ['Box.example.com c', documents[2]],
  ])
  expect(artifact!.digest).toBe('f4a27a02424db0f2f6840d07f77e9852c4a0b9e81bd89219b6da13176765e59d')
})

it('knows a text as another version when a single byte differs', () => {
  const digests = ['one', 'two', 'One'].map(value => read(one(configMap('a', value)))[0]!.digest)
  expect(new Set(digests).size).toBe(3)
})

it('leaves out the files that the list does not name', () => {
  const files = { ...one(configMap('a')), 'web/ConfigMap.b.yaml': configMap('b'), 'web/notes.txt': 'none' }
  expect(read(files)[0]!.manifests.map(({ id }) => id.name)).toEqual(['a'])
})

it('names every target without an artifact at once', () => {
  expect(mistakes(one(configMap('a')), ['web', 'db', 'app'])).toEqual([
    'ARTIFACT_MISSING',
    'db/kustomization.yaml: there is no such file',
    'app/kustomization.yaml: there is no such file',
  ])
})

it.each([
  ['', 'this is no YAML'],
  ['apiVersion: kustomize.config.k8s.io/v1beta1\n', 'it lists no resources'],
  ['resources: [artifacts.yaml\n', 'this is no YAML'],
  ['resources: [../web/artifacts.yaml]\n', '"../web/artifacts.yaml" is no file of this artifact'],
  ['resources: [https://example.com/a.yaml]\n', '"https://example.com/a.yaml" is no file of this artifact'],
  [
    'resources: [artifacts.yaml]\nnamePrefix: a-\n',
    '"namePrefix" would have no effect here: lo build writes resources alone',
  ],
])('refuses the list %j, which does not say what is applied', (list, message) => {
  expect(mistakes({ ...one(configMap('a')), 'web/kustomization.yaml': list })).toEqual([
    'DEPLOY_REFUSED',
    `web/kustomization.yaml: ${message}`,
  ])
})

it('says all that is wrong with the artifacts of all targets, with file and line', () => {
  const text = [
    configMap('a'),
    configMap('a', '${LOK8S_USER_HOST}'),
    `${configMap('twice')}  key: again\n`,
    'kind: ConfigMap\nmetadata: { name: old }\n',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n',
    'apiVersion: v1\nkind: List\nmetadata: { name: all }\nitems: []\n',
    'a: {\n',
    '  - 1\n',
  ].join('---\n')
  const listed = { 'db/kustomization.yaml': 'resources: [ConfigMap.gone.yaml]\n' }
  expect(mistakes({ ...one(text), ...listed }, ['db', 'web'])).toEqual([
    'DEPLOY_REFUSED',
    'db/ConfigMap.gone.yaml: there is no such file, and kustomization.yaml lists it',
    'web/artifacts.yaml:21 this key stands in its map twice',
    'web/artifacts.yaml:23 this document has no apiVersion',
    'web/artifacts.yaml:26 this document has no kind, or no metadata.name',
    'web/artifacts.yaml:30 List all is no single object',
    expect.stringMatching(/^web\/artifacts.yaml:3\d Flow map/),
    'web/artifacts.yaml:37 this document has no kind, or no metadata.name',
    'web/artifacts.yaml:8 ${LOK8S_USER_HOST} is left over in ConfigMap a',
    'web/artifacts.yaml:8 ConfigMap a stands in it twice, before in clusters/example.com/artifacts/web/artifacts.yaml:1',
  ])
})
