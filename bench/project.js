// Writes the projects that lo is measured on.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const domain = 'bench.example.com'

/**
 * A project with one domain. Its targets have that many resources each, and may be changed on the way by `edits`:
 * lines that a kustomization has beyond its resources. Returns the domain's folder.
 */
export function writeProject(root, { targets, resources, edits = '' }) {
  const folder = path.join(root, 'clusters', domain)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'cluster.lok8s.yaml'), clusterSpec)
  for (let index = 0; index < targets; index++) {
    const name = `target-${String(index).padStart(2, '0')}`
    writeTarget(path.join(folder, 'targets', name), { name, resources, edits })
  }
  return folder
}

/** What most targets do to their resources. */
export const namespaceAndLabels = `namespace: TARGET
labels:
- pairs:
    app.kubernetes.io/part-of: TARGET
    example.com/team: platform
`

export const strategicMergePatch = `patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: app-0
    spec:
      replicas: 3
      template:
        spec:
          containers:
          - name: app
            resources:
              limits:
                memory: 256Mi
`

function writeTarget(folder, { name, resources, edits }) {
  mkdirSync(folder, { recursive: true })
  const files = chunk(listApps(resources), appsPerFile).map((apps, index) => {
    const file = `apps-${index}.yaml`
    writeFileSync(path.join(folder, file), apps.join('---\n'))
    return file
  })
  const list = files.map(file => `- ${file}\n`).join('')
  const kustomization = `${kustomizationHead}resources:\n${list}${edits.replaceAll('TARGET', name)}`
  writeFileSync(path.join(folder, 'kustomization.yaml'), kustomization)
}

const resourcesPerApp = 4
const appsPerFile = 5

function listApps(resources) {
  if (resources % resourcesPerApp > 0) throw new Error(`${resources} is not a multiple of ${resourcesPerApp}`)
  return Array.from({ length: resources / resourcesPerApp }, (_, index) => formatApp(`app-${index}`))
}

function chunk(items, size) {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}

const clusterSpec = `apiVersion: cluster.lok8s.dev/v1beta1
kind: Rehearsal
metadata:
  name: bench
spec:
  cluster:
    domain: ${domain}
`

const kustomizationHead = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'

function formatApp(name) {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      serviceAccountName: ${name}
      containers:
      - name: app
        image: registry.example.com/${name}:1.2.3
        ports:
        - name: http
          containerPort: 8080
        envFrom:
        - configMapRef:
            name: ${name}
        readinessProbe:
          httpGet:
            path: /ready
            port: http
        resources:
          requests:
            cpu: 100m
            memory: 64Mi
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
  - name: http
    port: 80
    targetPort: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  LOG_LEVEL: info
  settings.ini: |
    [server]
    name = ${name}
    workers = 4
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
`
}
