import { expect, it } from 'vitest'
import { parseManifests } from '../../../src/deploy/artifact/manifest.js'
import { redactSecrets, redactValues } from '../../../src/deploy/artifact/redact.js'

const encode = (text: string) => Buffer.from(text).toString('base64')
const secret = `apiVersion: v1
kind: Secret
metadata:
  name: keys
data:
  token: ${encode('from-data-4711')}
stringData:
  password: from-string-data
  number: 4711471147
  quoted: with "quotes" in it
  short: abc
  pem: |
    -----BEGIN KEY-----
    c2Vjb25kIGxpbmU
    -----END KEY-----
`
const redact = redactSecrets(parseManifests(secret, 'artifacts.yaml'))

it.each([
  ['a value of data', 'the token is from-data-4711.', 'the token is ***.'],
  ['the same as it is stored', `got ${encode('from-data-4711')}`, 'got ***'],
  ['a value of stringData', 'password=from-string-data!', 'password=***!'],
  ['the same as it is stored', `got "${encode('from-string-data')}"`, 'got "***"'],
  [
    'a number that should be a text',
    'expected string, got &value{Value:4711471147}',
    'expected string, got &value{Value:***}',
  ],
  ['a value in quotes', 'invalid: "with \\"quotes\\" in it"', 'invalid: "***"'],
  ['one line of many', 'loaded c2Vjb25kIGxpbmU', 'loaded ***'],
  ['what is left before a cut', 'Invalid value: from-string-d…', 'Invalid value: ***…'],
  ['what is left before a cut in the middle', 'got from-data… and more', 'got ***… and more'],
  ['nothing of a text that is in none', 'from the cluster…', 'from the cluster…'],
  ['nothing that is found in any text by chance', 'abc', 'abc'],
])('takes out %s', (_what, said, expected) => {
  expect(redact(said)).toBe(expected)
})

it('takes the longest value first, so that nothing is left of it', () => {
  const both = redactValues([{ stringData: { a: 'password', b: 'password-of-root' } }])
  expect(both('it is password-of-root, not password')).toBe('it is ***, not ***')
})

it('knows only Secrets of Kubernetes itself, and what is none changes nothing', () => {
  const foreign = secret.replace('apiVersion: v1', 'apiVersion: example.com/v1')
  expect(redactSecrets(parseManifests(foreign, 'a.yaml'))('from-string-data')).toBe('from-string-data')
  expect(redactValues([undefined, 'text', { data: 7 }, { data: { a: 7 } }])('from-string-data')).toBe(
    'from-string-data',
  )
})
