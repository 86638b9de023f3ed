import { describe, expect, it } from 'vitest'
import {
  formatRefusal,
  hintOf,
  isRace,
  planRefusal,
  planUnexplained,
  type RefusalReason,
} from '../../../src/deploy/apply/refusal.js'
import { ApiError } from '../../../src/kube/api.js'

const web = { id: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' } }
const x = { id: { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'x' } }

interface Answer {
  code: number
  message?: string
  reason?: string
  causes?: { reason?: string; field?: string; message?: string }[]
}
const plan = ({ code, message = '', reason = '', causes = [] }: Answer, object = x) =>
  planRefusal(object, new ApiError(message, { status: code, reason, causes }))
const forbidden = (field: string, message: string): Answer => ({
  code: 422,
  reason: 'Invalid',
  message: `X "x" is invalid: ${field}: Forbidden: ${message}`,
  causes: [{ reason: 'FieldValueForbidden', field, message: `Forbidden: ${message}` }],
})
const invalid = (field: string, message: string): Answer => ({
  code: 422,
  reason: 'Invalid',
  message: `X "x" is invalid: ${field}: Invalid value: ${message}`,
  causes: [{ reason: 'FieldValueInvalid', field, message: `Invalid value: ${message}` }],
})

// All of these are answers of API servers from 1.20 on, to the letter.
describe('an immutable field is named without its value', () => {
  it.each<[string, Answer, string]>([
    [
      'the selector of a Deployment',
      invalid(
        'spec.selector',
        'v1.LabelSelector{MatchLabels:map[string]string{"app":"web2"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
      ),
      'spec.selector: field is immutable',
    ],
    [
      'the claims of a StatefulSet',
      forbidden(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'template', and 'updateStrategy' are forbidden",
      ),
      "spec: updates to statefulset spec for fields other than 'replicas', 'template', and 'updateStrategy' are forbidden",
    ],
    [
      'the template of a Job',
      invalid(
        'spec.template',
        'core.PodTemplateSpec{Env:[]core.EnvVar{core.EnvVar{Name:"PW", Value:"s3cret"}}}: field is immutable',
      ),
      'spec.template: field is immutable',
    ],
    [
      'the spec of a claim',
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests for bound claims\n\u00a0\u00a0core.PersistentVolumeClaimSpec{\n-\u00a0\tAccessModes: {"ReadWriteMany"},\n\u00a0\u00a0}\n',
      ),
      'spec: spec is immutable after creation except resources.requests for bound claims',
    ],
    [
      'the content of a ConfigMap',
      forbidden('data', 'field is immutable when `immutable` is set'),
      'data: field is immutable when `immutable` is set',
    ],
    [
      'the type of a Secret',
      invalid('type', '"kubernetes.io/tls": field is immutable'),
      'type: field is immutable',
    ],
    [
      'the address of a Service',
      invalid('spec.clusterIPs[0]', '[]string{"10.96.0.77"}: may not change once set'),
      'spec.clusterIPs[0]: may not change once set',
    ],
    [
      'the role of a RoleBinding',
      invalid(
        'roleRef',
        'rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"edit"}: cannot change roleRef',
      ),
      'roleRef: cannot change roleRef',
    ],
    [
      'the parameters of a StorageClass',
      forbidden('parameters', 'updates to parameters are forbidden.'),
      'parameters: updates to parameters are forbidden.',
    ],
    [
      'the value of a PriorityClass',
      forbidden('Value', 'may not be changed in an update.'),
      'Value: may not be changed in an update.',
    ],
    [
      'the containers of a Pod',
      forbidden(
        'spec',
        'pod updates may not change fields other than `spec.containers[*].image`\n\u00a0\u00a0core.PodSpec{\n',
      ),
      'spec: pod updates may not change fields other than `spec.containers[*].image`',
    ],
    [
      'the scope of a definition',
      invalid('spec.scope', '"Cluster": field is immutable'),
      'spec.scope: field is immutable',
    ],
  ])('%s', (_what, answer, message) => {
    expect(plan(answer)).toEqual({ reason: 'immutable', message })
  })
})

