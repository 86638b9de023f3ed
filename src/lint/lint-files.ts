import { doubt, type Finding } from './finding.js'
import type { TargetFile } from './lint-kustomization.js'

const reference = /\$\{?(LOK8S_[A-Za-z0-9_]*)\}?/g
/** Set from the kubeconfig, which may not be there yet. */
const later = new Set(['LOK8S_USER_API_HOST', 'LOK8S_USER_API_PORT'])

/** Variables that nothing sets, each where it is used. `howToSet` is for people. */
export function lintVariables(
  files: readonly TargetFile[],
  variables: Readonly<Record<string, string | undefined>>,
  howToSet: string,
): Finding[] {
  return files.flatMap(({ file, text }) =>
    linesOf(text).flatMap(({ source, line }) =>
      [...source.matchAll(reference)].flatMap(({ 1: name = '', index }) => {
        if (later.has(name) || (isReplaced(name) && variables[name] !== undefined)) return []
        const message = isReplaced(name) ? `${name} is not set` : `${name} is never replaced`
        const hint = isReplaced(name) ? howToSet : 'only names that begin with LOK8S_USER_ or LOK8S_SPEC_ are'
        return [doubt({ file, line, column: index + 1, source, message, hint })]
      }),
    ),
  )
}

const isReplaced = (name: string) => /^LOK8S_(USER|SPEC)_/.test(name)

/** Where some manifests have a label for `--filter`, one without is easily left out by it. */
export function lintLabels(files: readonly TargetFile[]): Finding[] {
  const manifests = files.filter(({ text }) => /^kind:/m.test(text) && !/^kind: Kustomization$/m.test(text))
  const [labelled, bare] = [manifests.filter(hasLabel), manifests.filter(file => !hasLabel(file))]
  if (labelled.length === 0) return []
  return bare.map(({ file }) =>
    doubt({
      file,
      message: 'there is no label lok8s.dev/… in it, as others have',
      hint: 'lo deploy --filter leaves it out',
    }),
  )
}

const hasLabel = ({ text }: TargetFile) => /^\s*["']?lok8s\.dev\/[\w.-]+["']?\s*:/m.test(text)

function linesOf(text: string): { source: string; line: number }[] {
  return text.split(/\r?\n/).map((source, index) => ({ source, line: index + 1 }))
}
