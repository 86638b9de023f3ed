import { parse } from 'yaml'
import { splitDocuments } from '../../build/resource.js'
import { LoError } from '../../errors.js'
import type { Chart, Selector } from '../../project/spec/chart.js'

interface Head {
  apiVersion?: unknown
  kind?: unknown
  metadata?: { name?: unknown; namespace?: unknown; annotations?: Record<string, unknown> } | null
}

/**
 * Of what helm rendered, the objects that are to be applied: without hooks that are for another occasion, and as
 * `include` and `exclude` say. A selector that matches nothing is a mistake.
 */
export function selectObjects(rendered: string, { include, exclude }: Chart, subject: string): string {
  const documents = splitDocuments(rendered)
  const isPlain = !include && !exclude && !rendered.includes('helm.sh/hook')
  if (isPlain) return join(documents)
  const heads = documents.map(document => readHead(document, subject))
  for (const selector of [...(include ?? []), ...(exclude ?? [])]) {
    if (heads.some(head => matches(selector, head))) continue
    throw new LoError('RENDER_FAILED', `A selector in chart.yaml of ${subject} matches nothing.`, {
      detail: Object.entries(selector)
        .map(part => part.join(': '))
        .join('\n'),
    })
  }
  const isWanted = (head: Head) =>
    isForInstall(head) &&
    (include?.some(selector => matches(selector, head)) ?? true) &&
    !exclude?.some(selector => matches(selector, head))
  return join(documents.filter((_, index) => isWanted(heads[index]!)))
}

const join = (documents: string[]) => documents.map(document => `---\n${document.trimEnd()}\n`).join('')

function readHead(document: string, subject: string): Head {
  try {
    return (parse(document, { schema: 'failsafe', logLevel: 'silent' }) ?? {}) as Head
  } catch (cause) {
    throw new LoError('RENDER_FAILED', `The chart of ${subject} renders to what is no YAML.`, { cause })
  }
}

const occasions = ['pre-install', 'post-install', 'pre-upgrade', 'post-upgrade', 'crd-install']

/** A hook that runs when a release is deleted, rolled back or tested would do that right away. */
function isForInstall({ metadata }: Head): boolean {
  const hook = metadata?.annotations?.['helm.sh/hook']
  if (typeof hook !== 'string') return true
  return hook.split(',').some(occasion => occasions.includes(occasion.trim()))
}

function matches(selector: Selector, { apiVersion, kind, metadata }: Head): boolean {
  const found = { apiVersion, kind, namespace: metadata?.namespace, name: metadata?.name }
  return Object.entries(selector).every(([key, value]) => found[key as keyof Selector] === value)
}
