import { describe, expect, onTestFinished } from 'vitest'
import { until } from '../drivers/rehearsal/processes.js'
import { clusterTimeout, itOnCluster } from '../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../helpers/deploy.js'
import { configMap, custom, definition, deployment } from '../helpers/manifests.js'
import { type Fate, type Recorded, recordRequests } from '../helpers/recorder.js'

/** Deploys, does something once the API server has refused an object and lo has asked why, and waits for the end. */
async function deployOverRefusal(test: DeployTest, args: string[], remedy: () => Promise<unknown>) {
  const recorder = await recordRequests(test.cluster)
  test.useKubeconfig(recorder.kubeconfig)
  const deploy = test.start(args)
  const isRefusal = ({ path, status }: Recorded) => path.includes('dryRun=All') && status >= 400
  await until(() => recorder.requests.some(isRefusal) || deploy.exitCode !== null)
  await remedy()
  const { exitCode, stdout, stderr } = await deploy
  return { exitCode, stdout, stderr, requests: recorder.requests }
}

describe('a webhook that nobody answers', () => {
  /** It has to say yes to every ConfigMap of the namespace, and is not there. */
  async function addWebhook(test: DeployTest): Promise<() => Promise<unknown>> {
    const { namespace, kubectl } = test
    await kubectl(['label', 'namespace', namespace, `hook=${namespace}`])
    const webhook = {
      name: 'hook.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      clientConfig: { url: 'https://127.0.0.1:1/' },
      namespaceSelector: { matchLabels: { hook: namespace } },
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
      ],
    }
    const configuration = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: namespace },
      webhooks: [webhook],
    }
    await kubectl(['apply', '-f', '-'], JSON.stringify(configuration))
    const remove = () =>
      kubectl(['delete', 'validatingwebhookconfiguration', namespace, '--ignore-not-found'])
    onTestFinished(() => void remove())
    // It takes the API server a moment to know of it.
    await until(() =>
      test.kubectl(['create', 'configmap', 'probe', '--dry-run=server']).then(
        () => false,
        () => true,
      ),
    )
    return remove
  }

  itOnCluster(
    'is waited for',
    async () => {
      const test = await makeDeploy()
      const remove = await addWebhook(test)
      test.artifact('web', [configMap('a'), deployment('web')])
      const ended = await deployOverRefusal(test, ['--timeout', '60s'], remove)
      expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/healthy +2 created/) })
    },
    clusterTimeout,
  )

  itOnCluster(
    'is named when the time is over',
    async () => {
      const test = await makeDeploy()
      await addWebhook(test)
      test.artifact('web', [configMap('a'), deployment('web', { replicas: 0 })])
      const { exitCode, stdout, stderr } = await test.deploy(['--timeout', '1s'])
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/failed +1 created/)
      expect(stderr).toContain('failed calling webhook "hook.example.com"')
      expect(stderr).toContain('next: Look at the pods behind the webhook, and run it again.')
    },
    clusterTimeout,
  )

  itOnCluster(
    'is not waited for when something else cannot be helped',
    async () => {
      const test = await makeDeploy()
      await addWebhook(test)
      const wrong = deployment('web').replace('replicas: 1', 'replicas: many')
      test.artifact('web', [configMap('a'), wrong])
      const { document, exitCode } = await test.deployJson(['--timeout', '10m'])
      expect(exitCode).toBe(1)
      const refusals = document.targets[0].objects.map(
        (one: { refusal: { reason: string } }) => one.refusal.reason,
      )
      expect(refusals).toEqual(['webhook', 'invalid'])
    },
    clusterTimeout,
  )
})

