import type { ClusterStatus } from '../driver.js'

type State = ClusterStatus['state']

/** What drivers say, in small letters without blanks and marks. All else means that it runs, but not as it should. */
const meanings: Record<State, readonly string[]> = {
  absent: ['absent', 'notfound', 'notprovisioned', 'none', 'missing', 'deleted', 'destroyed'],
  stopped: ['stopped', 'off', 'paused', 'exited', 'suspended'],
  running: ['running', 'ready', 'provisioned', 'healthy', 'active', 'up', 'ok'],
  degraded: [
    'degraded',
    'creating',
    'deleting',
    'error',
    'failed',
    'notready',
    'pending',
    'provisioning',
    'reconciling',
    'unhealthy',
    'unknown',
    'updating',
    'upgrading',
  ],
}

/** The closed word for a driver's own, in any spelling: `NotFound`, `not-found`; undefined for one that nobody knows. */
export function stateOf(word: string): State | undefined {
  const plain = word.toLowerCase().replace(/[\s_-]/g, '')
  const states = Object.keys(meanings) as State[]
  return states.find(state => meanings[state].includes(plain))
}
