import path from 'node:path'
import type { Context } from '../../context.js'
import type { Place } from './place.js'
import type { Ports, Program, Wanted } from './plan.js'
import { minorOf } from './release.js'

/** Everything that the command lines depend on. */
export interface Start extends Wanted {
  place: Pick<Place, 'pki' | 'data' | 'folder' | 'kubeconfig'>
  /** The folder of the binaries. */
  assets: string
  /** Their version; empty when they do not say. */
  kubernetes: string
  ports: Ports
  self: Context['self']
}

/**
 * How a program is started, with flags for Kubernetes 1.20 to 1.36. Everything listens on loopback alone, and
 * asks its clients for a certificate or a token.
 */
export function commandLine(program: Program, start: Start): [string, ...string[]] {
  if (program === 'kubelet') return kubelet(start)
  return [path.join(start.assets, program), ...toFlags(flagsOf[program](start))]
}

type Flags = Record<string, string | number | boolean>

const toFlags = (flags: Flags) => Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
const secure = (port: number) => ({ 'bind-address': '127.0.0.1', 'secure-port': port })
const serviceNetwork = '10.96.0.0/16'

/**
 * Up to 1.22 there also is a port without TLS, on every address, that only one cluster could have. Later versions do
 * not have it, and from 1.24 on not even the flag. https://github.com/kubernetes/kubernetes/pull/96345
 */
function noInsecurePort(kubernetes: string): Flags {
  const minor = minorOf(kubernetes)
  return minor !== undefined && minor < 23 ? { port: 0 } : {}
}

const flagsOf: Record<Exclude<Program, 'kubelet'>, (start: Start) => Flags> = {
  etcd: ({ place, ports }) => {
    const pki = (file: string) => path.join(place.pki, file)
    const peer = `https://127.0.0.1:${ports['etcd-peer']}`
    const clients = `https://127.0.0.1:${ports.etcd}`
    return {
      name: 'rehearsal',
      'data-dir': place.data,
      'listen-client-urls': clients,
      'advertise-client-urls': clients,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `rehearsal=${peer}`,
      'cert-file': pki('etcd.crt'),
      'key-file': pki('etcd.key'),
      'trusted-ca-file': pki('etcd-ca.crt'),
      'client-cert-auth': true,
      'peer-cert-file': pki('etcd.crt'),
      'peer-key-file': pki('etcd.key'),
      'peer-trusted-ca-file': pki('etcd-ca.crt'),
      'peer-client-cert-auth': true,
      'quota-backend-bytes': 4 * 1024 ** 3,
      logger: 'zap',
      'log-level': 'warn',
    }
  },

  'kube-apiserver': ({ place, ports }) => {
    const pki = (file: string) => path.join(place.pki, file)
    return {
      ...secure(ports['kube-apiserver']),
      'advertise-address': '127.0.0.1',
      // Loopback is no address that an Endpoints object may hold.
      'endpoint-reconciler-type': 'none',
      'etcd-servers': `https://127.0.0.1:${ports.etcd}`,
      'etcd-cafile': pki('etcd-ca.crt'),
      'etcd-certfile': pki('etcd-client.crt'),
      'etcd-keyfile': pki('etcd-client.key'),
      'service-cluster-ip-range': serviceNetwork,
      'tls-cert-file': pki('apiserver.crt'),
      'tls-private-key-file': pki('apiserver.key'),
      'client-ca-file': pki('ca.crt'),
      'authorization-mode': 'Node,RBAC',
      'allow-privileged': true,
      'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
      'service-account-key-file': pki('service-account.pub'),
      'service-account-signing-key-file': pki('service-account.key'),
      'requestheader-client-ca-file': pki('ca.crt'),
      'requestheader-allowed-names': 'front-proxy-client',
      'requestheader-username-headers': 'X-Remote-User',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'kubelet-certificate-authority': pki('ca.crt'),
      'kubelet-client-certificate': pki('kubelet-client.crt'),
      'kubelet-client-key': pki('kubelet-client.key'),
      'kubelet-preferred-address-types': 'InternalIP',
      'proxy-client-cert-file': pki('front-proxy.crt'),
      'proxy-client-key-file': pki('front-proxy.key'),
    }
  },

  'kube-controller-manager': ({ place, ports, kubernetes }) => {
    const pki = (file: string) => path.join(place.pki, file)
    return {
      ...secure(ports['kube-controller-manager']),
      ...noInsecurePort(kubernetes),
      ...clientOf(place, 'controller-manager'),
      'leader-elect': false,
      // With the usual 20 requests a second it takes four seconds to start all controllers.
      'kube-api-qps': 500,
      'kube-api-burst': 1000,
      'use-service-account-credentials': true,
      'service-account-private-key-file': pki('service-account.key'),
      'root-ca-file': pki('ca.crt'),
      'cluster-signing-cert-file': pki('ca.crt'),
      'cluster-signing-key-file': pki('ca.key'),
    }
  },

  'kube-scheduler': ({ place, ports, kubernetes }) => ({
    ...secure(ports['kube-scheduler']),
    ...noInsecurePort(kubernetes),
    ...clientOf(place, 'scheduler'),
    'leader-elect': false,
  }),
}

/**
 * What the two clients of the API server have in common. Their own ports, for health and metrics, know nobody but the
 * API server's administrators; with a certificate at hand they do not have to make keys for themselves.
 */
function clientOf(place: Start['place'], user: string): Flags {
  return {
    kubeconfig: place.kubeconfig(user),
    'tls-cert-file': path.join(place.pki, `${user}.crt`),
    'tls-private-key-file': path.join(place.pki, `${user}.key`),
  }
}

function kubelet({ self: [file, ...args], place, nodes, delay }: Start): [string, ...string[]] {
  return [
    file,
    ...args,
    'rehearsal-kubelet',
    ...['--kubeconfig', place.kubeconfig('kubelet')],
    ...['--nodes', String(nodes)],
    ...['--delay', String(delay)],
    ...['--folder', place.folder],
  ]
}
