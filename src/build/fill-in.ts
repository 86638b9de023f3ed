import { parseDocument } from 'yaml'
import { LoError, type Problem } from '../errors.js'
import { splitDocuments } from './resource.js'
import { startWith } from './subject.js'
import { findLeftOver, findMultiLine, substitute, type Variables } from './substitute.js'

/** Puts the values of variables in. A render without any goes through untouched, byte for byte. */
export function fillIn(
  rendered: Buffer,
  subject: string,
  file: string,
  variables: Variables,
): { bytes: Buffer; warnings: Problem[] } {
  if (!rendered.includes('LOK8S_')) return { bytes: rendered, warnings: [] }
  const text = rendered.toString('utf8')
  const [multiLine] = findMultiLine(text, variables)
  if (multiLine !== undefined) {
    throw new LoError(
      'RENDER_FAILED',
      `${startWith(subject)} uses ${multiLine}, whose value has more than one line.`,
      {
        hint: 'Give it a value of one line: another one would change the structure of the YAML around it.',
      },
    )
  }
  const filled = substitute(text, variables)
  refuseBroken(subject, text, filled)
  const warnings = findLeftOver(filled).map(name => ({
    file,
    message: `\${${name}} is left as it is`,
    hint: /^LOK8S_(USER|SPEC)_/.test(name)
      ? 'the variable is not set, and lo deploy will refuse it'
      : 'only names that begin with LOK8S_USER_ or LOK8S_SPEC_ are replaced',
  }))
  return { bytes: Buffer.from(filled), warnings }
}

/** A value is put in as text, and may so turn a document into something that is no YAML any more. */
function refuseBroken(subject: string, before: string, after: string): void {
  const original = new Set(splitDocuments(before))
  for (const document of splitDocuments(after)) {
    if (original.has(document)) continue
    // The parser's picture of the place would show the value, which may be a secret.
    const [mistake] = parseDocument(document, { logLevel: 'error', prettyErrors: false }).errors
    if (!mistake) continue
    throw new LoError(
      'RENDER_FAILED',
      `${startWith(subject)} is no YAML any more once its variables are filled in.`,
      {
        detail: mistake.message,
        hint: 'Change the value: it is put in as text, and quotes that it would need are not added.',
      },
    )
  }
}
