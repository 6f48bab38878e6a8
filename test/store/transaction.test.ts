import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import { Refusal } from '../../src/fhir/refusal.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import type { Store } from '../../src/store/store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent, changeTo, deletionOf, patient, write } from './changes.ts'

let db: TestDatabase
let store: Store

beforeAll(async () => {
  db = await createTestDatabase()
  store = db.database.asSystem('main')
})

afterAll(() => db.drop())

async function countOf(id: string): Promise<object> {
  const [row] = await db.query<object>(
    `select (select count(*)::int from patient where id = $1) as current,
            (select count(*)::int from history where id = $1) as versions,
            (select count(*)::int from outbox where id = $1) as outbox`,
    [id],
  )
  return row ?? {}
}

/** As a client that heeds Retry-After, only sooner. */
async function recovered<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++)
    try {
      return await read()
    } catch (error) {
      expect(error).toMatchObject({ kind: 'unavailable' })
      if (attempt === 20) throw error
      await pause(20)
    }
}

test('a write leaves the resource, its version, its audit event and its outbox row', async () => {
  const event = auditEvent()
  await store.transaction(async (tx) => {
    tx.write(changeTo(patient('whole')))
    tx.audit(event)
  })
  expect(await countOf('whole')).toEqual({ current: 1, versions: 1, outbox: 1 })
  expect(JSON.parse((await store.read('AuditEvent', event.id ?? ''))?.text ?? '')).toEqual(event)
})

test('what an update takes away is gone from the search columns too, though the process has never filled them', async () => {
  const moved = { address: [{ city: 'Brno' }], gender: 'male' }
  await write(store, changeTo(patient('moved', 'Dvořák', moved)))
  await using fresh = await openDatabase({
    url: db.url,
    definitions: loadDefinitions(),
    poolSize: 1,
    localBases: () => [],
    timeZone: () => 'UTC',
    onFault: () => undefined,
  })
  const other = fresh.asSystem('main')
  const columns = 'select by_address, by_gender, by_birthdate_start::text as born from patient where id = $1'
  const bare = { resourceType: 'Patient', id: 'moved', birthDate: '1974-12-25' } as const
  await write(other, changeTo(bare, 2))
  expect(await db.query(columns, ['moved'])).toMatchObject([
    { by_address: null, by_gender: null, born: expect.stringMatching(/^1974/) },
  ])
  await write(other, changeTo({ ...bare, ...moved }, 3))
  expect(await db.query(columns, ['moved'])).toMatchObject([
    { by_address: expect.stringContaining('brno'), by_gender: 'male' },
  ])
})

test('work that throws leaves nothing, neither sent nor buffered', async () => {
  const work = store.transaction(async (tx) => {
    tx.write(changeTo(patient('torn-1')))
    await tx.flush()
    tx.write(changeTo(patient('torn-2')))
    throw new Refusal('forbidden', 'No.')
  })
  await expect(work).rejects.toThrow('No.')
  expect(await countOf('torn-1')).toEqual({ current: 0, versions: 0, outbox: 0 })
  expect(await countOf('torn-2')).toEqual({ current: 0, versions: 0, outbox: 0 })
})

test('a transaction reads what it wrote, others do not until it commits', async () => {
  await store.transaction(async (tx) => {
    tx.write(changeTo(patient('mine')))
    expect((await tx.read('Patient', 'mine'))?.version).toBe(1)
    expect(await store.read('Patient', 'mine')).toBeUndefined()
  })
  expect((await store.read('Patient', 'mine'))?.version).toBe(1)
})

test('one resource written, changed and deleted within a transaction leaves three versions and no row', async () => {
  await write(
    store,
    changeTo(patient('brief')),
    changeTo(patient('brief', 'Meier'), 2),
    deletionOf('Patient', 'brief', 3),
  )
  expect(await countOf('brief')).toEqual({ current: 0, versions: 3, outbox: 3 })
  await write(store, changeTo(patient('brief'), 4))
  expect(await countOf('brief')).toEqual({ current: 1, versions: 4, outbox: 4 })
})

