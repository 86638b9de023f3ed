#!/usr/bin/env node
const { enableCompileCache } = require('node:module')

enableCompileCache?.()
const { main, systemContext } = require('../dist/lo.cjs')
const args = process.argv.slice(2)
systemContext(args)
  .then(ctx => main(args, ctx))
  .then(exitCode => {
    process.exitCode = exitCode
  })
