import { expect, test } from 'vitest'
import type { Principal } from '#access/principal.ts'
import { createVerifiedTokens } from '#oauth/verified-tokens.ts'

const holder: Principal = {
  tenant: 'main',
  clientId: 'desk',
  roles: [],
  choosesIds: false,
  scopes: [],
  tokenId: 't',
  may: () => false,
  visible: () => 'nothing',
  viewerFor: () => holder,
  ownershipFor: () => holder,
  shown: () => undefined,
  objectionFor: () => undefined,
}

test('a verified token is known until it expires', () => {
  const verified = createVerifiedTokens(10)
  verified.remember('Bearer a', holder, 1_000)
  expect(verified.find('Bearer a', 'main', 999)).toBe(holder)
  expect(verified.find('Bearer a', 'main', 1_000)).toBeUndefined()
  expect(verified.size).toBe(0)
})

test('a token for one clinic is not known to another', () => {
  const verified = createVerifiedTokens(10)
  verified.remember('Bearer a', holder, 1_000)
  expect(verified.find('Bearer a', 'north', 0)).toBeUndefined()
})

test('a stream of tokens takes bounded memory and does not push out the one in use', () => {
  const verified = createVerifiedTokens(100)
  verified.remember('Bearer hot', holder, 1e12)
  for (let index = 0; index < 10_000; index++) {
    verified.remember(`Bearer ${index}`, holder, 1e12)
    expect(verified.find('Bearer hot', 'main', 0)).toBe(holder)
  }
  expect(verified.size).toBeLessThanOrEqual(200)
})
