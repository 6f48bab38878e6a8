import { expect, test, vi } from 'vitest'
import { CodeTable } from '#fhir/terminology/code-table.ts'
import { expandValueSet } from '#fhir/terminology/expand-value-set.ts'
import { keepLast } from '#fhir/terminology/keep-last.ts'
import { sourceOf } from '#fhir/terminology/terminology.ts'
import type { ValueSet } from '#fhir/terminology/value-set.ts'

const tableOf = (count: number) =>
  new CodeTable({
    resourceType: 'CodeSystem',
    url: 'urn:rooms',
    status: 'active',
    content: 'complete',
    concept: Array.from({ length: count }, (_, at) => ({ code: `r${at}` })),
  } as ConstructorParameters<typeof CodeTable>[0])
const rooms: ValueSet = { resourceType: 'ValueSet', compose: { include: [{ system: 'urn:rooms' }] } }
const sourceWith = (table: CodeTable) => sourceOf(new Map(), new Map([['urn:rooms', table]]))

function kept() {
  const make = vi.fn(expandValueSet)
  return { make, list: keepLast(make, ({ length }) => length) }
}

test('the pages of a long list are cut from one list', () => {
  const { make, list } = kept()
  const table = tableOf(1_000)
  expect(list(rooms, sourceWith(table))).toHaveLength(1_000)
  expect(list(rooms, sourceWith(table))).toHaveLength(1_000)
  expect(make).toHaveBeenCalledTimes(1)
})

test('a list is made anew when its value set or what it is made of is another', () => {
  const { list } = kept()
  const table = tableOf(2_000)
  expect(list(rooms, sourceWith(table))).toHaveLength(2_000)
  expect(list(rooms, sourceWith(tableOf(1_500)))).toHaveLength(1_500)
  expect(() => list(rooms, sourceOf(new Map(), new Map()))).toThrow(/not held here/)
  const some: ValueSet = {
    ...rooms,
    compose: { include: [{ system: 'urn:rooms', concept: [{ code: 'r7' }] }] },
  }
  expect(list(some, sourceWith(table))).toMatchObject([{ code: 'r7' }])
})

test('a short list is not worth keeping, and takes no long one’s place', () => {
  const { make, list } = kept()
  const long = tableOf(1_000)
  list(rooms, sourceWith(long))
  list({ ...rooms }, sourceWith(tableOf(3)))
  list(rooms, sourceWith(long))
  expect(make).toHaveBeenCalledTimes(2)
})
