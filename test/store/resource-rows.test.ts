import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'

test('what was written is read', async () => {
  await using db = await createTestDatabase()

  expect(await db.database.asSystem('main').read('Patient', 'nobody')).toBeUndefined()

  await using db2 = await createTestDatabase()
})
