/** A file of a release, and the SHA-256 of its bytes. */
export interface ReleaseFile {
  url: string
  sha256: string
}

/** Where releases come from; tests name a server of their own. */
export interface Sources {
  kubernetes: string
  etcd: string
}

export const officialSources: Sources = {
  kubernetes: 'https://dl.k8s.io/release',
  etcd: 'https://github.com/etcd-io/etcd/releases/download',
}

export const kubernetesVersion = '1.36.2'
const etcdVersion = '3.5.27'

export const kubernetesBinaries = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const
/** The four programs that a control plane is made of. */
export const controlPlane = ['etcd', ...kubernetesBinaries] as const

type Checksums = Record<(typeof kubernetesBinaries)[number] | 'etcd', string>

/**
 * Kubernetes publishes each sum beside its binary as <url>.sha256; kops keeps them all in
 * https://github.com/kubernetes/kops/blob/master/pkg/assets/assetdata/k8s-1.36.yaml. The sums of etcd's archives are
 * in the file SHA256SUMS of its release, and in kubespray:
 * https://github.com/kubernetes-sigs/kubespray/blob/master/roles/kubespray_defaults/vars/main/checksums.yml
 */
const checksums: Record<string, Checksums> = {
  'linux-amd64': {
    'kube-apiserver': '6770be17296ef36b656ad84e52b043007fb9a47ba0445c224097323291b1b33b',
    'kube-controller-manager': '6332e45474baf6362f50394d8f7c6002274db04d68fe51dbe2229ef5c0b21e3c',
    'kube-scheduler': '0cc42da3170baf459a534a3802640d7374381ca679e5cfb647e64f36ad318d3d',
    etcd: '0aad9a9e4e0817a021e933f9806a2b2960a62f949ad5a3d6436d8886945cb1bc',
  },
  'linux-arm64': {
    'kube-apiserver': '265e3918c0659ce714fba07b6cc0634edafa4db6dd5891cc8dc3352b028af0f5',
    'kube-controller-manager': '976242c5e71e4c0d2cc925ca34e715112cd3379ef7c4292c661546073790ce56',
    'kube-scheduler': 'ec4166220b3825ea28679fb2604d9fa04c817226b4205db10985444608bfdcea',
    etcd: '1277309f540c5a0329c428f95455c9f76d24f768c8d28fd2753e891c379053fa',
  },
}

/** What a platform such as `linux-amd64` needs: three programs, and the archive that holds etcd. */
export interface Release {
  binaries: Record<string, ReleaseFile>
  /** `member` is etcd's path in the archive. */
  etcd: ReleaseFile & { member: string }
}

/** Undefined for a platform without official binaries: Kubernetes publishes those of servers for Linux alone. */
export function releaseFor(platform: string, sources: Sources = officialSources): Release | undefined {
  const sums = checksums[platform]
  if (!sums) return undefined
  const archive = `etcd-v${etcdVersion}-${platform}`
  const folder = `${sources.kubernetes}/v${kubernetesVersion}/bin/${platform.replace('-', '/')}`
  const binaries = kubernetesBinaries.map(name => [name, { url: `${folder}/${name}`, sha256: sums[name] }])
  return {
    binaries: Object.fromEntries(binaries),
    etcd: {
      url: `${sources.etcd}/v${etcdVersion}/${archive}.tar.gz`,
      sha256: sums.etcd,
      member: `${archive}/etcd`,
    },
  }
}

/** The 20 of `1.20.2`; undefined when it is no version of Kubernetes. */
export function minorOf(version: string): number | undefined {
  const minor = /^1\.(\d+)\./.exec(version)?.[1]
  return minor === undefined ? undefined : Number(minor)
}
