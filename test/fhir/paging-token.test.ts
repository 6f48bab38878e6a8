import { expect, test } from 'vitest'
import { createPagingTokens } from '../../src/fhir/paging-token.ts'
import { Refusal } from '../../src/fhir/refusal.ts'

let now = new Date('2026-03-01T10:00:00Z')
const tokens = createPagingTokens({ key: Buffer.alloc(32, 7), lifetime: 60_000, clock: () => now })
const about = ['main', 'Practitioner/1', 'Patient', 'family', 'Ngata']

function kindOf(open: () => unknown): string | undefined {
  try {
    open()
  } catch (error) {
    return error instanceof Refusal ? error.kind : 'fault'
  }
  return undefined
}

test('a link opens for the search it was made for', () => {
  expect(tokens.open(tokens.seal('["ngata","p1"]', about), about)).toBe('["ngata","p1"]')
})

test('a link shows nothing of the row it stands at, and is new each time', () => {
  const token = tokens.seal('["ngata","p1"]', about)
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('ngata')
  expect(tokens.seal('["ngata","p1"]', about)).not.toBe(token)
  expect(token).toMatch(/^[\w-]+$/)
})

test('whoever changes a link, or takes it to another search or caller, is refused', () => {
  const token = tokens.seal('cursor', about)
  for (let place = 0; place < token.length; place += 1) {
    const changed = token.slice(0, place) + (token[place] === 'A' ? 'B' : 'A') + token.slice(place + 1)
    expect(kindOf(() => tokens.open(changed, about))).toBe('value')
  }
  expect(kindOf(() => tokens.open(`${token}=`, about))).toBe('value')
  expect(kindOf(() => tokens.open('', about))).toBe('value')
  expect(kindOf(() => tokens.open(token, [...about, 'x']))).toBe('value')
  expect(kindOf(() => tokens.open(token, ['main', 'Practitioner/2', ...about.slice(2)]))).toBe('value')
  const other = createPagingTokens({ key: Buffer.alloc(32, 8), lifetime: 60_000, clock: () => now })
  expect(kindOf(() => other.open(token, about))).toBe('value')
})

test('an old link says that it is old', () => {
  const token = tokens.seal('cursor', about)
  now = new Date(now.getTime() + 60_001)
  expect(kindOf(() => tokens.open(token, about))).toBe('page-expired')
})
