import { generateKeyPair } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Context } from '../../context.js'

type X509 = typeof import('@peculiar/x509')

/** Who signs: etcd has a CA of its own, so that no client of the API server can read what etcd holds. */
type Authority = 'ca' | 'etcd-ca'

interface Certificate {
  issuer: Authority
  name: { CN: string[]; O?: string[] }
  usages: ('serverAuth' | 'clientAuth')[]
  /** What a server may be called. */
  names?: { type: 'ip' | 'dns'; value: string }[]
}

const loopback = { type: 'ip', value: '127.0.0.1' } as const
const dns = (value: string) => ({ type: 'dns', value }) as const

const client = (CN: string, O?: string): Certificate => ({
  issuer: 'ca',
  name: { CN: [CN], ...(O && { O: [O] }) },
  usages: ['clientAuth'],
})

/** For a client that listens on loopback too. */
const server: Pick<Certificate, 'usages' | 'names'> = {
  usages: ['clientAuth', 'serverAuth'],
  names: [loopback],
}

/** Which identities there are: https://kubernetes.io/docs/setup/best-practices/certificates/ */
const certificates: Record<string, Certificate> = {
  apiserver: {
    issuer: 'ca',
    name: { CN: ['kube-apiserver'] },
    usages: ['serverAuth'],
    names: [
      loopback,
      { type: 'ip', value: '10.96.0.1' },
      dns('localhost'),
      dns('kubernetes'),
      dns('kubernetes.default'),
      dns('kubernetes.default.svc'),
      dns('kubernetes.default.svc.cluster.local'),
    ],
  },
  admin: client('kubernetes-admin', 'system:masters'),
  'controller-manager': { ...client('system:kube-controller-manager'), ...server },
  scheduler: { ...client('system:kube-scheduler'), ...server },
  // One process plays all nodes, so it cannot be the user of a single one.
  kubelet: { ...client('rehearsal-kubelet', 'system:masters'), ...server },
  // With which the API server asks for logs.
  'kubelet-client': client('kube-apiserver-kubelet-client'),
  'front-proxy': client('front-proxy-client'),
  etcd: {
    issuer: 'etcd-ca',
    name: { CN: ['etcd'] },
    usages: ['serverAuth', 'clientAuth'],
    names: [loopback, dns('localhost')],
  },
  'etcd-client': { ...client('kube-apiserver-etcd-client'), issuer: 'etcd-ca' },
}

/** Makes all keys and certificates of a cluster in a folder, once: either all are there, or none. */
export async function ensureCertificates(folder: string, { today }: Pick<Context, 'today'>): Promise<void> {
  if (existsSync(folder)) return
  const fresh = `${folder}.new`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true, mode: 0o700 })
  const write = (file: string, text: string) => writeFile(path.join(fresh, file), text, { mode: 0o600 })
  const [x509, serviceAccount] = await Promise.all([loadX509(), serviceAccountKeys()])
  await write('service-account.key', serviceAccount.privateKey)
  await write('service-account.pub', serviceAccount.publicKey)
  const make = maker(x509, write, today())
  const authorities = { ca: await make.authority('ca'), 'etcd-ca': await make.authority('etcd-ca') }
  await Promise.all(
    Object.entries(certificates).map(([name, certificate]) =>
      make.certificate(name, certificate, authorities[certificate.issuer]),
    ),
  )
  await rename(fresh, folder)
}

/** Ten years, from yesterday on: clocks differ, and a rehearsal may stay for long. */
function validity(today: Date): { notBefore: Date; notAfter: Date } {
  const day = 24 * 60 * 60 * 1000
  return { notBefore: new Date(today.getTime() - day), notAfter: new Date(today.getTime() + 3650 * day) }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const generateKeys = () => globalThis.crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

interface SignedKeys {
  keys: Awaited<ReturnType<typeof generateKeys>>
  certificate: import('@peculiar/x509').X509Certificate
}

function maker(x509: X509, write: (file: string, text: string) => Promise<void>, today: Date) {
  const common = { ...validity(today), signingAlgorithm: algorithm }
  const save = async (name: string, { keys, certificate }: SignedKeys) => {
    const key = await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey)
    await write(`${name}.key`, `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`)
    await write(`${name}.crt`, `${certificate.toString('pem')}\n`)
  }
  const authority = async (name: Authority): Promise<SignedKeys> => {
    const keys = await generateKeys()
    const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...common,
      keys,
      name: [{ CN: [name === 'ca' ? 'kubernetes' : name] }],
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(keyCertSign | cRLSign | digitalSignature, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    })
    await save(name, { keys, certificate })
    return { keys, certificate }
  }
  const certificate = async (name: string, wanted: Certificate, issuer: SignedKeys): Promise<void> => {
    const keys = await generateKeys()
    const { O, CN } = wanted.name
    const signed = await x509.X509CertificateGenerator.create({
      ...common,
      publicKey: keys.publicKey,
      signingKey: issuer.keys.privateKey,
      issuer: issuer.certificate.subjectName.toJSON(),
      subject: [...(O ? [{ O }] : []), { CN }],
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(wanted.usages.map(usage => x509.ExtendedKeyUsage[usage])),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate),
        ...(wanted.names ? [new x509.SubjectAlternativeNameExtension(wanted.names)] : []),
      ],
    })
    await save(name, { keys, certificate: signed })
  }
  return { authority, certificate }
}

/** The library's own dependency injection refuses to load without these functions; nothing here needs what they do. */
async function loadX509(): Promise<X509> {
  const reflect = Reflect as { getMetadata?: unknown }
  if (!reflect.getMetadata) {
    const nothing = () => undefined
    Object.assign(reflect, { getMetadata: nothing, getOwnMetadata: nothing, defineMetadata: nothing })
  }
  // A CommonJS module: what it exports is sure to stand in `default` alone.
  const { default: x509 } = (await import('@peculiar/x509')) as unknown as { default: X509 }
  return x509
}

/** As text, in the form that the API server reads. */
function serviceAccountKeys() {
  return promisify(generateKeyPair)('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  })
}
