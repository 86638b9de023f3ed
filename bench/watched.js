// Imported into lo before it starts: writes what its process has used and asked for when it ends.
import { writeFileSync } from 'node:fs'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'

const lists = {}
const watches = {}
const { request } = https
https.request = (url, ...rest) => {
  const { pathname, searchParams } = new URL(url)
  const kind = pathname.split('/').at(-1)
  const isCollection = /^[a-z]+s$/.test(kind)
  if (searchParams.has('watch')) watches[kind] = (watches[kind] ?? 0) + 1
  // A long list comes in pages.
  else if (isCollection && rest[0]?.method === 'GET' && !isMetadata(rest[0]) && !searchParams.has('continue'))
    lists[kind] = (lists[kind] ?? 0) + 1
  return request(url, ...rest)
}
syncBuiltinESMExports()

/** What tells created from unchanged is no part of the wait. */
const isMetadata = ({ headers }) => String(headers?.accept).includes('PartialObjectMetadata')

const start = performance.now()
process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  const seconds = (performance.now() - start) / 1000
  const cpu = (userCPUTime + systemCPUTime) / 1e6
  writeFileSync(process.env.BENCH_WATCHED_FILE, JSON.stringify({ lists, watches, cpu, seconds }))
})
