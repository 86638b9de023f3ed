// The objects that are deployed by the bench, as a renderer would print them.

/** 1,000 small objects of four kinds in one namespace, or as many as are asked for. */
export function mixedObjects(namespace, count = 1000) {
  const kinds = [configMap, configMap, secret, service, serviceAccount]
  const objects = Array.from({ length: count }, (_, index) =>
    kinds[index % kinds.length](`o-${index}`, namespace),
  )
  return join([namespaceOf(namespace), ...objects])
}

/** Deployments of one replica. */
export function deployments(namespace, count) {
  return join([
    namespaceOf(namespace),
    ...Array.from({ length: count }, (_, index) => deployment(`d-${index}`, namespace)),
  ])
}

const join = documents => documents.join('---\n')

const namespaceOf = name => `apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
`

const head = (apiVersion, kind, name, namespace) => `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${name}
  namespace: ${namespace}
`

const configMap = (name, namespace) => `${head('v1', 'ConfigMap', name, namespace)}data:
  key: value of ${name}
`

const secret = (name, namespace) => `${head('v1', 'Secret', name, namespace)}data:
  key: ${Buffer.from(`value of ${name}`).toString('base64')}
`

const service = (name, namespace) => `${head('v1', 'Service', name, namespace)}spec:
  ports:
  - port: 80
    protocol: TCP
  selector:
    app: ${name}
`

const serviceAccount = (name, namespace) => head('v1', 'ServiceAccount', name, namespace)

const deployment = (name, namespace) => `${head('apps/v1', 'Deployment', name, namespace)}spec:
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - image: example.com/app:1
        name: app
`
