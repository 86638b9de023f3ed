import type { Route } from './route.js'
import { routes } from './routes/index.js'

export interface Matched {
  /** With `{id}` for the number. */
  name: string
  route: Route
  id: number
}

/** The route of a method and a path below the API's address; undefined when there is none. */
export function matchRoute(method: string, pathname: string): Matched | undefined {
  const { pattern, id } = patternOf(pathname)
  const name = `${method} ${pattern}`
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined
  return route && { name, route, id }
}

/** Whether there is a route of this path, for any method. */
export function isKnownPath(pathname: string): boolean {
  const { pattern } = patternOf(pathname)
  return Object.keys(routes).some(name => name.endsWith(` ${pattern}`))
}

function patternOf(pathname: string): { pattern: string; id: number } {
  const path = pathname.replace(/^\/v1(?=\/)/, '')
  const [, id] = /^\/[a-z_]+\/(\d+)(?=\/|$)/.exec(path) ?? []
  return { pattern: id === undefined ? path : path.replace(`/${id}`, '/{id}'), id: Number(id ?? 0) }
}
