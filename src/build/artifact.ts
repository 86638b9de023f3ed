import { planFileNames } from './file-name.js'
import { countDocuments, identify, splitDocuments } from './resource.js'

export type Layout = 'single' | 'split'

/** The files of an artifact folder by name, `kustomization.yaml` among them. */
export interface Artifact {
  resources: number
  files: Map<string, Buffer>
}

export const listName = 'kustomization.yaml'
export const singleName = 'artifacts.yaml'

/** What a rendered target becomes on disk: one file, or one for each resource; and the list of them. */
export function planArtifact(rendered: Buffer, layout: Layout): Artifact {
  if (layout === 'single') {
    const files = new Map([
      [singleName, rendered],
      [listName, Buffer.from(formatList([singleName]))],
    ])
    return { resources: countDocuments(rendered.toString('latin1')), files }
  }
  const documents = splitDocuments(rendered.toString('utf8'))
  const names = planFileNames(documents.map(identify))
  const files = new Map(documents.map((document, index) => [names[index]!, Buffer.from(document)]))
  return { resources: documents.length, files: files.set(listName, Buffer.from(formatList(names))) }
}

const listHead = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'

function formatList(names: string[]): string {
  if (names.length === 0) return `${listHead}resources: []\n`
  return `${listHead}resources:\n${names.map(name => `- ${quote(name)}\n`).join('')}`
}

/** No plain scalar of YAML begins with `%`; nothing else in a file name of ours needs quotes. */
const quote = (name: string) => (name.startsWith('%') ? `'${name}'` : name)

/** The files that a list written by `formatList` names; hostile entries of a list that was not are no file names. */
export function parseList(list: string): string[] {
  return [...list.matchAll(/^- '?([^\s']+)'?$/gm)]
    .map(([, name]) => name!)
    .filter(name => /^[\w%-]+\.[\w%.-]+\.yaml$/.test(name))
}
