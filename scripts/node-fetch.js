// What the client library of Kubernetes wants of the package node-fetch, as Node has it itself: that package brings
// half a megabyte of tables with it, which would be read at each start. Nothing of Node's is touched before it is
// used, since that loads it.
export default (...args) => globalThis.fetch(...args)
export class AbortError extends Error {}
export class FetchError extends Error {}
export function Headers(init) {
  return new globalThis.Headers(init)
}
