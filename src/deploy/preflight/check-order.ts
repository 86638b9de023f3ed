import { LoError, type Problem } from '../../errors.js'
import { showId } from '../../kube/object.js'
import { customKindOf, isDefinition } from '../artifact/custom-kind.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import type { PlannedTarget } from '../deploy.js'
import { hasNamespace } from './locate.js'

/** Something that an object of one target stands on, and that a later target brings. */
interface Need {
  manifest: Manifest
  target: string
  /** The name of a namespace, or a group and a kind. */
  what: string
  bringer: string
}

/**
 * Throws `DEPLOY_REFUSED` when a target stands on a namespace or a definition that only a later one brings, and that
 * is not there yet: targets are applied one after the other, so it would wait in vain.
 */
export async function checkOrder(
  targets: readonly PlannedTarget[],
  domain: string,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  signal: AbortSignal,
): Promise<void> {
  const asked = new Map<string, Promise<boolean>>()
  const isThere = (what: string, ask: () => Promise<boolean>) => {
    const answer = asked.get(what) ?? ask()
    asked.set(what, answer)
    return answer
  }
  const namespaces = laterNeeds(targets, namespaceOf, ({ id }) => id.namespace)
  const kinds = laterNeeds(targets, kindOf, ({ id }) => `${id.group}/${id.kind}`)
  const missing = [
    ...(await filter(namespaces, ({ what }) => isThere(what, () => hasNamespace(api, what, signal)))),
    ...(await filter(kinds, ({ what, manifest: { apiVersion, id } }) =>
      isThere(what, async () => Boolean(await resources.find({ apiVersion, kind: id.kind }))),
    )),
  ]
  if (missing.length > 0) throw wrongOrder(missing, targets, domain)
}

const namespaceOf = ({ id }: Manifest) => (id.group === '' && id.kind === 'Namespace' ? id.name : undefined)

function kindOf(manifest: Manifest): string | undefined {
  const custom = isDefinition(manifest) ? customKindOf(manifest) : undefined
  return custom && `${custom.group}/${custom.kind}`
}

function laterNeeds(
  targets: readonly PlannedTarget[],
  broughtBy: (manifest: Manifest) => string | undefined,
  neededBy: (manifest: Manifest) => string | undefined,
): Need[] {
  const bringers = new Map<string, number>()
  for (const [index, { manifests }] of targets.entries()) {
    for (const manifest of manifests) {
      const what = broughtBy(manifest)
      if (what !== undefined && !bringers.has(what)) bringers.set(what, index)
    }
  }
  return targets.flatMap(({ target, manifests }, index) =>
    manifests.flatMap(manifest => {
      const what = neededBy(manifest) ?? ''
      const bringer = bringers.get(what) ?? -1
      return bringer > index ? [{ manifest, target, what, bringer: targets[bringer]!.target }] : []
    }),
  )
}

/** Those for which the answer is no. */
async function filter(needs: readonly Need[], isMet: (need: Need) => Promise<boolean>): Promise<Need[]> {
  const answers = await Promise.all(needs.map(isMet))
  return needs.filter((_, index) => !answers[index])
}

const said = (what: string) =>
  what.includes('/') ? `the kind ${what.split('/')[1]}` : `the namespace ${what}`

const mostProblems = 10

function wrongOrder(missing: readonly Need[], targets: readonly PlannedTarget[], domain: string): LoError {
  const problems: Problem[] = missing.slice(0, mostProblems).map(({ manifest, target, what, bringer }) => ({
    file: manifest.file,
    line: manifest.line,
    message: `${showId(manifest.id)} of ${target} needs ${said(what)}, which ${bringer} brings later`,
  }))
  const bringers = new Set(missing.map(({ bringer }) => bringer))
  const names = targets.map(({ target }) => target)
  const order = [...names.filter(name => bringers.has(name)), ...names.filter(name => !bringers.has(name))]
  return new LoError('DEPLOY_REFUSED', 'There are targets that need what a later one brings.', {
    problems,
    hint: `Name them in another order: \`lo deploy ${domain} ${order.join(' ')}\`. Without names they go by the alphabet, so renaming them helps for good. Nothing has been applied.`,
  })
}
