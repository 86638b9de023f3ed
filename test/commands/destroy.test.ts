import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { confirmDomain } from '../../src/commands/confirm.js'
import { placeOf } from '../../src/drivers/rehearsal/place.js'
import { lo, loJson } from '../helpers/lo.js'
import { clusterSpec, configMapTarget, makeProject, readTree, writeFiles } from '../helpers/project.js'

const domain = 'example.com'

/** A project whose cluster has stopped: its state is there, and nothing runs. */
function makeStopped() {
  const cwd = makeProject({
    [`clusters/${domain}/cluster.lok8s.yaml`]: clusterSpec(domain),
    ...configMapTarget(domain, 'web'),
    [`clusters/${domain}/artifacts/web/artifacts.yaml`]: 'kind: ConfigMap\n',
    '.kubeconfig/test.yaml': 'kind: Config\n',
    '.kubeconfig/.gitignore': '*\n',
  })
  const env = { XDG_CACHE_HOME: path.join(cwd, 'cache') }
  const { folder } = placeOf({ root: cwd, domain }, env)
  writeFiles(folder, { 'state.json': '{}' })
  return { cwd, env, folder }
}

it('says what goes, and removes nothing that nobody has agreed to', async () => {
  const { cwd, env, folder } = makeStopped()
  const before = readTree(cwd)
  expect(await lo(['destroy', domain], { cwd, env })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: [
      `will be removed: ${folder} (all its data, keys and logs)`,
      `will be removed: ${cwd}/.kubeconfig/test.yaml`,
      'error: Nobody is there to ask, so nothing was removed.',
      'next: Add --yes to remove it without a question.',
    ].join('\n'),
  })
  expect(readTree(cwd)).toEqual(before)
})

it('removes the cluster and its kubeconfig, and nothing else', async () => {
  const { cwd, env, folder } = makeStopped()
  const { exitCode, document } = await loJson(['destroy', domain, '--yes'], { cwd, env })
  expect(exitCode).toBe(0)
  expect(document).toEqual({
    ok: true,
    domain,
    removed: [`${folder} (all its data, keys and logs)`, `${cwd}/.kubeconfig/test.yaml`],
    warnings: [],
  })
  expect(readdirSync(cwd).sort()).toEqual(['cache', 'clusters'])
  expect(Object.keys(readTree(path.join(cwd, 'clusters')))).toHaveLength(4)
  expect(readTree(path.join(cwd, 'cache'))).toEqual({})
})

it('leaves other kubeconfigs, and one that has no cluster of ours', async () => {
  const { cwd, env } = makeStopped()
  writeFiles(cwd, { '.kubeconfig/other.yaml': '' })
  await lo(['destroy', domain, '--yes'], { cwd, env })
  expect(Object.keys(readTree(path.join(cwd, '.kubeconfig')))).toEqual(['.gitignore', 'other.yaml'])

  writeFiles(cwd, { '.kubeconfig/test.yaml': 'of another cluster' })
  expect(await lo(['destroy', domain, '--yes'], { cwd, env })).toEqual({
    exitCode: 0,
    stdout: 'There is nothing to remove.',
    stderr: `${cwd}/.kubeconfig/test.yaml stays: no such cluster was found, so it may lead to one that is elsewhere`,
  })
  expect(existsSync(path.join(cwd, '.kubeconfig/test.yaml'))).toBe(true)
})

it('takes the name of the domain alone for a yes', async () => {
  const questions: string[] = []
  const answerWith = (answer: string) => async (question: string) => {
    questions.push(question)
    return answer
  }
  await confirmDomain(domain, { ask: answerWith(' example.com ') })
  for (const answer of ['', 'y', 'yes', 'example.org'])
    await expect(confirmDomain(domain, { ask: answerWith(answer) })).rejects.toMatchObject({ code: 'USAGE' })
  expect(new Set(questions)).toEqual(new Set(['Type example.com to remove its cluster: ']))
})
