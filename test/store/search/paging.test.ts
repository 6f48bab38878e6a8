import { afterAll, beforeAll, expect, test } from 'vitest'
import { Refusal } from '../../../src/fhir/refusal.ts'
import type { Store } from '../../../src/store/store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { idsOf, queryOf, remove, store } from './population.ts'

let clinic: TestDatabase
let calendar: Store

const slot = (id: string, minute: number, status = 'free') => ({
  resourceType: 'Slot',
  id,
  status,
  schedule: { reference: 'Schedule/s' },
  start: new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString(),
})

/** Those that nobody touches while others turn pages. */
const steady = Array.from({ length: 200 }, (_, number) =>
  slot(`steady-${String(number).padStart(3, '0')}`, number * 10),
)

beforeAll(async () => {
  clinic = await createTestDatabase({ checkReferences: false })
  calendar = clinic.database.asSystem('main')
  await store(calendar, steady)
})
afterAll(() => clinic.drop())

async function readAll(url: string, betweenPages: () => Promise<void>): Promise<string[]> {
  const query = queryOf(url)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await calendar.search({ ...query, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...idsOf(page))
    cursor = page.next
    await betweenPages()
  } while (cursor !== undefined)
  return seen
}

test.each([
  'Slot?_count=7',
  'Slot?_count=7&_sort=start',
  'Slot?_count=7&_sort=-start',
  'Slot?_count=7&_sort=status,-start',
  'Slot?schedule=s&start=ge2026-03-01&_count=7&_sort=start',
])('no slot is shown twice and none is missed while others book: %s', async (url) => {
  let round = 0
  let going = true
  const others = [0, 1, 2].map(async (writer) => {
    while (going) {
      round += 1
      const id = `${['a', 'steady-050x', 'z'][writer]}-${url.length}-${round}`
      await store(calendar, [slot(id, (round * 37) % 2000, round % 2 === 0 ? 'busy' : 'free')])
      if (round % 3 === 0) await remove(calendar, 'Slot', id, 2)
    }
  })
  const seen = await readAll(url, () => new Promise((resolve) => setTimeout(resolve, 2)))
  going = false
  await Promise.all(others)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.filter((id) => id.startsWith('steady') && !id.includes('x')).sort()).toEqual(
    steady.map(({ id }) => id),
  )
  expect(round).toBeGreaterThan(10)
})

test('the row that a page ended with may be deleted before the next page is asked for', async () => {
  const query = queryOf('Slot?_sort=start&_count=1&status=free')
  await store(calendar, [slot('first', -10), slot('second', -9)])
  const page = await calendar.search(query)
  expect(idsOf(page)).toEqual(['first'])
  await remove(calendar, 'Slot', 'first', 2)
  const next = await calendar.search({ ...query, cursor: page.next as string })
  expect(idsOf(next)).toEqual(['second'])
  expect(idsOf(await calendar.search({ ...query, cursor: next.previous as string }))).toEqual([])
})

test('a cursor of another search is refused', async () => {
  const { next } = await calendar.search(queryOf('Slot?_sort=start&_count=1'))
  for (const cursor of [next as string, '', '[]', '{"a":1}', '[0,"Slot","x",1]', '[2,"Slot","x"]'])
    await expect(calendar.search({ ...queryOf('Slot?_sort=start,status'), cursor })).rejects.toThrow(Refusal)
})