test('resources of many types commit together', async () => {
  const types = ['Organization', 'Location', 'Device', 'Basic', 'Group', 'List', 'Task']
  await write(store, ...types.map((resourceType) => changeTo({ resourceType, id: 'many' })))
  const found = await store.readMany(types.map((type) => ({ type, id: 'many' })))
  expect(found.map(({ type }) => type).sort()).toEqual([...types].sort())
})

test('fifty concurrent updates of one patient make fifty versions in a row, none lost', {
  timeout: 60_000,
}, async () => {
  await write(store, changeTo(patient('busy')))
  await Promise.all(
    Array.from({ length: 50 }, () =>
      store.transaction(async (tx) => {
        const current = await tx.read('Patient', 'busy')
        const resource = JSON.parse(current?.text ?? '')
        const visits = (resource.multipleBirthInteger ?? 0) + 1
        tx.write(changeTo({ ...resource, multipleBirthInteger: visits }, (current?.version ?? 0) + 1))
      }),
    ),
  )
  const current = await store.read('Patient', 'busy')
  expect(current?.version).toBe(51)
  expect(JSON.parse(current?.text ?? '').multipleBirthInteger).toBe(50)
  const { versions } = await store.history({ type: 'Patient', id: 'busy', count: 100, total: false })
  expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 51 }, (_, at) => 51 - at))
})

test('a race that cannot be won ends in a conflict', async () => {
  await write(store, changeTo(patient('stuck')))
  let attempts = 0
  const stubborn = store.transaction(async (tx) => {
    attempts++
    tx.write(changeTo(patient('stuck')))
  })
  await expect(stubborn).rejects.toMatchObject({ kind: 'conflict' })
  expect(attempts).toBeGreaterThan(5)
})

test('callers that lock the same keys in any order take turns', async () => {
  let inside = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      store.transaction(async (tx) => {
        await tx.lock(at % 2 === 0 ? ['a', 'b'] : ['b', 'a'])
        most = Math.max(most, ++inside)
        await tx.query('select pg_sleep(0.01)', [])
        inside--
      }),
    ),
  )
  expect(most).toBe(1)
})

test('the same key in two clinics does not wait', async () => {
  await store.transaction(async (tx) => {
    await tx.lock(['shared'])
    await db.database.asSystem('north').transaction((other) => other.lock(['shared']))
  })
})

