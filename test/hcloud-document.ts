import { existsSync } from 'node:fs'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Hetzner's own description of its API; empty where it is not at hand. */
    hcloudDocument: string
  }
}

const file = path.resolve(import.meta.dirname, '../../shared/reference/hcloud-openapi.json')

/**
 * Finds the document that every call of the Hetzner Cloud API, and every simulated answer, is checked against. It is
 * not ours to pass on, so it lies beside the project. Without it the tests run unchecked, which is said last and
 * loudest.
 */
export default function setup(project: TestProject): () => void {
  const isThere = existsSync(file)
  project.provide('hcloudDocument', isThere ? file : '')
  return () => {
    if (!isThere) process.stderr.write(warning)
  }
}

const line = '!'.repeat(100)
const warning = `
${line}
NOT CHECKED: whether calls of the Hetzner Cloud API, and the simulator's answers, are as the API's document says.
There is no ../shared/reference/hcloud-openapi.json; get it from https://docs.hetzner.cloud/cloud.spec.json.
${line}
`
