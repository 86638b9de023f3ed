import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'

/** A folder of its own for one test, removed after it. */
export function makeFolder(): string {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'lo-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A project with these files, by path. Files that begin with `#!` are made executable. */
export function makeProject(files: Record<string, string>): string {
  const root = makeFolder()
  mkdirSync(path.join(root, 'clusters'), { recursive: true })
  writeFiles(root, files)
  return root
}

export function writeFiles(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    if (text.startsWith('#!')) chmodSync(file, 0o755)
  }
}

/** The spec of a cluster domain that `lo` accepts. */
export function clusterSpec(domain: string, more = ''): string {
  return `apiVersion: cluster.lok8s.dev/v1beta1
kind: Rehearsal
metadata: { name: test }
spec:
  cluster: { domain: ${domain} }
${more}`
}

/** The spec of a cluster at Hetzner with this provider config; `more` stands beside that, or in the place of the usual. */
export function hetznerSpec(
  domain: string,
  config: Record<string, unknown>,
  { name = 'prod', ...more }: { name?: string; [field: string]: unknown } = {},
): string {
  return stringify({
    apiVersion: 'cluster.lok8s.dev/v1beta1',
    kind: 'Hetzner',
    metadata: { name },
    spec: {
      kubernetes: { version: 'v1.33.5' },
      cluster: { domain },
      ...more,
      provider: { name: 'hetzner', config },
    },
  })
}

/** A target of one ConfigMap, as the files of a project. */
export function configMapTarget(domain: string, target: string, name = target): Record<string, string> {
  const folder = `clusters/${domain}/targets/${target}`
  return {
    [`${folder}/kustomization.yaml`]: 'resources: [configmap.yaml]\n',
    [`${folder}/configmap.yaml`]: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  key: value\n`,
  }
}

/** Every file below a folder, by path relative to it, with its content. */
export function readTree(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  )
  const files = entries.map(entry => path.join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(files.map(file => [path.relative(folder, file), readFileSync(file, 'utf8')]))
}
