import type * as z from 'zod'
import { apiVersion, build, deploy, metadata } from './common.js'
import { anyCase, domainName, map, namespace, nonEmpty } from './fields.js'

/** A deployment domain: targets that go into the cluster of another domain. */
export const deploySpec = map({
  apiVersion,
  kind: anyCase('Deploy'),
  metadata: metadata(nonEmpty),
  spec: map({
    clusterRef: map({ domain: domainName.describe('The domain whose cluster is deployed to') }),
    namespace: namespace.optional().describe('Where namespaced objects land that name no namespace'),
    domain: domainName.optional(),
    build: build.optional(),
    deploy: deploy.optional(),
  }),
})

export type DeploySpec = z.infer<typeof deploySpec>
