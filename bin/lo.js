#!/usr/bin/env node
const path = require('node:path')
const { keepCode } = require('./keep-code.js')

const args = process.argv.slice(2)
keepCode(path.join(__dirname, '../dist'), args[0])
const { main, systemContext } = require('../dist/lo.cjs')
systemContext(args)
  .then(ctx => main(args, ctx))
  .then(exitCode => {
    process.exitCode = exitCode
  })
