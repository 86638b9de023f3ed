import { expect, it } from 'vitest'
import { findRenderer, planArgs } from '../../src/build/render.js'

const request = {
  root: '/project',
  subject: 'target "web"',
  folder: '/project/targets/web',
  enableExec: false,
  env: {},
}
const kustomize = { program: 'kustomize', path: '/bin/kustomize' } as const
const kubectl = { program: 'kubectl', path: '/bin/kubectl' } as const
const functionOf = (runtime: 'exec' | 'starlark') => ({ file: '/project/targets/web/x.yaml', runtime })

it.each([
  ['kustomize before kubectl', ['kustomize', 'kubectl'], kustomize],
  ['kubectl where it is alone', ['kubectl'], kubectl],
])('takes %s', (_what, installed, renderer) => {
  const find = (program: string) => (installed.includes(program) ? `/bin/${program}` : undefined)
  expect(findRenderer({ find })).toEqual(renderer)
})

it('names both programs when there is neither', () => {
  expect(() => findRenderer({ find: () => undefined })).toThrow(
    expect.objectContaining({
      code: 'TOOL_MISSING',
      message: 'Neither kustomize nor kubectl is on PATH.',
      hint: expect.stringContaining('https://kubernetes.io/docs/tasks/tools'),
    }),
  )
})

it.each([
  ['kustomize', kustomize, {}, ['build', '--enable-alpha-plugins']],
  ['kubectl', kubectl, {}, ['kustomize', '--enable-alpha-plugins']],
  ['kustomize with charts', kustomize, { helm: true }, ['build', '--enable-alpha-plugins', '--enable-helm']],
  ['kubectl with charts', kubectl, { helm: true }, ['kustomize', '--enable-alpha-plugins', '--enable-helm']],
])('calls %s', (_what, renderer, needs, args) => {
  expect(planArgs(renderer, request, { helm: false, functions: [], ...needs })).toEqual([...args])
})

it('asks kustomize for programs where they are needed and allowed', () => {
  const needs = { helm: true, functions: [functionOf('exec')] }
  expect(planArgs(kustomize, { ...request, enableExec: true }, needs)).toEqual([
    'build',
    '--enable-alpha-plugins',
    '--enable-helm',
    '--enable-exec',
  ])
})

it('asks for programs only where a function is one', () => {
  const args = planArgs(kustomize, { ...request, enableExec: true }, { helm: false, functions: [] })
  expect(args).not.toContain('--enable-exec')
})

it.each([
  ['a program that is not allowed', kustomize, false, ['exec'], 'is not allowed'],
  ['a program with kubectl', kubectl, true, ['exec'], 'the kustomize inside kubectl cannot run'],
  ['starlark', kustomize, true, ['starlark'], 'no longer runs starlark'],
  ['starlark behind a program that is allowed', kustomize, true, ['exec', 'starlark'], 'starlark'],
] as const)('refuses %s', (_what, renderer, enableExec, runtimes, message) => {
  const needs = { helm: false, functions: runtimes.map(functionOf) }
  expect(() => planArgs(renderer, { ...request, enableExec }, needs)).toThrow(
    expect.objectContaining({
      code: 'FUNCTION_REFUSED',
      problems: [{ file: 'targets/web/x.yaml', message: expect.stringContaining(message) }],
    }),
  )
})
