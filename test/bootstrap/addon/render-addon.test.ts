import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, it } from 'vitest'
import { LoError } from '../../../src/errors.js'
import { makeFolder, writeFiles } from '../../helpers/project.js'
import { chartFiles, demoAddon, render } from './renders.js'

/** The addon `demo` of these manifests, without a chart. */
const plainDemo = (resources: string, more = '') => ({
  '.lok8s/addons/demo/kustomization.yaml': `resources: [a.yaml]\n${more}`,
  '.lok8s/addons/demo/a.yaml': resources,
})
const configMap = (data: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n${data.replace(/^/gm, '  ')}\n`

it('renders an addon without a chart as it stands', async () => {
  const { text, events } = await render(plainDemo(configMap('key: value')))
  expect(text).toBe('apiVersion: v1\ndata:\n  key: "value"\nkind: ConfigMap\nmetadata:\n  name: a\n')
  expect(events.filter(({ type }) => type === 'command-started')).toHaveLength(1)
})

it('fills in variables after everything else, those of the entry before those of the cluster', async () => {
  const files = demoAddon({
    ...chartFiles({ 'a.yaml': configMap('one: {{ .Values.one }}\ntwo: $LOK8S_USER_TWO') }),
    'values.yaml': 'one: ${LOK8S_SPEC_ONE}\n',
  })
  const { text } = await render(files, 'demo: { env: { LOK8S_USER_TWO: entry } }', {
    settings: { variables: { LOK8S_SPEC_ONE: 'cluster', LOK8S_USER_TWO: 'cluster' } },
  })
  expect(text).toContain('one: "cluster"')
  expect(text).toContain('two: "entry"')
})

it('gives the environment of the entry to plugins of kustomize', async () => {
  const plugins = makeFolder()
  writeFiles(plugins, {
    'example.com/v1/show/Show': `#!/bin/sh
printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: a}\\ndata: {own: "%s", all: "%s"}\\n' "$OWN" "$ALL"
`,
  })
  const files = {
    '.lok8s/addons/demo/kustomization.yaml': 'generators: [show.yaml]\n',
    '.lok8s/addons/demo/show.yaml': 'apiVersion: example.com/v1\nkind: Show\nmetadata: {name: x}\n',
  }
  const settings = { env: { KUSTOMIZE_PLUGIN_HOME: plugins, OWN: 'all', ALL: 'all' } }
  const { text } = await render(files, 'demo: { env: { OWN: 007 } }', { settings })
  expect(text).toContain('own: "007"')
  expect(text).toContain('all: "all"')
})

it.each([
  [
    'a variable without a value',
    'a: ${LOK8S_SPEC_NONE}',
    'Addon "demo" uses LOK8S_SPEC_NONE, which has no value.',
  ],
  [
    'a value of several lines',
    'a: ${LOK8S_USER_LINES}',
    'Addon "demo" uses LOK8S_USER_LINES, whose value has more than one line.',
  ],
  [
    'a value that is no YAML',
    'a: ${LOK8S_USER_BAD}',
    'Addon "demo" is no YAML any more once its variables are filled in.',
  ],
])('refuses %s, and does not show values', async (_what, data, message) => {
  const variables = { LOK8S_USER_LINES: 'secret\nsecret', LOK8S_USER_BAD: '"secret' }
  const error = await render(plainDemo(configMap(data)), 'demo', { settings: { variables } }).catch(
    (error: unknown) => error,
  )
  expect(error).toMatchObject({ code: 'RENDER_FAILED', message })
  expect(JSON.stringify([error, (error as LoError).cause])).not.toContain('secret')
})

it.each([
  ['manifests', plainDemo('# nothing\n')],
  ['a chart', demoAddon(chartFiles({ 'a.yaml': '{{ if false }}x{{ end }}' }))],
])('refuses %s that render to nothing', async (_what, files) => {
  await expect(render(files)).rejects.toMatchObject({
    message: expect.stringMatching(/^Addon "demo" renders to nothing|cannot render addon "demo"/),
  })
})

it('says how to get helm where there is none', async () => {
  const bin = inject('renderers').kustomize
  const find = (program: string) => {
    const file = path.join(bin, program)
    return existsSync(file) ? file : undefined
  }
  await expect(
    render(demoAddon(chartFiles({ 'a.yaml': configMap('a: b') })), 'demo', { ctx: { find } }),
  ).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    hint: expect.stringContaining('https://helm.sh/docs/intro/install'),
  })
})

it('leaves nothing behind when it is interrupted in the middle of a program', async () => {
  const reason = new LoError('INTERRUPTED', 'Interrupted.')
  const run = () => Promise.reject(reason)
  const files = demoAddon(chartFiles({ 'a.yaml': configMap('a: b') }))
  await expect(render(files, 'demo', { ctx: { run } })).rejects.toBe(reason)
})