describe('every other answer has one meaning', () => {
  it.each<[RefusalReason, string, Answer]>([
    ['unreachable', 'no answer', { code: 0, message: 'the connection is refused (127.0.0.1:6443)' }],
    [
      'terminating',
      'a namespace that is being deleted',
      {
        code: 403,
        reason: 'Forbidden',
        message:
          'configmaps "x" is forbidden: unable to create new content in namespace shop because it is being terminated',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace shop is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    ],
    [
      'missing-namespace',
      'no namespace',
      { code: 404, reason: 'NotFound', message: 'namespaces "shop" not found' },
    ],
    [
      'unknown-kind',
      'no such kind',
      { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' },
    ],
    [
      'unknown-kind',
      'a namespace of another name',
      { code: 404, reason: 'NotFound', message: 'namespaces "other" not found' },
    ],
    [
      'webhook',
      'a webhook whose Service is not there',
      {
        code: 500,
        reason: 'InternalError',
        message:
          'Internal error occurred: failed calling webhook "hook.ex.dev": Post "https://svc.a.svc:443/?timeout=10s": service "svc" not found',
        causes: [{ message: 'failed calling webhook "hook.ex.dev"' }],
      },
    ],
    [
      'webhook',
      'a webhook without endpoints',
      {
        code: 500,
        message:
          'Internal error occurred: failed calling webhook "h": no endpoints available for service "svc"',
      },
    ],
    [
      'invalid',
      'a webhook that says no',
      { code: 403, reason: 'Forbidden', message: 'admission webhook "hook.ex.dev" denied the request: no' },
    ],
    [
      'invalid',
      'a quota that is used up',
      {
        code: 403,
        reason: 'Forbidden',
        message:
          'configmaps "x" is forbidden: exceeded quota: qq, requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
      },
    ],
    [
      'unavailable',
      'a quota that nobody has counted yet',
      {
        code: 403,
        reason: 'Forbidden',
        message: 'pods "x" is forbidden: status unknown for quota: qq, resources: pods',
      },
    ],
    [
      'unavailable',
      'a service account that is about to be made',
      {
        code: 403,
        reason: 'Forbidden',
        message:
          'pods "p" is forbidden: error looking up service account shop/default: serviceaccount "default" not found',
      },
    ],
    [
      'forbidden',
      'a missing right',
      {
        code: 403,
        reason: 'Forbidden',
        message:
          'configmaps "x" is forbidden: User "u" cannot patch resource "configmaps" in API group "" in the namespace "shop"',
      },
    ],
    [
      'forbidden',
      'rights that one may not give',
      {
        code: 403,
        reason: 'Forbidden',
        message:
          'roles.rbac.authorization.k8s.io "x" is forbidden: user "u" (groups=["g"]) is attempting to grant RBAC permissions not currently held:',
      },
    ],
    [
      'old-version',
      'fields that a newer version of its kind has brought',
      {
        code: 500,
        message:
          'failed to prune fields: failed to convert merged object to last applied version: .spec.count: field not declared in schema',
      },
    ],
    [
      'invalid',
      'a field that is in no schema',
      { code: 500, message: 'failed to create typed patch object: .bogus: field not declared in schema' },
    ],
    [
      'invalid',
      'a value of the wrong type',
      {
        code: 500,
        message:
          'failed to create typed patch object: .data.a: expected string, got &value.valueUnstructured{Value:1}',
      },
    ],
    [
      'invalid',
      'a bad name',
      invalid('metadata.name', '"Bad": a lowercase RFC 1123 subdomain must consist of lower case'),
    ],
    [
      'invalid',
      'no YAML',
      { code: 400, reason: 'BadRequest', message: 'error decoding YAML: error converting YAML to JSON' },
    ],
    [
      'unavailable',
      'a rival at the same moment',
      { code: 409, reason: 'AlreadyExists', message: 'configmaps "x" already exists' },
    ],
    ['unavailable', 'too many requests', { code: 429, reason: 'TooManyRequests' }],
    [
      'unavailable',
      'a token that has expired',
      { code: 401, reason: 'Unauthorized', message: 'Unauthorized' },
    ],
    ['unavailable', 'a server that is busy', { code: 503, reason: 'ServiceUnavailable' }],
  ])('%s: %s', (reason, _what, answer) => {
    expect(plan(answer).reason).toBe(reason)
  })

  it('a conflict has its fields and their managers, in one order whatever the server says first', () => {
    const causes = [
      {
        reason: 'FieldManagerConflict',
        field: '.spec.replicas',
        message: 'conflict with "kubectl-scale" with subresource "scale" using apps/v1',
      },
      { reason: 'FieldManagerConflict', field: '.data.a', message: 'conflict with "kubectl" using v1' },
    ]
    const refusal = plan({ code: 409, reason: 'Conflict', causes }, web)
    expect(refusal.conflicts).toEqual([
      { field: '.data.a', manager: 'kubectl' },
      { field: '.spec.replicas', manager: 'kubectl-scale' },
    ])
    expect(formatRefusal(web, refusal)).toEqual([
      'Deployment shop/web: other field managers have set other values',
      '  .data.a belongs to kubectl',
      '  .spec.replicas belongs to kubectl-scale',
    ])
  })

  it('a long message is cut', () => {
    const { message } = plan({ code: 400, message: 'x'.repeat(5000) })
    expect(message).toHaveLength(401)
  })
})

describe('what kubectl says where the API server says nothing', () => {
  const noise = 'E1124 17:49:24.1 4959 memcache.go:287] "Unhandled Error" err="couldn\'t get resource list"\n'

  it.each<[string, { reason: RefusalReason; message: string }]>([
    [
      `${noise}Error from server (Invalid): ConfigMap "x" is invalid: data: Forbidden: field is immutable when \`immutable\` is set\n`,
      { reason: 'immutable', message: 'data: field is immutable when `immutable` is set' },
    ],
    [
      'Error from server (Invalid): ConfigMap "x" is invalid: metadata.name: Required value\n',
      { reason: 'invalid', message: 'metadata.name: Required value' },
    ],
    [
      'Error from server (Invalid): Service "x" is invalid: spec.ports: Required value\nerror: x is odd\n',
      {
        reason: 'unexplained',
        message: 'Error from server (Invalid): Service "x" is invalid: spec.ports: Required value',
      },
    ],
    [
      `Error: unknown flag: --nope\nSee 'kubectl apply --help' for usage.\n`,
      { reason: 'unexplained', message: "See 'kubectl apply --help' for usage." },
    ],
    ['', { reason: 'unexplained', message: 'kubectl has not applied it, and does not say why' }],
  ])('%#', (stderr, refusal) => {
    expect(planUnexplained(x, stderr)).toEqual(refusal)
  })
})

it.each<[RefusalReason, boolean]>([
  ['conflict', false],
  ['immutable', false],
  ['old-version', false],
  ['forbidden', false],
  ['invalid', false],
  ['unexplained', false],
  ['terminating', true],
  ['unknown-kind', true],
  ['missing-namespace', true],
  ['webhook', true],
  ['unavailable', true],
  ['unreachable', true],
])('%s is waited for: %s', (reason, expected) => {
  expect(isRace({ reason, message: '' })).toBe(expected)
})

it('gives the most helpful hint of several', () => {
  const refusals = (['unavailable', 'immutable', 'webhook'] as const).map(reason => ({ reason, message: '' }))
  expect(hintOf(refusals)).toContain('--force-recreate')
})
