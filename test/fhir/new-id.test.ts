import { expect, test } from 'vitest'
import { newId } from '#fhir/new-id.ts'

test('ids come in the order in which they were asked for, within a millisecond too', () => {
  const ids = Array.from({ length: 20_000 }, newId)
  expect(ids).toEqual(ids.toSorted())
  expect(new Set(ids).size).toBe(ids.length)
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(ids.filter((id) => !form.test(id))).toEqual([])
})

test('an id tells when it was made', () => {
  const before = Date.now()
  const told = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16)
  // What was asked for above within a millisecond may have run ahead.
  expect(told).toBeGreaterThanOrEqual(before)
  expect(told).toBeLessThanOrEqual(Date.now() + 1000)
})
