// What the client library of Kubernetes wants of the package node-fetch, as Node has it itself: that package brings
// half a megabyte of tables with it, which would be read at each start.
export const { Headers, DOMException: AbortError, TypeError: FetchError } = globalThis
export default globalThis.fetch
