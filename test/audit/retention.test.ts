import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ChainEnd } from '#audit/seals/build-entries.ts'
import { statementHash } from '#audit/seals/statement.ts'
import { AuditRetention } from '#store/audit-retention.ts'
import { auditEvent } from '../store/changes.ts'
import { openSealedDatabase, type SealedDatabase } from './seals/sealed-database.ts'

/** Sealing waits for the transactions of all tests that run meanwhile. */
vi.setConfig({ testTimeout: 60_000 })

let sealed: SealedDatabase
let retention: AuditRetention

beforeEach(async () => {
  sealed = await openSealedDatabase()
  retention = await AuditRetention.open(sealed.db.url)
  // The first round of seals takes what is there, however old: a log that was imported.
  for (const [tenant, id, when] of [
    ['main', 'a', '2015-03-03'],
    ['main', 'b', '2015-03-20'],
    ['main', 'c', '2015-04-03'],
    ['north', 'd', '2015-03-04'],
  ] as const)
    await sealed.db.database.recordAudit(tenant, auditEvent(id, new Date(when)))
  await sealed.record(2)
})
afterEach(async () => {
  await retention[Symbol.asyncDispose]()
  await sealed[Symbol.asyncDispose]()
})

async function bury(tenant: string, month: string): Promise<void> {
  const found = (await retention.monthsBefore(tenant, '2019-01')).find((one) => one.month === month)
  if (found === undefined) throw new Error(`Nothing to drop in ${month}`)
  const { events: count, from, to, last } = found
  const made = await retention.bury(tenant, month, (head) => {
    const end = new ChainEnd(tenant, sealed.context(), head.statement, head.events)
    end.bury({ month, count, from, to, last: statementHash(last) })
    return end.entries
  })
  sealed.entries.push(...made)
}

const idsOf = async (tenant: string) =>
  (
    await sealed.db.query<{ id: string }>(
      'select id from auditevent where tenant = $1 and length(id) = 1 order by id',
      [tenant],
    )
  ).map(({ id }) => id)

test('a month past its period goes for one clinic, and both chains verify', async () => {
  expect(
    (await retention.monthsBefore('main', '2019-01')).map(({ month, events }) => [month, events]),
  ).toEqual([
    ['2015-03', 2],
    ['2015-04', 1],
  ])
  await bury('main', '2015-03')
  expect(await idsOf('main')).toEqual(['c'])
  expect(await idsOf('north')).toEqual(['d'])
  expect((await retention.monthsBefore('main', '2019-01')).map(({ month }) => month)).toEqual(['2015-04'])
  const verdict = await sealed.verify()
  expect(verdict.faults).toEqual([])
  expect([...verdict.buried]).toEqual([['2015-03', 2]])
  expect((await sealed.verify({ tenant: 'north' })).faults).toEqual([])
  await sealed.record(2)
  expect((await sealed.verify()).faults).toEqual([])
})

test('a month that only one clinic has goes as a whole table', async () => {
  const month = new Date().toISOString().slice(0, 7)
  const [found] = (await retention.monthsBefore('main', '9999-99')).filter((one) => one.month === month)
  const { events: count = 0, from = 0, to = 0, last = '' } = found ?? {}
  await retention.bury('main', month, (head) => {
    const end = new ChainEnd('main', sealed.context(), head.statement, head.events)
    end.bury({ month, count, from, to, last: statementHash(last) })
    return end.entries
  })
  const partitions = await sealed.db.query('select to_regclass($1) as name', [
    `audit_row_${month.replace('-', '_')}`,
  ])
  expect(partitions).toEqual([{ name: null }])
  expect((await sealed.verify({ witness: false })).faults).toEqual([])
})

test.each([
  ['its month', `update audit_seal set month = '2015-04' where kind = 'tombstone'`, 'entry-altered'],
  [
    'its words',
    `update audit_seal set statement = replace(statement, '"count":2', '"count":1') where kind = 'tombstone'`,
    'bad-signature',
  ],
  ['all of it', `delete from audit_seal where kind = 'tombstone'`, 'truncated'],
])('a tombstone of which somebody changed %s is found', async (_, sql, kind) => {
  await bury('main', '2015-03')
  await sealed.db.query('alter table audit_seal disable trigger user')
  await sealed.db.query(sql)
  expect((await sealed.verify()).faults.map((fault) => fault.kind)).toContain(kind)
})

test('events cannot be dropped before there is a tombstone', async () => {
  await sealed.db.query('begin')
  await expect(
    sealed.db.query(
      `do $$ begin set local role almanac_retention; delete from audit_row where id = 'a'; end $$`,
    ),
  ).rejects.toThrow(/never changed/)
  await sealed.db.query('rollback')
})

test('a hold keeps a month, for all or for one patient', async () => {
  const hold = { id: 'h1', tenant: 'main', from: '2015-01', to: '2015-12', reason: 'a lawsuit' }
  await retention.placeHold({ ...hold, patient: 'p1' })
  expect(await retention.holdOn('main', '2015-03')).toBeUndefined()
  await retention.placeHold({ ...hold, id: 'h2' })
  expect(await retention.holdOn('main', '2015-03')).toMatchObject({ id: 'h2', reason: 'a lawsuit' })
  expect(await retention.holdOn('main', '2016-03')).toBeUndefined()
  expect(await retention.liftHold('main', 'h2')).toBe(true)
  expect(await retention.holdOn('main', '2015-03')).toBeUndefined()
})

test('a hold on a patient keeps the months in which the patient is named', async () => {
  const event = auditEvent('p', new Date('2015-03-05'))
  event.entity = [{ what: { reference: 'Patient/p1' } }]
  await sealed.db.database.recordAudit('main', event)
  await retention.placeHold({
    id: 'h1',
    tenant: 'main',
    patient: 'p1',
    from: '2015-01',
    to: '2015-12',
    reason: 'x',
  })
  expect(await retention.holdOn('main', '2015-03')).toMatchObject({ patient: 'p1' })
  expect(await retention.holdOn('main', '2015-04')).toBeUndefined()
})
