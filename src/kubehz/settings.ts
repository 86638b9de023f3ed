import { LoError } from '../errors.js'

/** What a spec says of the platform, as far as it concerns registration. */
export interface KubehzSpec {
  hosting: 'self' | 'hosted' | 'shared'
  access: 'none' | 'registered' | 'managed' | '' | null
  apiUrl?: string | undefined
}

/** A cluster that shows up on the platform. */
export interface Registration {
  domain: string
  access: 'registered' | 'managed'
  /** The address of the platform, without a slash at its end. */
  apiUrl: string
}

/** How a cluster is registered; undefined when it is not. Throws `SPEC_INVALID` for what `lo` cannot do. */
export function planRegistration(domain: string, kubehz: KubehzSpec | undefined): Registration | undefined {
  const { hosting = 'self', access, apiUrl } = kubehz ?? {}
  if (hosting !== 'self') {
    throw new LoError('SPEC_INVALID', `spec.kubehz.hosting of ${domain} is ${hosting}.`, {
      hint: 'lo makes clusters that host themselves: hosting is self, or left out.',
    })
  }
  if (!access || access === 'none' || apiUrl === undefined) return undefined
  return { domain, access, apiUrl: apiUrl.replace(/\/+$/, '') }
}
