export { main } from './main.js'
export { systemContext } from './system/system.js'
