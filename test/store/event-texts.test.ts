import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readForm } from '#store/event-texts.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { formedEvent } from './changes.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

const piece = fc.constantFrom(
  '%',
  '%%',
  '%1$s',
  '%2$s',
  '%3$s',
  '%4$s',
  '%s',
  '%2$L',
  '%2$-9s',
  '%0$s',
  '$',
  's',
  '{"é',
  '\n',
)
const form = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''))
const values = fc.array(fc.constantFrom('', 'a', '%', '%1$s', 'ü'), { maxLength: 3 })

test('a form is filled as PostgreSQL would fill it, or not at all', async () => {
  const cases = fc.sample(fc.record({ form, values }), 500)
  const filled = cases.map(({ form: text, values: v }) => readForm(text)?.fill('id', v))
  expect(filled.filter((text) => text !== undefined).length).toBeGreaterThan(50)
  for (const [at, text] of filled.entries()) {
    if (text === undefined) continue
    const { form: asked, values: v } = cases[at] as (typeof cases)[number]
    const [row] = await db.query<{ text: string | null }>('select format($1, variadic $2::text[]) as text', [
      asked,
      ['id', ...v],
    ])
    expect(row?.text).toBe(text)
  }
})

test('what no server writes is no form', () => {
  for (const text of ['%', 'a % b', '%s', '%2$L', '%2$-9s', '%0$s']) expect(readForm(text)).toBeUndefined()
  expect(readForm('%%%1$s%%')?.fill('id', [])).toBe('%id%')
  expect(readForm('%3$s')?.fill('id', ['one'])).toBeUndefined()
})

test('an event whose form is gone is told to be lost, never shown without its text', async () => {
  await db.database.recordAudit('lost', formedEvent(db.database, 'lost', 'e1'))
  const store = db.database.asSystem('lost')
  const search = () =>
    store.search({ types: ['AuditEvent'], where: [], sort: [], includes: [], count: 10, total: 'none' })
  const history = () => store.history({ type: 'AuditEvent', id: 'e1', count: 10, total: false })
  expect((await store.read('AuditEvent', 'e1'))?.text).toContain('"id":"e1"')
  expect((await search()).matches).toHaveLength(1)
  await db.query('alter table audit_form disable trigger user')
  await db.query('delete from audit_form')
  const lost = { kind: 'fault', message: expect.stringMatching(/^The text of AuditEvent\/e1 is lost/) }
  await expect(store.read('AuditEvent', 'e1')).rejects.toMatchObject(lost)
  await expect(store.readMany([{ type: 'AuditEvent', id: 'e1' }])).rejects.toMatchObject(lost)
  await expect(search()).rejects.toMatchObject(lost)
  await expect(history()).rejects.toMatchObject(lost)
})
