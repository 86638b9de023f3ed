import { type Document, isMap, isScalar, type Scalar } from 'yaml'
import { editScalars } from './edit-scalars.js'

/** Manifests fit to be shown: the values of Secrets are not, but for variables that have no value yet. */
export function maskSecrets(manifests: string): string {
  if (!/^kind: Secret$/m.test(manifests)) return manifests
  return editScalars(manifests, findSecrets, () => '"***"')
}

function findSecrets(document: Document.Parsed): Scalar[] {
  if (document.get('kind') !== 'Secret') return []
  return ['data', 'stringData'].flatMap(field => {
    const map = document.get(field, true)
    return isMap(map) ? map.items.map(({ value }) => value).filter(isSecret) : []
  })
}

function isSecret(node: unknown): node is Scalar {
  return isScalar(node) && node.value !== null && !/^\$\{\w+\}$/.test(String(node.value))
}
