import type { ActionFault, CallFault } from './faults.js'
import type { Simulator } from './simulator.js'

/** Something that goes wrong at the API, by name, for whoever wants to see what becomes of it. */
export interface Trouble {
  name: string
  summary: string
  arrange: (simulator: Simulator) => void
}

const refused = (status: number, code: string, details?: unknown): CallFault => ({
  how: 'refuse',
  status,
  code,
  ...(details !== undefined && { details }),
})

const onCall =
  (route: string, fault: CallFault, times = Number.POSITIVE_INFINITY, after = 0) =>
  ({ onCall }: Simulator) =>
    onCall(route, fault, { times, after })

const onAction =
  (command: string, fault: ActionFault, times = Number.POSITIVE_INFINITY) =>
  ({ onAction }: Simulator) =>
    onAction(command, fault, { times })

const setting =
  (change: Partial<Simulator['settings']>) =>
  ({ settings }: Simulator) => {
    Object.assign(settings, change)
  }

const trouble = (name: string, summary: string, arrange: Trouble['arrange']): Trouble => ({
  name,
  summary,
  arrange,
})

const createServer = 'POST /servers'
const lost = { how: 'hang up' } as const
const html = '<html><body>502 Bad Gateway</body></html>'

/** All of them. What comes from foreign resources, or from the inside of a server, is not among them. */
export const troubles: readonly Trouble[] = [
  trouble('invalid-token', 'the token is not accepted', setting({ tokens: {} })),
  trouble('read-only-token', 'the token may only read', ({ settings }) => {
    settings.tokens = Object.fromEntries(Object.keys(settings.tokens).map(token => [token, 'read-only']))
  }),
  trouble(
    'busy-reads',
    'reads are refused as too many',
    onCall('GET *', refused(429, 'rate_limit_exceeded'), 3),
  ),
  trouble(
    'busy-creates',
    'servers are refused as too many calls',
    onCall(createServer, refused(429, 'rate_limit_exceeded'), 2),
  ),
  trouble('busy-for-ever', 'every call is one too many', onCall('*', refused(429, 'rate_limit_exceeded'))),
  trouble(
    'network-500',
    'the network is made, and the answer is an error',
    onCall('POST /networks', { how: 'answer wrongly', status: 500, code: 'server_error' }, 1),
  ),
  trouble(
    'server-504',
    'a server is made, and the answer is a timeout',
    onCall(createServer, { how: 'answer wrongly', status: 504, code: 'timeout' }, 1),
  ),
  trouble('server-lost', 'a server is made, and the connection breaks', onCall(createServer, lost, 1)),
  trouble(
    'server-503',
    'a server is not made, and the answer leaves that open',
    onCall(createServer, refused(503, 'unavailable'), 1),
  ),
  trouble(
    'html',
    'answers are pages of HTML',
    onCall('*', { how: 'answer wrongly', status: 502, text: html }, 3, 2),
  ),
  trouble('empty', 'answers are empty', onCall('*', { how: 'answer wrongly', status: 200, text: '' }, 3, 2)),
  trouble(
    'garbage',
    'answers end in the middle',
    onCall('*', { how: 'answer wrongly', status: 200, text: '{"servers":' }, 3, 2),
  ),
  trouble('slow', 'answers take 40 seconds', onCall('*', { how: 'answer late', milliseconds: 40_000 }, 2, 3)),
  trouble('no-dns', 'the API is not found', onCall('*', { how: 'not get through', code: 'ENOTFOUND' })),
  trouble(
    'conflict',
    'others change things meanwhile',
    onCall('PUT /servers/{id}', refused(409, 'conflict'), 2),
  ),
  trouble('locked', 'others work on the servers', onCall('DELETE /servers/{id}', refused(423, 'locked'), 3)),
  trouble('server-limit', 'the account may have one server', ({ settings }) => {
    settings.limits.servers = 1
  }),
  trouble(
    'sold-out',
    'there are no servers left',
    onCall(createServer, refused(412, 'resource_unavailable')),
  ),
  trouble(
    'no-room',
    'there is no room for the placement group',
    onCall(createServer, refused(422, 'placement_error')),
  ),
  trouble(
    'create-fails',
    'a server is made, and making it fails',
    onAction('create_server', { how: 'fails' }, 1),
  ),
  trouble(
    'start-fails',
    'a server is made, and starting it fails',
    onAction('start_server', { how: 'fails' }, 1),
  ),
  trouble(
    'attach-fails',
    'a server is made, and does not get into the network',
    onAction('attach_to_network', { how: 'fails' }, 1),
  ),
  trouble('never-ends', 'making a server never ends', onAction('create_server', { how: 'never ends' }, 1)),
  trouble('forgotten', 'the API forgets what it does', onAction('create_server', { how: 'is forgotten' }, 1)),
  trouble(
    'no-private-net',
    'a server runs without its network, and nobody says so',
    onAction('attach_to_network', { how: 'does nothing' }, 1),
  ),
  trouble(
    'stays-off',
    'a server is off, and nobody says so',
    onAction('start_server', { how: 'does nothing' }, 1),
  ),
  trouble('unhealthy', 'no target of the load balancer answers', setting({ isListening: () => false })),
  trouble('no-totals', 'lists do not say how long they are', setting({ hidesTotals: true })),
  trouble(
    'gone-before',
    'somebody else is faster with deleting',
    onCall('DELETE /servers/{id}', { how: 'answer wrongly', status: 404, code: 'not_found' }),
  ),
  trouble('slow-detach', 'a firewall is in use for 40 seconds more', ({ settings }) => {
    settings.delays = { ...settings.delays, delete_server: 40_000 }
  }),
  trouble(
    'removed-endpoint',
    'the API has removed what lo calls',
    onCall(
      createServer,
      refused(410, 'deprecated_api_endpoint', {
        announcement: 'https://docs.hetzner.cloud/changelog#removed',
      }),
    ),
  ),
  trouble('future', 'answers have what is not documented yet', setting({ isFromTheFuture: true })),
]
