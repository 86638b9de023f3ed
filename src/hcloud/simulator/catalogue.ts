/** What the simulated Hetzner sells. Its names are real ones; its prices are near those of autumn 2026. */
export interface SimLocation {
  id: number
  name: string
  description: string
  country: string
  city: string
  latitude: number
  longitude: number
  network_zone: string
}

const place = (
  id: number,
  name: string,
  country: string,
  city: string,
  [latitude, longitude]: [number, number],
  network_zone: string,
): SimLocation => ({
  id,
  name,
  description: `${city} 1`,
  country,
  city,
  latitude,
  longitude,
  network_zone,
})

export const locations: readonly SimLocation[] = [
  place(1, 'fsn1', 'DE', 'Falkenstein', [50.47612, 12.370071], 'eu-central'),
  place(2, 'nbg1', 'DE', 'Nuremberg', [49.452102, 11.076665], 'eu-central'),
  place(3, 'hel1', 'FI', 'Helsinki', [60.169855, 24.938379], 'eu-central'),
  place(4, 'ash', 'US', 'Ashburn, VA', [39.045821, -77.487073], 'us-east'),
  place(5, 'hil', 'US', 'Hillsboro, OR', [45.54222, -122.951924], 'us-west'),
  place(6, 'sin', 'SG', 'Singapore', [1.283333, 103.833333], 'ap-southeast'),
]

export interface SimServerType {
  id: number
  name: string
  cores: number
  memory: number
  disk: number
  cpu: 'shared' | 'dedicated'
  architecture: 'x86' | 'arm'
  /** Net, per month, in the currency of the project. */
  monthly: number
  locations: readonly string[]
  /** Locations that say they have none left. */
  scarce: readonly string[]
  deprecation: { announced: string; unavailable_after: string } | null
}

const europe = ['fsn1', 'nbg1', 'hel1']
const everywhere = [...europe, 'ash', 'hil', 'sin']
const past = { announced: '2025-10-01T00:00:00Z', unavailable_after: '2026-01-01T00:00:00Z' }
const coming = { announced: '2026-09-01T00:00:00Z', unavailable_after: '2027-01-01T00:00:00Z' }

type Size = [cores: number, memory: number, disk: number]

const type = (
  id: number,
  name: string,
  [cores, memory, disk]: Size,
  monthly: number,
  more: Partial<SimServerType> = {},
): SimServerType => ({
  id,
  name,
  cores,
  memory,
  disk,
  monthly,
  cpu: 'shared',
  architecture: 'x86',
  locations: europe,
  scarce: [],
  deprecation: null,
  ...more,
})

export const serverTypes: readonly SimServerType[] = [
  type(101, 'cx22', [2, 4, 40], 3.79, { deprecation: past }),
  type(102, 'cpx21', [3, 4, 80], 7.55, { deprecation: coming, locations: everywhere }),
  type(111, 'cx23', [2, 4, 40], 5.49, { scarce: ['nbg1'] }),
  type(112, 'cx33', [4, 8, 80], 8.49),
  type(113, 'cx43', [8, 16, 160], 15.99),
  type(114, 'cx53', [16, 32, 320], 29.99),
  type(121, 'cpx22', [2, 4, 80], 19.49),
  type(122, 'cpx32', [4, 8, 160], 35.49),
  type(123, 'cpx42', [8, 16, 320], 69.49),
  type(131, 'cax11', [2, 4, 40], 4.49, { architecture: 'arm' }),
  type(132, 'cax21', [4, 8, 80], 7.99, { architecture: 'arm' }),
  type(133, 'cax31', [8, 16, 160], 15.99, { architecture: 'arm' }),
  type(141, 'ccx13', [2, 8, 80], 15.99, { cpu: 'dedicated', locations: everywhere }),
  type(142, 'ccx23', [4, 16, 160], 31.49, { cpu: 'dedicated', locations: everywhere }),
  type(143, 'ccx33', [8, 32, 240], 62.49, { cpu: 'dedicated', locations: everywhere }),
]

export interface SimLoadBalancerType {
  id: number
  name: string
  services: number
  targets: number
  monthly: number
}

export const loadBalancerTypes: readonly SimLoadBalancerType[] = [
  { id: 1, name: 'lb11', services: 5, targets: 25, monthly: 7.59 },
  { id: 2, name: 'lb21', services: 15, targets: 75, monthly: 21.49 },
  { id: 3, name: 'lb31', services: 30, targets: 150, monthly: 42.49 },
]

export interface SimImage {
  id: number
  name: string
  flavor: 'ubuntu' | 'debian' | 'rocky'
  version: string
  architecture: 'x86' | 'arm'
  deprecated: string | null
}

const systems: [flavor: SimImage['flavor'], version: string, deprecated: string | null][] = [
  ['ubuntu', '22.04', null],
  ['ubuntu', '24.04', null],
  ['debian', '11', '2026-08-31T00:00:00Z'],
  ['debian', '12', null],
  ['debian', '13', null],
  ['rocky', '9', null],
]

export const images: readonly SimImage[] = systems.flatMap(([flavor, version, deprecated], index) =>
  (['x86', 'arm'] as const).map((architecture, variant) => ({
    id: 1001 + 2 * index + variant,
    name: `${flavor}-${version}`,
    flavor,
    version,
    architecture,
    deprecated,
  })),
)

export const currency = 'EUR'
export const vatRate = 19
/** Net, per month: an IPv4 address, and a gigabyte of a volume. */
export const ipv4Monthly = 0.5
export const volumeMonthly = 0.044
