import type { KubeApi } from '../../src/kube/api.js'
import { indent, type PodOptions, podTemplate } from './manifests.js'

/** Manifests of the workloads that are no Deployments, as `manifests.ts` writes them. */

interface WorkloadOptions extends PodOptions {
  /** More lines of the spec, from its first column on. */
  spec?: string
}

export const statefulSet = (name: string, { spec = '', ...pod }: WorkloadOptions = {}) =>
  workload('StatefulSet', name, `serviceName: ${name}\n${spec}`, pod)

export const daemonSet = (name: string, { spec = '', ...pod }: WorkloadOptions = {}) =>
  workload('DaemonSet', name, spec, pod)

const workload = (kind: string, name: string, spec: string, pod: PodOptions) => `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: ${name}
spec:
  selector:
    matchLabels:
      app: ${name}
${indent(spec, 2)}  template:
${indent(podTemplate(name, pod), 4)}`

/** Its API has moved with Kubernetes 1.21. */
export async function cronJob(name: string, api: KubeApi): Promise<string> {
  const { resources } = await api.request<{ resources: { name: string }[] }>('GET', '/apis/batch/v1')
  const version = resources.some(({ name }) => name === 'cronjobs') ? 'v1' : 'v1beta1'
  return `apiVersion: batch/${version}
kind: CronJob
metadata:
  name: ${name}
spec:
  schedule: 0 0 1 1 *
  jobTemplate:
    spec:
      template:
${indent(podTemplate(name, { pod: 'restartPolicy: Never\n' }), 8)}`
}
