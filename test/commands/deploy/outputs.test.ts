import { expect } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../../helpers/deploy.js'
import { configMap, deployment } from '../../helpers/manifests.js'

const pull = { trouble: { 'image-pull-error': 'failed to authorize: 401 Unauthorized' } }

/** Two targets, the second of which is not healthy, and one object of which has a place in a file. */
async function makeUnhealthy(): Promise<DeployTest> {
  const test = await makeDeploy()
  test.artifact('base', [configMap('settings')])
  test.artifact('web', [configMap('more'), deployment('web', { replicas: 2, ...pull })])
  return test
}

async function makeRefused(): Promise<DeployTest> {
  const test = await makeDeploy()
  test.artifact('web', [configMap('fine'), deployment('typo', { spec: 'replica: 2' })])
  return test
}

const onGithub = { GITHUB_ACTIONS: 'true' }
const commandsIn = (text: string) => text.split('\n').filter(line => line.startsWith('::'))

itOnCluster('tells GitHub what is not healthy, and why, in one annotation', { timeout }, async () => {
  const test = await makeUnhealthy()
  const { exitCode, stdout, stderr } = await test.deploy(['--timeout', '4s'], onGithub)
  expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/^base {2}healthy .*\nweb {3}unhealthy /)])
  const annotation = `::error title=${test.domain} is applied%2C but web is not healthy in time.::2 pods of Deployment ${test.namespace}/web: `
  expect(commandsIn(stderr)).toEqual([
    '::group::Apply base',
    '::endgroup::',
    '::group::Apply web',
    '::endgroup::',
    expect.stringMatching(new RegExp(`^${annotation}\\w+: .*401 Unauthorized.*%0A {2}next: `)),
  ])
})

itOnCluster('tells GitHub what is refused on the line of the artifact', { timeout }, async () => {
  const test = await makeRefused()
  const { exitCode, stderr } = await test.deploy([], onGithub)
  const place = `file=clusters/${test.domain}/artifacts/web/artifacts.yaml,line=8`
  const title = `title=${test.domain} is not deployed%3A web cannot be applied.`
  expect([exitCode, commandsIn(stderr)]).toEqual([
    1,
    [
      '::group::Apply web',
      '::endgroup::',
      expect.stringMatching(
        new RegExp(
          `^::error ${place},${title}::Deployment ${test.namespace}/typo: .*\\.spec\\.replica: field not declared in schema`,
        ),
      ),
    ],
  ])
})

itOnCluster(
  'writes plain lines into a log: each change once, and nothing that moves a cursor',
  { timeout },
  async () => {
    const test = await makeUnhealthy()
    const { stderr } = await test.deploy(['--timeout', '4s'])
    const lines = stderr.replaceAll(`${test.namespace}/`, '').split('\n')
    expect(lines.slice(1, 6)).toEqual([
      'base: applying 1 resource',
      'base: ConfigMap settings created',
      'web: applying 2 resources',
      'web: ConfigMap more created',
      'web: Deployment web created',
    ])
    expect(lines.filter(line => line.startsWith('error:'))).toEqual([
      `error: ${test.domain} is applied, but web is not healthy in time.`,
    ])
    expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
  },
)

itOnCluster(
  'shows on a terminal what is waited for, and leaves the result without it',
  { timeout },
  async () => {
    const test = await makeUnhealthy()
    const { stdout, stderr } = await test.lo(['deploy', test.domain, '--timeout', '4s'], {
      isTTY: true,
      env: { HOME: test.cluster.root },
    })
    expect(stderr).toContain(`Deployment ${test.namespace}/web`)
    expect(stderr).toContain('0 of 1 ready')
    expect(stdout).toMatch(/unhealthy/)
  },
)

itOnCluster(
  'makes one JSON document of a deploy that fails, with all that is known of it',
  { timeout },
  async () => {
    const test = await makeUnhealthy()
    const { exitCode, document } = await test.deployJson(['--timeout', '4s'])
    const { namespace, domain, cluster } = test
    expect([exitCode, document]).toMatchObject([
      3,
      {
        ok: false,
        domain,
        cluster: cluster.domain,
        context: 'test',
        server: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
        targets: [
          { target: 'base', outcome: 'healthy', objects: [{ kind: 'ConfigMap', outcome: 'created' }] },
          {
            target: 'web',
            outcome: 'unhealthy',
            digest: expect.stringMatching(/^[0-9a-f]{64}$/),
            health: {
              unhealthy: [{ group: 'apps', kind: 'Deployment', namespace, name: 'web', isOwn: true }],
              causes: [
                { objects: [{ kind: 'Pod' }, { kind: 'Pod' }], message: expect.stringContaining('401') },
              ],
            },
          },
        ],
        error: { code: 'UNHEALTHY', message: `${domain} is applied, but web is not healthy in time.` },
      },
    ])

    const refused = await makeRefused()
    const answer = await refused.deployJson()
    expect([answer.exitCode, answer.document]).toMatchObject([
      1,
      {
        ok: false,
        targets: [
          {
            outcome: 'failed',
            objects: [{ outcome: 'created' }, { outcome: 'failed', refusal: { reason: 'invalid' } }],
          },
        ],
        error: { code: 'APPLY_FAILED', problems: [{ line: 8 }] },
      },
    ])
  },
)
