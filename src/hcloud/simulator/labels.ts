import type { Labels } from '../resources/collection.js'
import { invalid } from './refusal.js'

const part = /^[a-z0-9A-Z]([-_.a-z0-9A-Z]*[a-z0-9A-Z])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** The labels of a body, checked as https://docs.hetzner.cloud/reference/cloud#description/labels says. */
export function checkLabels(value: unknown): Labels {
  if (value === undefined) return {}
  for (const [key, text] of Object.entries(value as Labels)) {
    if (!isKey(key)) throw invalid('labels', `the key ${key} is not valid`)
    if (typeof text !== 'string' || !(text === '' || (text.length <= 63 && part.test(text)))) {
      throw invalid('labels', `the value of ${key} is not valid`)
    }
  }
  return { ...(value as Labels) }
}

function isKey(key: string): boolean {
  const [name, prefix, ...more] = key.split('/').reverse()
  if (more.length > 0 || name === undefined || name.length > 63 || !part.test(name)) return false
  if (prefix === undefined) return true
  return prefix.length <= 253 && subdomain.test(prefix) && prefix !== 'hetzner.cloud'
}

type Matches = (labels: Labels) => boolean

const key = String.raw`([^\s=!,()]+)`
const text = String.raw`([^\s=!,()]*)`
const forms: [RegExp, (found: string[]) => Matches][] = [
  [
    new RegExp(`^${key}\\s*==?\\s*${text}$`),
    ([name, value]) =>
      labels =>
        labels[name!] === value,
  ],
  [
    new RegExp(`^${key}\\s*!=\\s*${text}$`),
    ([name, value]) =>
      labels =>
        labels[name!] !== value,
  ],
  [
    new RegExp(`^!\\s*${key}$`),
    ([name]) =>
      labels =>
        !Object.hasOwn(labels, name!),
  ],
  [
    new RegExp(`^${key}$`),
    ([name]) =>
      labels =>
        Object.hasOwn(labels, name!),
  ],
  [
    new RegExp(`^${key}\\s+in\\s+\\(([^()]*)\\)$`),
    ([name, list]) =>
      labels =>
        valuesOf(list!).includes(labels[name!] ?? '\0'),
  ],
  [
    new RegExp(`^${key}\\s+notin\\s+\\(([^()]*)\\)$`),
    ([name, list]) =>
      labels =>
        !valuesOf(list!).includes(labels[name!] ?? '\0'),
  ],
]

function valuesOf(list: string): string[] {
  return list.split(',').map(value => value.trim())
}

/** Reads a selector: https://docs.hetzner.cloud/reference/cloud#description/label-selector. Its parts are all to hold. */
export function parseSelector(selector: string, field = 'label_selector'): Matches {
  if (selector.length > 1000) throw invalid(field, 'is too long')
  // Commas between parentheses are part of a list.
  const parts = selector.split(/,(?![^()]*\))/).map(one => one.trim())
  const all = parts.map(one => {
    for (const [form, make] of forms) {
      const found = form.exec(one)
      if (found) return make(found.slice(1))
    }
    throw invalid(field, `${one} is no label selector`)
  })
  return labels => all.every(matches => matches(labels))
}
