/** The addresses of pods, each given to one pod at a time. */
export interface Addresses {
  /** Notes that an address is in use already. */
  keep: (ip: string) => void
  take: () => string
  release: (ip: string) => void
}

const perBlock = 254

/** All of 10.244.0.0/16. Nothing is behind an address; a pod on the network of its node gets one too, since Kubernetes accepts no loopback address in the endpoints of a Service. */
export function createAddresses(): Addresses {
  const used = new Set<string>()
  let count = 0
  const next = () => {
    count = (count % (256 * perBlock)) + 1
    return `10.244.${Math.floor((count - 1) / perBlock)}.${((count - 1) % perBlock) + 1}`
  }
  return {
    keep: ip => void used.add(ip),
    take: () => {
      let ip = next()
      for (let tries = 0; used.has(ip) && tries < 256 * perBlock; tries++) ip = next()
      used.add(ip)
      return ip
    },
    release: ip => void used.delete(ip),
  }
}