test('what follows a commit runs after it, and never after a rollback', async () => {
  const seen: string[] = []
  await store.transaction(async (tx) => {
    tx.afterCommit(() => seen.push('kept'))
    tx.afterCommit(() => {
      throw new Error('late')
    })
    tx.write(changeTo(patient('followed')))
    expect(seen).toEqual([])
  })
  await expect(
    store.transaction(async (tx) => {
      tx.afterCommit(() => seen.push('lost'))
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(seen).toEqual(['kept'])
  expect(db.faults).toContain('What follows a commit failed')
})

test('a failed statement that the work swallows still keeps nothing', async () => {
  const work = store.transaction(async (tx) => {
    tx.write(changeTo(patient('swallowed')))
    await tx.flush()
    await tx.query('select 1/0', []).catch(() => undefined)
  })
  await expect(work).rejects.toThrow()
  expect(await countOf('swallowed')).toEqual({ current: 0, versions: 0, outbox: 0 })
})

test('a connection cut in the middle leaves nothing, and the next transaction works', async () => {
  const work = store.transaction(async (tx) => {
    tx.write(changeTo(patient('cut')))
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid', [])
    await db.query('select pg_terminate_backend($1)', [row?.pid])
    await tx.read('Patient', 'cut')
  })
  await expect(work).rejects.toMatchObject({ kind: 'unavailable' })
  expect(await countOf('cut')).toEqual({ current: 0, versions: 0, outbox: 0 })
  await write(store, changeTo(patient('cut')))
  expect(await countOf('cut')).toEqual({ current: 1, versions: 1, outbox: 1 })
})

test('a connection cut between the last statement and the commit leaves all or nothing', async () => {
  for (let round = 0; round < 5; round++) {
    const id = `edge-${round}`
    let cut: Promise<unknown> | undefined
    await store
      .transaction(async (tx) => {
        const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid', [])
        tx.write(changeTo(patient(`${id}-a`)))
        tx.write(changeTo({ resourceType: 'Basic', id: `${id}-b` }))
        cut = db.query('select pg_terminate_backend($1)', [row?.pid])
      })
      .catch((error) => expect(error).toMatchObject({ kind: 'unavailable' }))
    await cut
    const a = await recovered(() => store.read('Patient', `${id}-a`))
    const b = await recovered(() => store.read('Basic', `${id}-b`))
    expect(a === undefined).toBe(b === undefined)
  }
})

test('every connection cut at once: the pool recovers by itself', async () => {
  await Promise.all(Array.from({ length: 10 }, () => store.read('Patient', 'whole')))
  await db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'almanac'`,
  )
  const answers = await Promise.allSettled(Array.from({ length: 10 }, () => store.read('Patient', 'whole')))
  for (const answer of answers)
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ kind: 'unavailable' })
  expect((await recovered(() => store.read('Patient', 'whole')))?.version).toBe(1)
})

test('a statement that takes too long is a timeout, a full pool is unavailable', async () => {
  await using hasty = await openDatabase({
    url: db.url,
    definitions: loadDefinitions(),
    poolSize: 1,
    connectTimeout: 150,
    statementTimeout: 300,
    localBases: () => [],
    timeZone: () => 'UTC',
    onFault: () => undefined,
  })
  await hasty.ping()
  const slow = hasty.asSystem('main').transaction((tx) => tx.query('select pg_sleep(5)', []))
  slow.catch(() => undefined)
  await expect.poll(() => hasty.stats().poolIdle).toBe(0)
  await expect(hasty.asSystem('main').read('Patient', 'whole')).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(slow).rejects.toMatchObject({ kind: 'timeout' })
  expect((await hasty.asSystem('main').read('Patient', 'whole'))?.version).toBe(1)
})

test('a database that is not there is unavailable and says when to come back', async () => {
  const away = new URL('postgresql://nobody@127.0.0.1:1/nothing')
  const opened = openDatabase({
    url: away.href,
    definitions: loadDefinitions(),
    localBases: () => [],
    timeZone: () => 'UTC',
    onFault: () => undefined,
  })
  await expect(opened).rejects.toMatchObject({ kind: 'unavailable', headers: { 'Retry-After': '2' } })
})

test('what a guard refuses leaves nothing and is worked again by a way that asks', async () => {
  const times = { begins: '2032-06-07T08:00:00Z', ends: '2032-06-07T08:30:00Z' }
  const hindered: boolean[] = []
  await store.transaction(async (tx) => {
    hindered.push(tx.hindered)
    tx.write(changeTo(patient(tx.hindered ? 'asked' : 'foreseen')))
    if (tx.hindered) return
    tx.guard('almanac_take_free', [{ ...times, appointment: 'a', actor: 'Slot/nowhere', version: 7 }])
  })
  expect(hindered).toEqual([false, true])
  expect(await countOf('foreseen')).toEqual({ current: 0, versions: 0, outbox: 0 })
  expect(await countOf('asked')).toEqual({ current: 1, versions: 1, outbox: 1 })
})

test('of guards that want one time together one holds, and only the others ask', async () => {
  const wish = { actor: 'Practitioner/one', begins: '2033-06-07T08:00:00Z', ends: '2033-06-07T08:30:00Z' }
  const hindered = new Map<number, boolean>()
  await Promise.all(
    Array.from({ length: 5 }, (_, at) =>
      store.transaction(async (tx) => {
        hindered.set(at, tx.hindered)
        tx.write(changeTo(patient(`guarded-${at}`)))
        if (!tx.hindered) tx.guard('almanac_take_free', [{ ...wish, appointment: `a${at}` }])
      }),
    ),
  )
  expect([...hindered.values()].filter((asked) => !asked)).toHaveLength(1)
  expect(
    await db.query(`select count(*)::int as claims from booking_claim where actor = $1`, [wish.actor]),
  ).toEqual([{ claims: 1 }])
})
