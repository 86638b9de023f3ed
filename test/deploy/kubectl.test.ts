import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, inject } from 'vitest'
import { until } from '../drivers/rehearsal/processes.js'
import { clusterTimeout, itOnCluster } from '../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../helpers/deploy.js'
import { configMap } from '../helpers/manifests.js'

/** The environment in which `kubectl` is this script; the real one is `$REAL`. */
function withKubectl(test: DeployTest, script: string): Record<string, string> {
  const bin = path.join(test.root, 'bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, path.join(bin, 'node'))
  const program = path.join(bin, 'kubectl')
  writeFileSync(program, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}`)
  chmodSync(program, 0o755)
  return { PATH: bin, REAL: path.join(inject('renderers').kubectl, 'kubectl'), FOLDER: test.root }
}

itOnCluster(
  'a kubectl that does not know its own flags is tried three times, and its words are shown',
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a'), configMap('b')])
    const script = 'echo run >>"$FOLDER/runs"; echo "error: unknown flag: --server-side" >&2; exit 1\n'
    const { exitCode, stdout, stderr } = await test.deploy([], withKubectl(test, script))
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^web {2}failed +nothing applied/)
    expect(stderr).toContain(`ConfigMap ${test.namespace}/a: error: unknown flag: --server-side`)
    expect(stderr).toContain('next: Run it again with --verbose, and kubectl by hand as it shows.')
    expect(readFileSync(path.join(test.root, 'runs'), 'utf8')).toBe('run\n'.repeat(3))
  },
  clusterTimeout,
)

itOnCluster(
  'a kubectl that fails once for no reason is run again',
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a'), configMap('b')])
    const script = '[ -e "$FOLDER/run" ] && exec "$REAL" "$@"; : >"$FOLDER/run"; exit 137\n'
    const { exitCode, stdout } = await test.deploy([], withKubectl(test, script))
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 created') })
  },
  clusterTimeout,
)

itOnCluster(
  'a kubectl that ends without a word about the last objects has applied what it has told of, and no more',
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a'), configMap('b')])
    const script = 'echo "configmap/a serverside-applied"; exit 1\n'
    const { exitCode, document } = await test.deployJson([], withKubectl(test, script))
    expect(exitCode).toBe(1)
    const outcomes = document.targets[0].objects.map(({ name, outcome }: Record<string, string>) => [
      name,
      outcome,
    ])
    expect(outcomes.at(-1)).toEqual(['b', 'failed'])
  },
  clusterTimeout,
)

itOnCluster(
  'a kubectl that cannot be started in the middle leaves the truth about each object',
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a')])
    test.artifact('worker', [configMap('b')])
    const script = '"$REAL" "$@"; status=$?; rm "$FOLDER/bin/kubectl"; exit $status\n'
    const { exitCode, document } = await test.deployJson([], withKubectl(test, script))
    expect(exitCode).toBe(1)
    expect(document.error.problems[0].message).toContain('kubectl cannot be started.')
    expect(document.targets.map(({ target, outcome }: Record<string, string>) => [target, outcome])).toEqual([
      ['web', 'healthy'],
      ['worker', 'failed'],
    ])
  },
  clusterTimeout,
)

itOnCluster(
  'a kubectl that falls silent is ended soon after the time is over, and nothing of it is left',
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [configMap('a')])
    const script = 'echo $$ >"$FOLDER/pid"; exec sleep 600\n'
    const { exitCode, stderr } = await test.deploy(['--timeout', '1s'], withKubectl(test, script))
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/kubectl has said nothing for \d+ seconds/)
    const pid = Number(readFileSync(path.join(test.root, 'pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow()
  },
  clusterTimeout,
)

itOnCluster(
  'a kubectl whose lo is killed reads its manifests to the end, not half of one',
  async () => {
    const test = await makeDeploy()
    // More than any pipe holds.
    test.artifact('web', [configMap('large', 'x'.repeat(900 * 1024)), configMap('last')])
    const script = 'kill -KILL $PPID; sleep 1; cat >"$FOLDER/read"; : >"$FOLDER/done"\n'
    const deploy = test.start([], withKubectl(test, script))
    expect(await deploy).toMatchObject({ signal: 'SIGKILL' })
    const read = path.join(test.root, 'read')
    await until(() => existsSync(path.join(test.root, 'done')))
    const text = readFileSync(read, 'utf8')
    expect(text.length).toBeGreaterThan(900 * 1024)
    expect(text).toMatch(/name: last\ndata:\n {2}key: one\n$/)
  },
  clusterTimeout,
)