describe('a namespace that is being deleted', () => {
  const hold = configMap('holder', 'one', 'finalizers:\n- example.com/hold\n')
  const release = (test: DeployTest) =>
    test.kubectl(['patch', 'configmap', 'holder', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])

  itOnCluster(
    'is waited for and made again when it is that of the domain',
    async () => {
      const test = await makeDeploy()
      await test.kubectl(['apply', '-f', '-'], hold)
      await test.kubectl(['delete', 'namespace', test.namespace, '--wait=false'])
      test.artifact('web', [configMap('a')])
      const deploy = test.start(['--timeout', '60s'])
      for await (const line of deploy.iterable({ from: 'stderr' })) {
        if (line.includes('waiting until it is gone')) await release(test)
      }
      expect(await deploy).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 created') })
    },
    clusterTimeout,
  )

  itOnCluster(
    'is refused before anything is applied when nothing makes it again',
    async () => {
      const test = await makeDeploy()
      const other = `${test.namespace}-other`
      const inOther = ['--namespace', other]
      await test.kubectl(['create', 'namespace', other])
      await test.kubectl(['apply', ...inOther, '-f', '-'], hold)
      onTestFinished(async () => {
        const patch = '{"metadata":{"finalizers":null}}'
        await test.kubectl([...inOther, 'patch', 'configmap', 'holder', '--type=merge', '-p', patch])
      })
      await test.kubectl(['delete', 'namespace', other, '--wait=false'])
      test.artifact('web', [configMap('a'), configMap('b', 'one', `namespace: ${other}\n`)])
      const { exitCode, stderr } = await test.deploy()
      expect(exitCode).toBe(2)
      expect(stderr).toContain(`error: The namespace ${other} is being deleted.`)
      expect(stderr).toContain(`ConfigMap ${other}/b needs the namespace ${other}`)
      expect(await test.get('v1 configmaps/a')).toBeUndefined()
    },
    clusterTimeout,
  )

  itOnCluster(
    'only after the deploy has begun is waited for, and then for whoever makes it again',
    async () => {
      const test = await makeDeploy()
      await test.kubectl(['apply', '-f', '-'], hold)
      test.artifact('web', [configMap('a')])
      const remove = { done: false }
      const recorder = await recordRequests(test.cluster, async ({ method, agent }): Promise<Fate> => {
        // The first word of kubectl comes after everything has been checked.
        if (agent.startsWith('kubectl') && method === 'PATCH' && !remove.done) {
          remove.done = true
          await test.kubectl(['delete', 'namespace', test.namespace, '--wait=false'])
          const path = `/api/v1/namespaces/${test.namespace}`
          await until(async () => (await test.api.request('GET', path)).status?.['phase'] === 'Terminating')
        }
        return 'pass'
      })
      test.useKubeconfig(recorder.kubeconfig)
      const deploy = test.start(['--timeout', '90s'])
      await until(() =>
        recorder.requests.some(({ path, status }) => path.includes('dryRun=All') && status === 403),
      )
      await release(test)
      await until(() =>
        test.kubectl(['create', 'namespace', test.namespace]).then(
          () => true,
          () => false,
        ),
      )
      expect(await deploy).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 created') })
    },
    clusterTimeout,
  )
})

describe('a kind', () => {
  itOnCluster(
    'that somebody else brings while the deploy waits is applied then',
    async () => {
      const test = await makeDeploy()
      // Something runs that may bring it: without that, nothing would be waited for.
      test.artifact('web', [deployment('operator'), custom(test.group, 'Widget', 'one')])
      const bring = () => test.kubectl(['apply', '-f', '-'], definition(test.group, 'Widget'))
      onTestFinished(() => void test.kubectl(['delete', 'crd', `widgets.${test.group}`, '--wait=false']))
      const deploy = test.start(['--timeout', '60s'])
      await until(async () => (await test.get('apps/v1 deployments/operator')) !== undefined)
      await bring()
      const { exitCode, stdout } = await deploy
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/healthy +2 created/)
      expect(await test.get(`${test.group}/v1 widgets/one`)).toBeDefined()
    },
    clusterTimeout,
  )

  itOnCluster(
    'that nobody brings in time is named, and what is applied too',
    async () => {
      const test = await makeDeploy()
      test.artifact('web', [deployment('operator'), custom(test.group, 'Widget', 'one')])
      const { exitCode, stdout, stderr } = await test.deploy(['--timeout', '1s'])
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/failed +1 created/)
      expect(stderr).toContain(
        `Widget.${test.group} ${test.namespace}/one: the cluster does not know this kind yet`,
      )
    },
    clusterTimeout,
  )
})

describe('a definition', () => {
  itOnCluster(
    'whose names are taken ends the deploy, and what stands on it is not applied',
    async () => {
      const test = await makeDeploy()
      await test.kubectl(['apply', '-f', '-'], definition(test.group, 'Widget'))
      const rival = definition(test.group, 'Widget')
        .replaceAll('widgets', 'gadgets')
        .replace('singular: widget', 'singular: gadget')
      test.artifact('web', [rival, configMap('a')])
      const { exitCode, stdout, stderr } = await test.deploy()
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/^web {2}failed +1 created/)
      expect(stderr).toContain(
        `error: ${test.domain} is not deployed: definitions of web are not established.`,
      )
      expect(stderr).toContain('1 of 2 objects are applied, 0 are refused, 1 were not reached.')
      expect(await test.get('v1 configmaps/a')).toBeUndefined()
    },
    clusterTimeout,
  )

  itOnCluster(
    'that is not seen to be established in time ends it too, and a timeout is never 0',
    async () => {
      const test = await makeDeploy()
      const recorder = await recordRequests(test.cluster, ({ path, agent }) => {
        const isWait = agent === 'lok8s' && path.includes('/customresourcedefinitions?limit')
        return isWait ? { status: 503, body: '{"message":"busy"}' } : 'pass'
      })
      test.useKubeconfig(recorder.kubeconfig)
      test.artifact('web', [definition(test.group, 'Widget'), custom(test.group, 'Widget', 'one')])
      const { exitCode, stderr } = await test.deploy(['--timeout', '1s'])
      expect(exitCode).toBe(1)
      expect(stderr).toContain('definitions of web are not established.')
      expect(stderr).toContain('The API server does not answer: busy')
      await expect(test.get(`${test.group}/v1 widgets/one`)).resolves.toBeUndefined()
    },
    clusterTimeout,
  )
})
