import { expect, it } from 'vitest'
import { nearest, suggest } from '../../src/project/nearest.js'

const words = ['bootstrap', 'build', 'deploy', 'dns', 'kubehz']

it.each([
  ['a letter left out', 'bootstap', 'bootstrap'],
  ['two letters changed over', 'biuld', 'build'],
  ['another case', 'DEPLOY', 'deploy'],
  ['a letter too many', 'kubehzz', 'kubehz'],
  ['one wrong letter of three', 'dnt', 'dns'],
  ['the word itself', 'dns', 'dns'],
])('finds the word that was meant by %s', (_what, word, meant) => {
  expect(nearest(word, words)).toBe(meant)
  expect(suggest(word, words)).toBe(`did you mean "${meant}"?`)
})

it('spells the candidate as it is', () => {
  expect(nearest('domainfilter', ['domainFilter'])).toBe('domainFilter')
})

it.each([
  ['like no other', 'workers'],
  ['empty', ''],
  ['two letters off a word of three', 'dxx'],
])('finds nothing for a word that is %s', (_what, word) => {
  expect(nearest(word, words)).toBeUndefined()
  expect(suggest(word, words)).toMatch(/: bootstrap, build, deploy, dns, kubehz$/)
})

it('lists twelve words at most', () => {
  const many = Array.from({ length: 13 }, (_, index) => `word-${index}`)
  expect(suggest('x', many)).toMatch(/: word-0, .*, word-11, …$/)
  expect(suggest('x', many.slice(1))).toMatch(/: word-1, .*, word-12$/)
})

it('says nothing when there is nothing', () => {
  expect(nearest('x', [])).toBeUndefined()
  expect(suggest('x', [])).toBeUndefined()
})
