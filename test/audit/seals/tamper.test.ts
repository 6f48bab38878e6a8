import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeSealingKey } from '#audit/seals/sealing-key.ts'
import { auditEvent, formedEvent } from '../../store/changes.ts'
import { openSealedDatabase, type SealedDatabase } from './sealed-database.ts'

/** Sealing waits for the transactions of all tests that run meanwhile. */
vi.setConfig({ testTimeout: 60_000 })

/** What a superuser can do with SQL, triggers switched off. */
let sealed: SealedDatabase
let ids: readonly string[]

beforeEach(async () => {
  sealed = await openSealedDatabase()
  ids = [...(await sealed.record(5)), ...(await sealed.record(3)), ...(await sealed.recordFormed(6))]
})
afterEach(() => sealed[Symbol.asyncDispose]())

async function asSuperuser(sql: string, values: readonly unknown[] = []): Promise<void> {
  await sealed.db.query('alter table audit_row disable trigger user')
  await sealed.db.query('alter table audit_form disable trigger user')
  await sealed.db.query('alter table audit_row drop constraint if exists whole_or_formed')
  await sealed.db.query('alter table audit_seal disable trigger user')
  await sealed.db.query(sql, values)
}

const faults = async (options?: Parameters<SealedDatabase['verify']>[0]) =>
  (await sealed.verify(options)).faults.map(({ kind, entry, event, sequence }) => ({
    kind,
    ...(entry !== undefined && { entry }),
    ...(event !== undefined && { event }),
    ...(sequence !== undefined && { sequence }),
  }))

test('an untouched log verifies', async () => {
  const verdict = await sealed.verify()
  expect(verdict).toMatchObject({
    faults: [],
    events: 14,
    unsealed: 0,
    head: { number: verdict.entries - 1 },
  })
})

test('one changed byte is found, and which', async () => {
  await asSuperuser(
    `update audit_row set text = replace(text, 'Practitioner/1', 'Practitioner/2') where id = $1`,
    [ids[6]],
  )
  expect(await faults()).toEqual([{ kind: 'altered', entry: 2, event: ids[6], sequence: 7 }])
})

const altered = (...events: readonly (string | undefined)[]) =>
  events.map((event) => ({ kind: 'altered', entry: 3, event, sequence: ids.indexOf(event ?? '') + 1 }))

test('of events that have a form: other values, too few, none, no form, another one are found, and of which', async () => {
  const changes = [
    `v = array_replace(v, '1', '2')`,
    'v = v[:1]',
    'v = null',
    'form = null',
    'form = gen_random_uuid()',
    `text = '{}'`,
  ]
  const [, , , , , , , , ...formed] = ids
  expect(formed).toHaveLength(changes.length)
  await asSuperuser('select')
  for (const [at, change] of changes.entries())
    await sealed.db.query(`update audit_row set ${change} where id = $1`, [formed[at]])
  expect(await faults()).toEqual(altered(...formed))
})

test('a form that somebody changed, exchanged or took away is found at all its events', async () => {
  await asSuperuser('create table kept as select * from audit_form')
  for (const change of [
    `update audit_form set text = replace(text, '"R"', '"C"')`,
    `update audit_form set text = text || '%99$s'`,
    `update audit_form set text = '%q'`,
    'delete from audit_form',
    `with other as (insert into audit_form (tenant, id, text) select tenant, gen_random_uuid(), replace(text, '"R"', '"U"') from audit_form returning id)
     update audit_row r set form = other.id from other where r.form is not null`,
  ]) {
    await sealed.db.query(change)
    expect(await faults(), change).toEqual(altered(...ids.slice(8)))
    await sealed.db.query('delete from audit_form')
    await sealed.db.query('insert into audit_form select * from kept')
  }
  await sealed.db.query('update audit_row set form = kept.id from kept where form is not null')
  expect(await faults()).toEqual([])
})

test('a form that is gone before its events are sealed makes them unprovable, and does not hold up the others', async () => {
  const event = formedEvent(sealed.db.database, 'main', undefined, new Date(), '7')
  await sealed.db.database.recordAudit('main', event)
  await asSuperuser('delete from audit_form')
  await sealed.seal()
  expect((await faults()).map(({ kind, entry }) => ({ kind, entry }))).toEqual([
    ...Array.from({ length: 6 }, () => ({ kind: 'altered', entry: 3 })),
    { kind: 'altered', entry: 4 },
  ])
})

test('an event that was taken out is found', async () => {
  await asSuperuser('delete from audit_row where id = $1', [ids[0]])
  expect(await faults()).toEqual([{ kind: 'missing', entry: 1, event: ids[0], sequence: 1 }])
})

test('two events that changed places are found', async () => {
  await asSuperuser(
    `update audit_row e set text = other.text from audit_row other
     where e.id in ($1, $2) and other.id in ($1, $2) and other.id <> e.id`,
    [ids[1], ids[9]],
  )
  expect(await faults()).toEqual([
    { kind: 'altered', entry: 1, event: ids[1], sequence: 2 },
    { kind: 'altered', entry: 3, event: ids[9], sequence: 10 },
  ])
})

test('two entries of the chain that changed places are found', async () => {
  await asSuperuser(
    'update audit_seal set number = case number when 1 then -1 when 2 then -2 end where number in (1, 2)',
  )
  await sealed.db.query('update audit_seal set number = number + 3 where number < 0')
  const found = await faults()
  expect(found[0]).toEqual({ kind: 'entry-altered', entry: 1 })
})

test('values that were made one, for whoever puts texts together to take them for two, are found', async () => {
  await asSuperuser(`update audit_row set v = array[v[1] || E'\\x1f' || v[2]] || v[3:] where id = $1`, [
    ids[9],
  ])
  expect(await faults()).toEqual([{ kind: 'altered', entry: 3, event: ids[9], sequence: 10 }])
})

