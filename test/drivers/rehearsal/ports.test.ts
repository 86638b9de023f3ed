import { expect, it } from 'vitest'
import { programs } from '../../../src/drivers/rehearsal/plan.js'
import { choosePorts } from '../../../src/drivers/rehearsal/ports.js'
import { occupy } from './processes.js'

it('chooses a port of its own for everything, and keeps it while it is free', async () => {
  const ports = await choosePorts(undefined, [])
  expect(new Set(Object.values(ports)).size).toBe(5)
  expect(await choosePorts(ports, [])).toEqual(ports)
})

it('gives a program another port when its own was taken, and leaves the others', async () => {
  const ports = await choosePorts(undefined, [])
  await occupy(ports['kube-scheduler'])
  const { 'kube-scheduler': moved, ...others } = await choosePorts(ports, [])
  expect({ ...others, 'kube-scheduler': ports['kube-scheduler'] }).toEqual(ports)
  expect(Object.values(ports)).not.toContain(moved)
})

it('leaves a program that runs its ports', async () => {
  const ports = await choosePorts(undefined, [])
  for (const port of Object.values(ports)) await occupy(port)
  expect(await choosePorts(ports, programs)).toEqual(ports)
})
