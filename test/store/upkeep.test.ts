import { afterAll, beforeAll, expect, test } from 'vitest'
import { Upkeep } from '../../src/store/upkeep.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { changeTo, patient, write } from './changes.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await createTestDatabase()
})

afterAll(() => db.drop())

test('what was written waits in the outbox, a week at most', async () => {
  expect(await db.database.outbox()).toEqual({ rows: 0 })
  for (const tenant of ['main', 'north'])
    await write(db.database.asSystem(tenant), changeTo(patient('old')), changeTo(patient('new')))
  await db.query(`update outbox set created = now() - interval '8 days' where number <= 3`)
  expect((await db.database.outbox()).rows).toBe(4)
  const upkeep = new Upkeep({ url: db.url, onFault: () => expect.unreachable() })
  await upkeep.tidy(new Date())
  await upkeep.stop()
  const left = await db.database.outbox()
  expect(left.rows).toBe(1)
  expect(left.oldest?.getTime()).toBeGreaterThan(Date.now() - 60_000)
})

test('secrets and settings are the same for whoever asks, and the first one makes them', async () => {
  const secrets = await Promise.all(Array.from({ length: 8 }, () => db.database.secret('paging')))
  expect(new Set(secrets.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1)
  expect(secrets[0]).toHaveLength(32)
  const firsts = await Promise.all(
    Array.from({ length: 8 }, (_, at) => db.database.addSetting('seeded', { at })),
  )
  expect(firsts.filter((first) => first)).toHaveLength(1)
  expect(await db.database.setting('seeded')).toEqual({ at: firsts.indexOf(true) })
  await db.database.setSetting('seeded', 'done')
  expect(await db.database.setting('seeded')).toBe('done')
  expect(await db.database.setting('nothing')).toBeUndefined()
})
