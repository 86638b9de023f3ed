import { conditionOf, explain } from './read.js'
import { failed, healthy, progressing, type Rule, terminal } from './rule.js'

/** Its resources can be made once it is established. Names that another definition has are refused for good. */
export const customResourceDefinition: Rule = object => {
  const names = conditionOf(object, 'NamesAccepted')
  if (names?.status === 'False') return terminal(explain('its names are taken', names.reason, names.message))
  const established = conditionOf(object, 'Established')
  if (established?.status === 'True') return healthy('is established')
  const said = explain('is not established yet', established?.reason, established?.message)
  const isRefused = established?.status === 'False' && established.reason !== 'Installing'
  return isRefused ? failed(said) : progressing(said)
}
