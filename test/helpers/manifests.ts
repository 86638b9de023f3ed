/** Manifests in the block style of kustomize; without a namespace unless `more` names one. */

export interface PodOptions {
  /** Of the pod; `{ 'crash-loop': 'no database' }` stands for the annotation of the rehearsal. */
  trouble?: Record<string, string>
  /** More lines of the pod's spec, from its first column on. */
  pod?: string
  image?: string
}

export const configMap = (name: string, value = 'one', metadata = '') =>
  `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
${indent(metadata, 2)}data:
  key: ${value}
`

export const namespace = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`

export const deployment = (
  name: string,
  { replicas = 1, spec = '', ...pod }: PodOptions & { replicas?: number | null; spec?: string } = {},
) =>
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
${replicas === null ? '' : `  replicas: ${replicas}\n`}  selector:
    matchLabels:
      app: ${name}
${indent(spec, 2)}  template:
${indent(podTemplate(name, pod), 4)}`

export const job = (
  name: string,
  { spec = '', ...options }: PodOptions & { spec?: string } = {},
) => `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
spec:
  backoffLimit: 0
${indent(spec, 2)}  template:
${indent(podTemplate(name, { ...options, pod: `restartPolicy: Never\n${options.pod ?? ''}` }), 4)}`

/** The template of a pod with one container, by the label `app`. */
export function podTemplate(
  name: string,
  { trouble = {}, pod = '', image = 'registry.test/app:1' }: PodOptions = {},
) {
  const annotations = Object.entries(trouble).map(
    ([key, value]) => `    rehearsal.lok8s.dev/${key}: ${JSON.stringify(value)}\n`,
  )
  return `metadata:
${annotations.length > 0 ? `  annotations:\n${annotations.join('')}` : ''}  labels:
    app: ${name}
spec:
${indent(pod, 2)}  containers:
  - image: ${image}
    name: app
`
}

/** A kind of a group of its own, namespaced unless said otherwise, that takes `spec.size` and nothing else. */
export const definition = (group: string, kind: string, scope: 'Namespaced' | 'Cluster' = 'Namespaced') => {
  const singular = kind.toLowerCase()
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${singular}s.${group}
spec:
  group: ${group}
  names:
    kind: ${kind}
    plural: ${singular}s
    singular: ${singular}
  scope: ${scope}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
          spec:
            properties:
              size:
                type: integer
            type: object
          status:
            type: object
            x-kubernetes-preserve-unknown-fields: true
        type: object
    served: true
    storage: true
    subresources:
      status: {}
`
}

export const custom = (group: string, kind: string, name: string, spec = 'size: 1') =>
  `apiVersion: ${group}/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n  ${spec}\n`

/** Whole lines, deeper. */
export function indent(text: string, spaces: number): string {
  const lines = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return lines.replace(/^(?=.)/gm, ' '.repeat(spaces))
}
