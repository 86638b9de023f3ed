import { expect, it } from 'vitest'
import { commandLine, type Start } from '../../../src/drivers/rehearsal/command-line.js'
import { placeOf } from '../../../src/drivers/rehearsal/place.js'
import { type Program, programs } from '../../../src/drivers/rehearsal/plan.js'

const place = placeOf({ root: '/project', domain: 'example.com' }, { HOME: '/home/me' })
const start: Start = {
  place,
  assets: '/assets',
  kubernetes: '1.36.2',
  self: ['/bin/node', '/lo.js'],
  name: 'test',
  nodes: 3,
  delay: 250,
  ports: { etcd: 1, 'etcd-peer': 2, 'kube-apiserver': 3, 'kube-controller-manager': 4, 'kube-scheduler': 5 },
}

it('lets everything listen on loopback alone, and nothing without TLS', () => {
  const lines = programs.filter(program => program !== 'kubelet').map(program => commandLine(program, start))
  for (const line of lines) {
    expect(line.filter(arg => /^--(listen-.*urls|bind-address)=/.test(arg)).length).toBeGreaterThan(0)
    expect(
      line.filter(arg => /^--(listen-.*urls|bind-address)=(?!(https:\/\/)?127\.0\.0\.1\b)/.test(arg)),
    ).toEqual([])
    expect(line.join(' ')).not.toContain('http://')
  }
})

it.each<[string, Program, boolean]>([
  ['1.20.2', 'kube-scheduler', true],
  ['1.22.17', 'kube-controller-manager', true],
  ['1.24.0', 'kube-scheduler', false],
  ['1.36.2', 'kube-controller-manager', false],
  ['', 'kube-scheduler', false],
])('of Kubernetes "%s" tells %s to have no port without TLS: %s', (kubernetes, program, isTold) => {
  expect(commandLine(program, { ...start, kubernetes }).includes('--port=0')).toBe(isTold)
})

it('starts the nodes with lo itself', () => {
  expect(commandLine('kubelet', start)).toEqual([
    '/bin/node',
    '/lo.js',
    'rehearsal-kubelet',
    ...['--kubeconfig', place.kubeconfig('kubelet')],
    ...['--nodes', '3'],
    ...['--delay', '250'],
    ...['--folder', place.folder],
  ])
})

it('has a place of its own for each domain of each project', () => {
  const other = [
    placeOf({ root: '/other', domain: 'example.com' }, { HOME: '/home/me' }),
    placeOf({ root: '/project', domain: 'www.example.com' }, { HOME: '/home/me' }),
  ]
  expect(place.folder).toMatch(/^\/home\/me\/\.cache\/lok8s\/rehearsal\/example\.com-[0-9a-f]{10}$/)
  expect(new Set([place, ...other].map(({ folder }) => folder)).size).toBe(3)
})

it('keeps its state in $XDG_CACHE_HOME, when that is an absolute path', () => {
  const folderIn = (XDG_CACHE_HOME: string) =>
    placeOf({ root: '/project', domain: 'example.com' }, { HOME: '/home/me', XDG_CACHE_HOME }).folder
  expect(folderIn('/cache')).toMatch(/^\/cache\/lok8s\/rehearsal\//)
  expect(folderIn('cache')).toBe(place.folder)
})
