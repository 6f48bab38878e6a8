import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import type { Viewer } from '../../src/fhir/search-query.ts'
import type { HistoryQuery, Store } from '../../src/store/store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { auditEvent, changeTo, deletionOf, patient, write } from './changes.ts'

let db: TestDatabase
let store: Store
const start = Date.UTC(2026, 0, 1)
const minute = (at: number) => new Date(start + at * 60_000)

beforeAll(async () => {
  db = await createTestDatabase()
  store = db.database.asSystem('main')
  await write(store, changeTo(patient('a'), 1, minute(0)))
  await write(store, changeTo(patient('b'), 1, minute(1)))
  await write(store, changeTo({ resourceType: 'Basic', id: 'c' }, 1, minute(2)))
  await write(store, changeTo(patient('a', 'Meier'), 2, minute(3)))
  await write(store, deletionOf('Patient', 'a', 3, minute(4)))
  await write(store, changeTo(patient('b', 'Meier'), 2, minute(5)))
})

afterAll(() => db.drop())

async function keysOf(query: Partial<HistoryQuery>, from: Store = store): Promise<string[]> {
  const { versions } = await from.history({ count: 100, total: false, ...query })
  return versions.map(({ id, version, deleted }) => `${id}/${version}${deleted ? ' deleted' : ''}`)
}

describe('histories begin with what is newest', () => {
  test('of one patient, the deletion among them', async () => {
    expect(await keysOf({ type: 'Patient', id: 'a' })).toEqual(['a/3 deleted', 'a/2', 'a/1'])
  })

  test('of all patients', async () => {
    expect(await keysOf({ type: 'Patient' })).toEqual(['b/2', 'a/3 deleted', 'a/2', 'b/1', 'a/1'])
  })

  test('of everything', async () => {
    const { resourceTypes } = loadDefinitions()
    expect(await keysOf({ types: resourceTypes })).toEqual(['b/2', 'a/3 deleted', 'a/2', 'c/1', 'b/1', 'a/1'])
  })

  test('another clinic has none of it', async () => {
    expect(await keysOf({ type: 'Patient' }, db.database.asSystem('north'))).toEqual([])
  })

  test('since a moment', async () => {
    expect(await keysOf({ type: 'Patient', since: minute(3) })).toEqual(['b/2', 'a/3 deleted', 'a/2'])
  })

  test('as things stood at some time', async () => {
    expect(await keysOf({ type: 'Patient', at: { start: minute(1.5), end: minute(2.5) } })).toEqual([
      'b/1',
      'a/1',
    ])
    expect(await keysOf({ type: 'Patient', at: { start: minute(3), end: minute(3.5) } })).toEqual([
      'a/2',
      'b/1',
    ])
  })

  test('the total counts every version that is asked for, whatever the page', async () => {
    const page = await store.history({ type: 'Patient', count: 2, total: true })
    expect(page.total).toBe(5)
    const rest = await store.history({ type: 'Patient', count: 2, total: true, cursor: page.next ?? '' })
    expect(rest.total).toBe(5)
    expect(await store.history({ type: 'Patient', count: 0, total: true })).toEqual({
      versions: [],
      total: 5,
    })
  })

  test('an old version is still read, a version that never was is not', async () => {
    expect((await store.vread('Patient', 'a', 1))?.text).toContain('Müller')
    expect((await store.vread('Patient', 'a', 3))?.deleted).toBe(true)
    expect(await store.vread('Patient', 'a', 4)).toBeUndefined()
    expect(await store.vread('Patient', 'a', 9e15)).toBeUndefined()
  })

  test('audit events have a history of one version each, asked for by name', async () => {
    const north = db.database.asSystem('north')
    const ids = ['019c0000-0000-7000-8000-000000000001', '019c0000-0001-7000-8000-000000000002']
    for (const id of ids)
      await db.database.recordAudit('north', auditEvent(id, new Date('2026-01-28T00:00:00Z')))
    const first = await north.history({ type: 'AuditEvent', count: 1, total: true })
    expect(first.versions.map(({ id }) => id)).toEqual([ids[1]])
    expect(first.total).toBe(2)
    expect(await keysOf({ type: 'AuditEvent', cursor: first.next ?? '' }, north)).toEqual([`${ids[0]}/1`])
    expect(await keysOf({ types: loadDefinitions().resourceTypes }, north)).toEqual([])
  })

  test('a place in a history that we did not write is refused', async () => {
    const page = store.history({
      type: 'Patient',
      count: 1,
      total: false,
      cursor: `["x'; drop table history"]`,
    })
    await expect(page).rejects.toMatchObject({ kind: 'value' })
  })
})

test('pages taken while others write repeat nothing and leave nothing out', async () => {
  const many = db.database.asSystem('paging')
  const existing = Array.from({ length: 60 }, (_, at) => changeTo(patient(`p${at}`), 1, minute(at % 7)))
  await write(many, ...existing)
  for (const query of [{ type: 'Patient' }, { types: loadDefinitions().resourceTypes }]) {
    const seen: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < 20; page++) {
      const at = new Date()
      await write(many, changeTo(patient(`new-${query.type}-${page}`), 1, at))
      const found = await many.history({
        ...query,
        count: 7,
        total: false,
        ...(cursor === undefined ? {} : { cursor }),
      })
      seen.push(...found.versions.map(({ id }) => id))
      cursor = found.next
      if (cursor === undefined) break
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(existing.filter(({ id }) => !seen.includes(id))).toEqual([])
  }
})

describe('a patient who sees their own record alone', () => {
  const own: Viewer = {
    tenant: 'main',
    visible: (type) => (type === 'Patient' ? { kind: 'id', ids: ['b'] } : 'nothing'),
  }

  test('reads it, and nothing else', async () => {
    const seen = db.database.openStore(own)
    expect((await seen.read('Patient', 'b'))?.version).toBe(2)
    expect((await seen.vread('Patient', 'b', 1))?.version).toBe(1)
    expect(await seen.read('Patient', 'a')).toBeUndefined()
    expect(await seen.vread('Patient', 'a', 1)).toBeUndefined()
    expect(await seen.read('Basic', 'c')).toBeUndefined()
    const many = await seen.readMany(['a', 'b'].map((id) => ({ type: 'Patient', id })))
    expect(many.map(({ id }) => id)).toEqual(['b'])
  })

  test('has histories and totals of it alone', async () => {
    const seen = db.database.openStore(own)
    const { resourceTypes } = loadDefinitions()
    expect(await keysOf({ type: 'Patient' }, seen)).toEqual(['b/2', 'b/1'])
    expect(await keysOf({ types: resourceTypes }, seen)).toEqual(['b/2', 'b/1'])
    expect((await seen.history({ types: resourceTypes, count: 1, total: true })).total).toBe(2)
    expect((await seen.history({ type: 'Basic', count: 1, total: true })).total).toBe(0)
  })
})
