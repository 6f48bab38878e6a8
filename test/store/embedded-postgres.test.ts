import pg from 'pg'
import { expect, inject, test } from 'vitest'

test('the run has a cluster', async () => {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  const { rows } = await client.query('select version() as v')
  expect(rows[0].v).toMatch(/PostgreSQL 18/)
  await client.end()
})
