import { expect } from 'vitest'
import { itOnCluster, ownCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { configMap, custom, definition } from '../../helpers/manifests.js'
import { recordRequests } from '../../helpers/recorder.js'

const of = (version: string, text: string) => text.replace('/v1\n', `/${version}\n`)

/** As `definition`, with another version beside it that knows `count` instead of `size`, and is the one stored. */
const withNewVersion = (text: string, isOldServed: boolean) => {
  const [head, body = ''] = text.split('  versions:\n')
  const [old, end = ''] = [body.replace('storage: true', 'storage: false'), '']
  const newer = body.replace('name: v1\n', 'name: v2\n').replace('size:', 'count:')
  return `${head}  versions:\n${isOldServed ? old : old.replace('served: true', 'served: false')}${newer}${end}`
}

itOnCluster(
  'objects follow their definition to a version with other fields, whether the old one is still served or not',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const { group } = test
    const old = definition(group, 'Box')
    test.artifact('web', [old, custom(group, 'Box', 'a')])
    await test.succeed()
    for (const isOldServed of [true, false]) {
      test.artifact('web', [
        withNewVersion(old, isOldServed),
        of('v2', custom(group, 'Box', 'a', `count: ${isOldServed ? 2 : 3}`)),
      ])
      expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}2 configured/)
    }
    expect(await test.get(`${group}/v2 boxs/a`)).toMatchObject({ spec: { count: 3 } })
    expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}2 unchanged/)
  },
)

itOnCluster(
  'asks no more in a cluster with a hundred groups of definitions, and not for those of others',
  { timeout },
  async () => {
    const cluster = await ownCluster({ delay: '100ms', domain: 'many.test' })
    const test = await makeDeploy({ cluster })
    const foreign = Array.from({ length: 100 }, (_, index) => definition(`g${index}.example.com`, 'Box'))
    test.artifact('web', [definition(test.group, 'Box'), custom(test.group, 'Box', 'own'), configMap('a')])
    const count = async () => {
      const { kubeconfig, requests } = await recordRequests(cluster)
      test.useKubeconfig(kubeconfig)
      await test.succeed()
      // When the list finds all healthy, the wait may be over before its watch has been sent.
      const asked = requests.filter(({ agent, path }) => agent === 'lok8s' && !path.includes('watch=true'))
      return asked.map(({ path }) => path.split('?')[0])
    }
    await test.succeed()
    const few = await count()
    await test.kubectl(['apply', '--server-side', '--filename', '-'], foreign.join('---\n'))
    const many = await count()
    expect(many.sort()).toEqual(few.sort())
  },
)
