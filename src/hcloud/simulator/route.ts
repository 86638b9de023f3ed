import type { Body } from './body.js'
import type { World } from './world.js'

export interface Request {
  /** The number in the path; 0 where it has none. */
  id: number
  query: URLSearchParams
  /** The parsed body; undefined without one. */
  body: unknown
}

export interface Answer {
  status: 200 | 201 | 204
  /** None with 204. */
  body?: Body
}

/** Does what is asked, or throws a `Refusal`. */
export type Route = (request: Request, world: World) => Answer

/** By method and path, with `{id}` for the number in it. */
export type Routes = Readonly<Record<string, Route>>
