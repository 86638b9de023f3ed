#!/usr/bin/env node
import module from 'node:module'

module.enableCompileCache?.()
const { main, systemContext } = await import('../dist/lo.js')
const args = process.argv.slice(2)
process.exitCode = await main(args, await systemContext(args))
