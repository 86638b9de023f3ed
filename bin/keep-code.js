const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs')
const Module = require('node:module')
const path = require('node:path')
const vm = require('node:vm')

/**
 * Lets later runs of a command start with code that is compiled already. Node does that itself from 22 on; before,
 * it is done here, for the files of one folder, kept in a folder `.code` within: it goes when they go, and whoever
 * could change it could change them. V8 takes kept code for any source of the same length, so it is kept for those
 * files alone whose name has the hash of their content in it.
 *
 * It is a help alone: where nothing can be kept or read, code is compiled as ever. As Node's own, it heeds
 * `NODE_DISABLE_COMPILE_CACHE`.
 */
exports.keepCode = (folder, command = '') => {
  if (Module.enableCompileCache) Module.enableCompileCache()
  else if (/^[a-z]/.test(command) && !process.env.NODE_DISABLE_COMPILE_CACHE) keepCodeOf(folder, command)
}

const hashed = /-[\w-]{8}\.cjs$/

function keepCodeOf(folder, command) {
  const kept = path.join(folder, '.code', `${process.version}-${process.arch}`, path.basename(command))
  const compiled = new Map()
  const compile = Module.prototype._compile
  Module.prototype._compile = function (content, filename) {
    const { dir, base } = path.parse(filename)
    // To a script Node 20 gives no import() that works without a warning.
    const isPlain = dir === folder && hashed.test(base) && !content.includes('await import(')
    if (!isPlain) return compile.call(this, content, filename)
    const file = path.join(kept, base)
    const cachedData = read(file)
    const script = new vm.Script(Module.wrap(content), { filename, cachedData })
    if (!cachedData || script.cachedDataRejected) compiled.set(file, script)
    const run = script.runInThisContext()
    run.call(this.exports, this.exports, Module.createRequire(filename), this, filename, folder)
  }
  // At the end all is compiled that the command needs. A command that fails may be none.
  process.on('exit', exitCode => {
    if (exitCode === 0 && compiled.size > 0) write(folder, kept, compiled)
  })
}

function read(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

function write(folder, kept, compiled) {
  try {
    // Else root would leave files that their owner could not remove.
    if (statSync(folder).uid !== process.getuid?.()) return
    mkdirSync(kept, { recursive: true })
    for (const [file, script] of compiled) {
      const draft = `${file}.${process.pid}`
      writeFileSync(draft, script.createCachedData(), { flag: 'wx' })
      renameSync(draft, file)
    }
  } catch {
    // The next run compiles again.
  }
}
