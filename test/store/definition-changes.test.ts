import { expect, onTestFinished, test, vi } from 'vitest'
import { createDatabase, put } from './definition-writes.ts'

test('a change of a clinic’s value sets is told to every process, with the clinic’s name', async () => {
  const { database, other } = await createDatabase()
  const heard: (string | undefined)[] = []
  onTestFinished(other.definitionChanges.subscribe((tenant) => heard.push(tenant)))
  // Told once when it begins to listen: what was before is unknown.
  await vi.waitFor(() => expect(heard).toEqual([undefined]))
  await put(database, 'north', { resourceType: 'Basic', id: 'a' })
  await put(database, 'north', { resourceType: 'ValueSet', id: 'a', url: 'urn:a', status: 'active' })
  await vi.waitFor(() => expect(heard).toEqual([undefined, 'north']))
})

test('when the line was lost, any clinic’s definitions may have changed', async () => {
  const { other, query, faults } = await createDatabase()
  const heard: (string | undefined)[] = []
  onTestFinished(other.definitionChanges.subscribe((tenant) => heard.push(tenant)))
  await vi.waitFor(() => expect(heard).toEqual([undefined]))
  await query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'almanac notifications' and datname = current_database()`,
  )
  await vi.waitFor(() => expect(heard).toEqual([undefined, undefined]), { timeout: 5_000 })
  expect(faults.length).toBeGreaterThan(0)
})
