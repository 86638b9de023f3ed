import { createPublicKey, X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { ensureCertificates } from '../../../src/drivers/rehearsal/certificates.js'
import { formatKubeconfig } from '../../../src/drivers/rehearsal/kubeconfig.js'
import { makeFolder, readTree } from '../../helpers/project.js'

const today = () => new Date('2026-01-02T03:04:05Z')

it('makes certificates that their authorities have signed, with keys nobody else can read', async () => {
  const folder = path.join(makeFolder(), 'pki')
  await ensureCertificates(folder, { today })
  const read = (name: string) => new X509Certificate(readFileSync(path.join(folder, name)))
  const [ca, etcdCa] = [read('ca.crt'), read('etcd-ca.crt')]
  const isSignedBy = (name: string, authority: X509Certificate) =>
    read(name).checkIssued(authority) && read(name).verify(authority.publicKey)

  for (const name of ['apiserver', 'admin', 'controller-manager', 'scheduler', 'kubelet', 'front-proxy'])
    expect([name, isSignedBy(`${name}.crt`, ca)]).toEqual([name, true])
  expect(isSignedBy('etcd.crt', etcdCa) && isSignedBy('etcd-client.crt', etcdCa)).toBe(true)
  expect(isSignedBy('admin.crt', etcdCa)).toBe(false)
  expect([ca.ca, etcdCa.ca, read('admin.crt').ca]).toEqual([true, true, false])

  expect(read('admin.crt').subject).toBe('O=system:masters\nCN=kubernetes-admin')
  expect(read('apiserver.crt').checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(read('apiserver.crt').checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc')
  expect(new Date(read('admin.crt').validTo).getUTCFullYear()).toBe(2035)
  const { asymmetricKeyType } = createPublicKey(readFileSync(path.join(folder, 'service-account.pub')))
  expect(asymmetricKeyType).toBe('ec')

  const modes = readdirSync(folder).map(file => statSync(path.join(folder, file)).mode & 0o777)
  expect(new Set(modes)).toEqual(new Set([0o600]))
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

it('never replaces certificates', async () => {
  const folder = path.join(makeFolder(), 'pki')
  await ensureCertificates(folder, { today })
  const before = readTree(folder)
  await ensureCertificates(folder, { today })
  expect(readTree(folder)).toEqual(before)
})

it('writes a kubeconfig whose names are texts, whatever they look like', () => {
  const text = formatKubeconfig({
    name: '1e3',
    user: 'true',
    server: 'https://127.0.0.1:1',
    ca: 'the ca',
    certificate: 'the certificate',
    key: 'the key',
  })
  const base64 = (value: string) => Buffer.from(value).toString('base64')
  expect(parse(text)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': '1e3',
    clusters: [
      {
        name: '1e3',
        cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': base64('the ca') },
      },
    ],
    users: [
      {
        name: 'true',
        user: {
          'client-certificate-data': base64('the certificate'),
          'client-key-data': base64('the key'),
        },
      },
    ],
    contexts: [{ name: '1e3', context: { cluster: '1e3', user: 'true' } }],
  })
})
