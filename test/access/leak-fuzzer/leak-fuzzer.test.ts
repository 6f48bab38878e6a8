import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { fuzz } from './fuzz.ts'
import { type Plant, plantLeak } from './plants.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await createTestDatabase({ checkReferences: false })
})
afterAll(() => db.drop())

const minutes = Number(process.env.FUZZ_MINUTES ?? 0)
const seed = Number(process.env.FUZZ_SEED ?? 1)

test.runIf(minutes === 0)(
  'ten thousand requests tell and change nothing that they may not',
  { timeout: 600_000 },
  async () => {
    expect(
      await fuzz(db.database, { seed, requests: Number(process.env.FUZZ_REQUESTS ?? 10_000) }),
    ).toBeGreaterThan(0)
  },
)

test.runIf(minutes > 0)(
  'hours of requests tell and change nothing that they may not',
  { timeout: 2 ** 31 - 1 },
  async () => {
    const end = Date.now() + minutes * 60_000
    const requests = await fuzz(db.database, {
      seed,
      requests: Number.POSITIVE_INFINITY,
      goOn: () => Date.now() < end,
    })
    process.stdout.write(`${requests} requests, no difference\n`)
  },
)

test.runIf(minutes === 0).for<[Plant, number]>([
  ['include', 5_000_000],
  ['chain', 6_000_000],
  ['history', 7_000_000],
])('a leak planted in %s is found', { timeout: 300_000 }, async ([plant, from]) => {
  const planted = plantLeak(db.database, plant)
  await expect(fuzz(db.database, { seed: from, requests: 10_000, planted })).rejects.toThrow(/again: npm run/)
})
