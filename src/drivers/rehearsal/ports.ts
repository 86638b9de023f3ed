import { createServer, type Server } from 'node:net'
import { type PortName, type Ports, type Program, portNames, portsOf } from './plan.js'

/**
 * A port on loopback for every program: that of the last start where the program still runs or the port is free, else
 * one that is free now.
 */
export async function choosePorts(last: Ports | undefined, running: readonly Program[]): Promise<Ports> {
  const held = running.flatMap(portsOf)
  const servers: Server[] = []
  const choose = async (name: PortName): Promise<[PortName, number]> => {
    if (last && held.includes(name)) return [name, last[name]]
    const server = (last && (await listen(last[name]))) ?? (await listen(0))!
    // Held until all are chosen, so that no two get the same.
    servers.push(server)
    return [name, (server.address() as { port: number }).port]
  }
  try {
    const chosen: [PortName, number][] = []
    for (const name of portNames) chosen.push(await choose(name))
    return Object.fromEntries(chosen) as Ports
  } finally {
    await Promise.all(servers.map(close))
  }
}

/** Undefined when somebody else listens there. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()))
}
