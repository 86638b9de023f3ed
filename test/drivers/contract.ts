import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '../../src/context.js'
import type { Driver, DriverCluster, OpenedCluster } from '../../src/drivers/driver.js'
import type { KubeApi } from '../../src/kube/api.js'

export interface DriverCase {
  driver: Driver
  /** Whether this machine can run it. */
  canRun: boolean
  /** A cluster that nothing was made of yet, in a place of its own. */
  prepare: () => Promise<{ cluster: DriverCluster; ctx: Context }>
  /** The API server that a kubeconfig's text leads to. */
  connect: (kubeconfig: string) => Promise<KubeApi>
  /** Breaks a part of a cluster that runs, without a word to the driver; answers with the names of what is gone. */
  breakSome: (cluster: DriverCluster, ctx: Context) => Promise<string[]>
  /** Milliseconds that any one call may take. */
  timeout: number
}

/** What every driver promises. The tests follow one cluster through its life, so they run in their order. */
export function describeDriver({ driver, canRun, prepare, connect, breakSome, timeout }: DriverCase): void {
  describe.skipIf(!canRun)(`the driver of kind ${driver.kind}`, { timeout }, () => {
    let cluster: DriverCluster
    let ctx: Context
    const open = async () => driver.open(cluster, ctx)
    const configMap = '/api/v1/namespaces/default/configmaps'

    const withApi = async <Value>(opened: OpenedCluster, work: (api: KubeApi) => Promise<Value>) => {
      const api = await connect((await opened.kubeconfig())!)
      try {
        return await work(api)
      } finally {
        api.close()
      }
    }

    const actions = async (opened: OpenedCluster) =>
      new Set((await opened.plan!())!.map(({ action }) => action))

    beforeAll(async () => {
      ;({ cluster, ctx } = await prepare())
    }, timeout)

    afterAll(async () => (await open()).destroy(), timeout)

    it('says that nothing is there at first, and destroys nothing', async () => {
      const opened = await open()
      await opened.destroy()
      expect(await opened.status()).toEqual({ state: 'absent', missing: [] })
      expect(await opened.inventory()).toEqual([])
      expect(await opened.kubeconfig()).toBeUndefined()
      expect(await actions(opened)).toEqual(new Set(['create']))
    })

    it('makes a cluster whose API server answers', async () => {
      const opened = await open()
      expect(await opened.provision()).toBe('created')
      expect(await opened.status()).toMatchObject({ state: 'running', missing: [] })
      expect(await opened.inventory()).not.toEqual([])
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } }
      await withApi(opened, async api => {
        expect(await api.text('/readyz')).toBe('ok')
        await api.request('POST', configMap, { body })
      })
    })

    it('changes nothing when all is as it should be', async () => {
      const opened = await open()
      const before = { kubeconfig: await opened.kubeconfig(), inventory: await opened.inventory() }
      expect(await actions(opened)).toEqual(new Set(['keep']))
      expect(await opened.provision()).toBe('unchanged')
      expect({ kubeconfig: await opened.kubeconfig(), inventory: await opened.inventory() }).toEqual(before)
    })

    it('sees what is broken, and mends it without losing what the cluster holds', async () => {
      const opened = await open()
      const missing = await breakSome(cluster, ctx)
      expect(await opened.status()).toMatchObject({ state: 'degraded', missing })
      expect(await actions(opened)).toContain('change')
      expect(await opened.provision()).toBe('configured')
      expect(await opened.status()).toMatchObject({ state: 'running', missing: [] })
      const kept = await withApi(opened, api => api.request('GET', `${configMap}/kept`))
      expect(kept.metadata.name).toBe('kept')
    })

    it('removes everything, and is right the second time', async () => {
      const opened = await open()
      await opened.destroy()
      expect(await opened.inventory()).toEqual([])
      await opened.destroy()
      expect(await opened.status()).toEqual({ state: 'absent', missing: [] })
      expect(await opened.kubeconfig()).toBeUndefined()
    })
  })
}
