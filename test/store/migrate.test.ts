import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import { migrationFolders } from '../../src/migration-folders.ts'
import { migrate } from '../../src/store/migrate.ts'
import { cloneTemplate, createEmptyDatabase, dropDatabase } from '../support/database.ts'

const definitions = loadDefinitions()

async function throwaway(url: string): Promise<string> {
  onTestFinished(() => dropDatabase(url))
  return url
}

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

test('six servers that start on an empty database at once set it up once', { timeout: 60_000 }, async () => {
  const url = await throwaway(await createEmptyDatabase())
  const reports = await Promise.all(Array.from({ length: 6 }, () => migrate({ url, definitions })))
  expect(reports.filter(({ made }) => made.length > 0)).toHaveLength(1)
  const [row] = await query<{ tables: number }>(
    url,
    `select count(*)::int as tables from pg_class where relname in ('patient', 'audit_row', 'history') and relkind in ('r', 'p')`,
  )
  expect(row?.tables).toBe(3)
})

test('a user with no right but to its own database needs roles made by a DBA, and is told so', {
  timeout: 60_000,
}, async () => {
  await throwaway(await cloneTemplate()) // the cluster has the roles from here on
  const url = new URL(await throwaway(await createEmptyDatabase()))
  const superuser = url.href
  await query(
    superuser,
    `create role clinic_owner login password 'owned'; alter database ${url.pathname.slice(1)} owner to clinic_owner; grant all on schema public to clinic_owner`,
  )
  onTestFinished(async () => {
    await query(
      superuser,
      'drop owned by clinic_owner; reassign owned by clinic_owner to current_user; alter database ' +
        url.pathname.slice(1) +
        ' owner to current_user; drop role clinic_owner',
    )
  })
  url.username = 'clinic_owner'
  url.password = 'owned'
  await expect(migrate({ url: url.href, definitions })).rejects.toThrow(
    /^The user of DATABASE_URL lacks a right \(.+\): docs\/database\.md has what a DBA runs once\.$/,
  )
  const grant = sqlOfThePage('create role')
    .split('\n')
    .filter((line) => line.startsWith('grant'))
  await query(superuser, grant.join('').replace('the_user_of_database_url', 'clinic_owner'))
  const { made, warnings } = await migrate({ url: url.href, definitions, folders: migrationFolders })
  expect(made).toContain('table patient')
  expect(warnings).toEqual([expect.stringContaining('docs/database.md')])
  await query(superuser, sqlOfThePage('alter function'))
  expect(await migrate({ url: url.href, definitions, folders: migrationFolders })).toEqual({
    made: [],
    warnings: [],
  })
})

/** What docs/database.md gives to a DBA. */
function sqlOfThePage(start: string): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/database.md'), 'utf8')
  const blocks = page
    .split('```sql\n')
    .slice(1)
    .map((block) => block.split('```')[0] ?? '')
  return blocks.filter((block) => block.startsWith(start)).join('\n')
}

test('a second start finds nothing to do', async () => {
  const url = await throwaway(await cloneTemplate())
  expect(await migrate({ url, definitions })).toEqual({ made: [], warnings: [] })
})

test('a lost index and a lost column come back, a strange column and a wrong type are reported', async () => {
  const url = await throwaway(await cloneTemplate())
  await query(
    url,
    `drop index patient_terms_1; drop index slot_by_schedule_by_start_start_id_by_status_by_end_start; alter table patient drop column by_gender;
     alter table patient add column by_shoe_size text; alter table observation alter column by_status type varchar(9)`,
  )
  const { made, warnings } = await migrate({ url, definitions })
  expect(made).toEqual([
    'columns patient.by_gender',
    'index patient_by_gender',
    'index patient_terms_1',
    'index slot_by_schedule_by_start_start_id_by_status_by_end_start',
  ])
  expect(warnings).toEqual([
    'observation.by_status is character varying(9) and should be text COLLATE "C"',
    'patient.by_shoe_size belongs to no search parameter',
  ])
})

test('an index whose making was interrupted is made again', async () => {
  const url = await throwaway(await cloneTemplate())
  await query(
    url,
    `update pg_index set indisvalid = false where indexrelid in ('patient_by_gender'::regclass, 'patient_terms_1'::regclass)`,
  )
  const { made } = await migrate({ url, definitions })
  expect(made).toEqual(['index patient_by_gender', 'index patient_terms_1'])
  expect(await query(url, 'select from pg_index where not indisvalid')).toEqual([])
})

test('all types have a table with a column for each of their search parameters', async () => {
  const url = await throwaway(await cloneTemplate())
  const rows = await query<{ name: string }>(
    url,
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')`,
  )
  const names = new Set(rows.map(({ name }) => name))
  expect(definitions.resourceTypes).toHaveLength(146)
  expect(definitions.resourceTypes.filter((type) => !names.has(type.toLowerCase()))).toEqual([])
})
