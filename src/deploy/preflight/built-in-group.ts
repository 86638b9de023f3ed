/**
 * Whether the kinds of an API group come with the API server, or never. Groups with a dot may be anybody's, but for
 * these: https://kubernetes.io/docs/reference/kubernetes-api/
 */
export function isBuiltInGroup(group: string): boolean {
  return !group.includes('.') || builtIn.has(group)
}

const builtIn = new Set(
  [
    'admissionregistration',
    'apiextensions',
    'apiregistration',
    'authentication',
    'authorization',
    'certificates',
    'coordination',
    'discovery',
    'events',
    'flowcontrol.apiserver',
    'networking',
    'node',
    'rbac.authorization',
    'resource',
    'scheduling',
    'storage',
  ].map(name => `${name}.k8s.io`),
)
