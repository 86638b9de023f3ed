import { expect, it } from 'vitest'
import { candidatesOf, checkOffers, type Offers } from '../../../src/drivers/hetzner/offers.js'
import type { Pricing, ServerType } from '../../../src/hcloud/resources/catalogue.js'
import { wantedOf, workers } from './clusters.js'

const today = new Date('2026-10-02T00:00:00Z')
const past = { announced: '2025-10-01T00:00:00Z', unavailable_after: '2026-01-01T00:00:00Z' }
const coming = { announced: '2026-09-01T00:00:00Z', unavailable_after: '2027-01-01T00:00:00Z' }

type Offer = Partial<ServerType['locations'][number]>

const type = (
  name: string,
  offers: Record<string, Offer>,
  architecture: 'x86' | 'arm' = 'x86',
): ServerType => ({
  name,
  architecture,
  cores: 4,
  memory: 8,
  disk: 80,
  locations: Object.entries(offers).map(([location, offer]) => ({
    name: location,
    available: true,
    deprecation: null,
    ...offer,
  })),
})

const offersWith = (serverTypes: ServerType[], more: Partial<Offers> = {}): Offers => ({
  locations: [
    { name: 'fsn1', city: 'Falkenstein', network_zone: 'eu-central' },
    { name: 'nbg1', city: 'Nuremberg', network_zone: 'eu-central' },
    { name: 'ash', city: 'Ashburn', network_zone: 'us-east' },
  ],
  serverTypes,
  loadBalancerTypes: [{ name: 'lb11', max_services: 5, max_targets: 25, deprecation: null, prices: [] }],
  images: [{ name: 'ubuntu-24.04', architecture: 'x86', status: 'available', deprecated: null }],
  pricing: {} as Pricing,
  ...more,
})

const twoTypes = { location: ['fsn1', 'nbg1'], controlPlane: { replicas: 1, type: ['a', 'b'] } }
const wanted = wantedOf(twoTypes)
const tried = (serverTypes: ServerType[]) =>
  candidatesOf(wanted.controlPlane, wanted, offersWith(serverTypes), today).map(
    ({ type, location }) => `${type.name}@${location}`,
  )

it.each<[what: string, types: ServerType[], order: string[]]>([
  [
    'every type in the first location, then in the next',
    [type('a', { fsn1: {}, nbg1: {} }), type('b', { fsn1: {}, nbg1: {} })],
    ['a@fsn1', 'b@fsn1', 'a@nbg1', 'b@nbg1'],
  ],
  [
    'last what is said to be sold out, since that is only a hint',
    [type('a', { fsn1: { available: false }, nbg1: {} }), type('b', { fsn1: {} })],
    ['b@fsn1', 'a@nbg1', 'a@fsn1'],
  ],
  [
    'nothing that is not sold any more',
    [type('a', { fsn1: { deprecation: past } }), type('b', { fsn1: {} })],
    ['b@fsn1'],
  ],
  ['what is sold for some time still', [type('a', { fsn1: { deprecation: coming } })], ['a@fsn1']],
  ['nothing where a location does not have it', [type('a', { ash: {} })], []],
  ['nothing that nobody asked for', [type('c', { fsn1: {} })], []],
])('tries %s', (_what, types, order) => {
  expect(tried(types)).toEqual(order)
})

const both = [type('a', { fsn1: {}, nbg1: {} }), type('b', { fsn1: {} })]

it.each<
  [what: string, config: Record<string, unknown>, offers: Offers, problems: string[], warnings: string[]]
>([
  ['nothing wrong with a cluster that can be made', {}, offersWith(both), [], []],
  [
    'an unknown location',
    { location: 'mars1' },
    offersWith(both),
    ['There is no location mars1; there are fsn1, nbg1, ash.'],
    [],
  ],
  [
    'locations of two zones',
    { location: ['fsn1', 'ash'] },
    offersWith(both),
    ['The locations fsn1, ash are in different network zones; one network is in one of them.'],
    [],
  ],
  [
    'an unknown type beside one that is there',
    { controlPlane: { type: ['z', 'a'] } },
    offersWith(both),
    ['There is no server type z, which the control plane wants.'],
    [],
  ],
  [
    'a pool that cannot be ordered',
    workers(['default', 1]),
    offersWith(both),
    [
      'There is no server type cx43, which pool default wants.',
      'There is no server type cpx42, which pool default wants.',
      'None of the types of pool default (cx43, cpx42) can be ordered in fsn1, nbg1.',
    ],
    [],
  ],
  ['nothing wrong with a pool of no servers', workers(['default', 0]), offersWith(both), [], []],
  [
    'an architecture without an image',
    { controlPlane: { type: 'a' } },
    offersWith([type('a', { fsn1: {} }, 'arm')]),
    ['There is no image ubuntu-24.04 for arm, which the control plane needs.'],
    [],
  ],
  [
    'no load balancer for three control planes',
    { controlPlane: { replicas: 3, type: ['a', 'b'] } },
    offersWith(both, { loadBalancerTypes: [] }),
    ['Hetzner has no load balancer of type lb11 any more.'],
    [],
  ],
  [
    'all types said to be sold out',
    {},
    offersWith([type('a', { fsn1: { available: false } }), type('b', {})]),
    [],
    ['Hetzner says that no server for the control plane is left; lo tries all the same.'],
  ],
  [
    'a type that is sold for some time still',
    {},
    offersWith([type('a', { fsn1: { deprecation: coming } }), type('b', {})]),
    [],
    ['Servers of type a (the control plane) are sold until 2027-01-01 only.'],
  ],
])('finds %s', (_what, config, offers, problems, warnings) => {
  expect(checkOffers(wantedOf({ ...twoTypes, ...config }), offers, today)).toEqual({ problems, warnings })
})