test('a cut off end is found by the witness', async () => {
  await asSuperuser('delete from audit_row where id = any($1)', [ids.slice(8)])
  await sealed.db.query('delete from audit_seal where number = 3')
  expect(await faults()).toEqual([{ kind: 'truncated', entry: 3 }])
})

test('an older state that was put back is found by the witness', async () => {
  await sealed.db.query('create table old_seal as select * from audit_seal')
  await sealed.db.query('create table old_event as select id from auditevent')
  await sealed.record(2)
  await asSuperuser('delete from audit_row where id not in (select id from old_event)')
  await sealed.db.query('delete from audit_seal where number not in (select number from old_seal)')
  expect(await faults()).toEqual([{ kind: 'truncated', entry: 4 }])
})

test('events taken out with the seal that names them leave a gap', async () => {
  await asSuperuser('delete from audit_row where id = any($1)', [ids.slice(5, 8)])
  await sealed.db.query('delete from audit_seal where number = 2')
  expect(await faults()).toEqual([{ kind: 'entry-missing', entry: 3 }])
})

test('a chain that was rewritten with another key is found', async () => {
  const forger = await openSealedDatabase()
  await forger.record(12)
  await asSuperuser('delete from audit_seal')
  const copy = `insert into audit_seal (tenant, number, kind, month, until, statement, signature, ids, leaves) values ($1,$2,$3,$4,$5::text::xid8,$6,$7,$8,$9)`
  for (const entry of forger.entries)
    await sealed.db.query(copy, [
      entry.tenant,
      entry.number,
      entry.kind,
      entry.month,
      entry.until,
      entry.statement,
      entry.signature,
      entry.ids,
      entry.leaves,
    ])
  await forger[Symbol.asyncDispose]()
  expect((await faults({ witness: false }))[0]).toEqual({ kind: 'unknown-key', entry: 0 })
  expect((await faults()).map(({ kind }) => kind)).toContain('truncated')
})

test('an event put in under an old transaction is found', async () => {
  await asSuperuser(
    `insert into audit_row (tenant, id, version, updated, form, v, xid)
     select tenant, 'forged', 1, updated, form, v, xid from audit_row where id = $1`,
    [ids[9]],
  )
  expect(await faults()).toEqual([{ kind: 'inserted', event: 'forged' }])
})

test('a back-dated event that slips in by a plain insert is sealed, and found', async () => {
  const forged = auditEvent('forged', new Date(Date.now() - 3600_000))
  await sealed.db.database.recordAudit('main', forged)
  await sealed.seal()
  expect(await faults()).toEqual([{ kind: 'back-dated', entry: 4, event: 'forged', sequence: 15 }])
})

test('an event moved to another month is found there', async () => {
  await asSuperuser(`update audit_row set updated = updated + interval '1 month' where id = $1`, [ids[3]])
  expect(await faults()).toEqual([{ kind: 'moved', entry: 1, event: ids[3], sequence: 4 }])
})

test('a whole month moved to another is found', async () => {
  await asSuperuser(`update audit_row set updated = updated + interval '1 month'`)
  const found = await faults()
  expect(found).toHaveLength(14)
  expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['moved']))
})

test('an event given to another clinic is found', async () => {
  await asSuperuser(`update audit_row set tenant = 'north' where id = $1`, [ids[3]])
  const verdict = await sealed.verify()
  expect(verdict.faults).toMatchObject([
    { kind: 'moved', event: ids[3], sentence: `Event ${ids[3]} was moved: it lies with the clinic north.` },
  ])
})

test('a signature by another key, a changed statement, a changed row: each is found', async () => {
  await asSuperuser(
    `update audit_seal set statement = replace(statement, '"count":3', '"count":2') where number = 2`,
  )
  expect((await faults()).slice(0, 2)).toEqual([
    { kind: 'entry-altered', entry: 2 },
    { kind: 'bad-signature', entry: 2 },
  ])
})

test('hashes beside a seal that were exchanged are found', async () => {
  await asSuperuser(
    'update audit_seal set leaves = (select leaves from audit_seal where number = 1) where number = 2',
  )
  expect(await faults()).toEqual([{ kind: 'entry-altered', entry: 2 }])
})

test('the end of the chain kept back is found', async () => {
  await asSuperuser(`update audit_seal set until = '1' where until is not null`)
  expect((await faults())[0]).toEqual({ kind: 'entry-altered', entry: 1 })
})

test('a rotated key is trusted because the one before says so', async () => {
  sealed.rotate()
  await sealed.record(2)
  sealed.rotate()
  await sealed.record(2)
  expect(sealed.entries.map(({ kind }) => kind)).toEqual([
    'genesis',
    'seal',
    'seal',
    'seal',
    'rotation',
    'seal',
    'rotation',
    'seal',
  ])
  expect(await faults()).toEqual([])
  expect((await faults({ keys: [makeSealingKey()] }))[0]).toEqual({ kind: 'unknown-key', entry: 0 })
})

test('servers that seal at once make one chain, in which nothing is twice and nothing left out', async () => {
  const sealing = Array.from({ length: 4 }, () => sealed.seal())
  const recorded = await Promise.all(Array.from({ length: 12 }, () => sealed.record(3)))
  await Promise.all(sealing)
  const verdict = await sealed.verify()
  expect(verdict).toMatchObject({ faults: [], events: 14 + recorded.flat().length })
})

test('each clinic has a chain of its own', async () => {
  await sealed.record(2, new Date(), 'north')
  expect(await sealed.verify({ tenant: 'north' })).toMatchObject({ faults: [], events: 2, entries: 2 })
  expect(await sealed.verify()).toMatchObject({ faults: [], events: 14 })
})
