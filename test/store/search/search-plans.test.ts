import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lowerSearch } from '../../../src/store/search/lower-search.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { definitions, queryOf, viewerOf } from './population.ts'

let clinic: TestDatabase
let server: pg.Client

/** Rows as wide as real ones: how many a page of the table holds decides between indexes. */
const wide = `repeat('a resource as people write them ', 25)`

/** 100,000 rows a table: made in the database, since only columns and statistics matter here. */
beforeAll(async () => {
  clinic = await createTestDatabase()
  await clinic.query(`insert into patient (tenant, id, version, updated, method, text, by_identifier, by_family, by_birthdate_start, by_birthdate_end, by_gender, by_organization)
    select 'main', 'p' || n, 1, '2026-01-01', 'PUT', ${wide}, array['m' || n, 'http://mrn|m' || n], E'\\nfam' || n % 2000 || E'ly\\n\\u0002Fam\\u0002',
      timestamptz '1940-01-01' + n % 29000 * interval '1 day', timestamptz '1940-01-02' + n % 29000 * interval '1 day',
      case n % 2 when 0 then 'male' else 'female' end, 'Organization/o' || n % 3
    from generate_series(1, 100000) n`)
  await clinic.query(`insert into slot (tenant, id, version, updated, method, text, by_schedule, by_start_start, by_start_end, by_status)
    select 'main', 's' || n, 1, '2026-01-01', 'PUT', ${wide}, 'Schedule/c' || n % 50, timestamptz '2026-01-01' + n / 50 * interval '30 minutes',
      timestamptz '2026-01-01' + n / 50 * interval '30 minutes' + interval '1 second', case n % 3 when 0 then 'free' else 'busy' end
    from generate_series(1, 100000) n`)
  await clinic.query(`insert into observation (tenant, id, version, updated, method, text, by_patient, by_subject, by_category, by_code, by_date_start, by_date_end)
    select 'main', 'b' || n, 1, '2026-01-01', 'PUT', ${wide}, 'Patient/p' || n % 5000, 'Patient/p' || n % 5000, array['vital-signs'], array['c' || n % 100],
      timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-01' + n * interval '1 minute'
    from generate_series(1, 100000) n`)
  // In every second event it is one patient, one doctor, one app; each of the others is about a patient of its own.
  await clinic.query(
    `insert into audit_form (tenant, id, text, by_action) select 'main', gen_random_uuid(), '{"id":"%1$s","seen":"%2$s"}', 'r' from generate_series(1, 300)`,
  )
  await clinic.query(`insert into audit_row (tenant, id, version, updated, form, v, by_patient_1, by_entity, by_entity_2, by_agent_1, by_agent_2, by_agent, by_date_start, by_date_end)
    select 'main', 'e' || n, 1, now() + n * interval '1 ms', (array(select id from audit_form))[1 + n % 300], array[n::text], 'Patient/p' || n % 2 * n, array['Patient/p' || n % 2 * n], '#r' || n,
      'Practitioner/d' || n % 2 * (n % 100), '#app-' || n % 2 * (n % 100), array['#https://clinic.test/fhir'], now() + n * interval '1 ms', now() + n * interval '1 ms'
    from generate_series(1, 20000) n`)
  await clinic.query('vacuum analyze patient, slot, observation, audit_row, audit_form')
  server = new pg.Client({ connectionString: clinic.url, options: '-c role=almanac_server -c jit=off' })
  await server.connect()
  await server.query(`select set_config('almanac.tenant', 'main', false)`)
}, 120_000)
afterAll(async () => {
  await server.end()
  await clinic.drop()
})

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Shared Hit Blocks'?: number
  readonly Plans?: readonly PlanNode[]
}

let statements = 0

/** The plan that the server's own role gets, with its clinic's row level security. */
async function planOf(url: string): Promise<PlanNode> {
  const statement = lowerSearch(definitions, queryOf(url), viewerOf('main'))
  if (statement === undefined) throw new Error('Nothing to plan')
  statements += 1
  const name = `plan_${statements}`
  await server.query(
    `set plan_cache_mode = ${statement.prepared ? 'force_generic_plan' : 'force_custom_plan'}`,
  )
  await server.query({ name, text: statement.text, values: [...statement.values] })
  const values = statement.values.map((value) =>
    Array.isArray(value)
      ? `array[${value.map((one) => pg.escapeLiteral(one)).join()}]`
      : pg.escapeLiteral(String(value)),
  )
  const { rows } = await server.query(
    `explain (analyze, buffers, timing off, format json) execute ${name} (${values.join()})`,
  )
  return rows[0]['QUERY PLAN'][0].Plan
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]
}

test.each([
  ['Patient?identifier=http://mrn|M4711', 'patient_terms_1', 60],
  ['Patient?identifier=M4711', 'patient_terms_1', 60],
  ['Patient?family=fam77ly&birthdate=ge1960-01-01&birthdate=lt1990-01-01', 'patient_terms_1', 400],
  ['Patient?family=nobody&birthdate=ge1900-01-01', 'patient_terms_1', 60],
  ['Patient?_id=p77', 'patient_pkey', 30],
  ['Patient?birthdate=1960-02-12', 'patient_by_birthdate_start', 60],
  ['Patient?organization=Organization/o1', 'patient_pkey', 120],
  ['Patient?_lastUpdated=gt2030-01-01', 'patient_updated', 30],
  ['Patient?_sort=-_lastUpdated', 'patient_updated', 120],
  [
    'Slot?schedule=Schedule/c7&start=ge2026-01-05&start=lt2026-02-05&status=free&_sort=start&_count=50',
    'slot_by_schedule_by_start_start_id_by_status_by_end_start',
    400,
  ],
  [
    'Slot?schedule=Schedule/c7&start=ge2026-01-05&start=lt2026-02-05&status=free&_sort=-start&_count=50',
    'slot_by_schedule_by_start_start_id_by_status_by_end_start',
    400,
  ],
  ['Observation?patient=Patient/p7', 'observation_by_patient', 120],
  [
    'Observation?patient=p7&category=vital-signs&date=ge2026-01-01&_sort=-date',
    'observation_by_patient',
    120,
  ],
  ['Observation?patient.identifier=M7', 'observation_by_patient', 120],
  ['Observation?code=c7', 'observation_pkey', 4_000],
  ['Observation?code=unheard-of', 'observation_terms_1', 60],
])('%s reads its index and few pages', async (url, index, pages) => {
  const plan = await planOf(url)
  const nodes = nodesOf(plan)
  expect(nodes.map((node) => node['Index Name'])).toContain(index)
  expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([])
  expect(plan['Shared Hit Blocks']).toBeLessThan(pages)
})

test.each([
  ['AuditEvent?patient=Patient/p0&_sort=-date', 'by_patient'],
  ['AuditEvent?patient=Patient/p0', 'by_patient'],
  ['AuditEvent?patient=Patient/p77&_sort=-date', 'by_patient'],
  ['AuditEvent?patient=Patient/p0&action=R&_sort=-date', 'by_patient'],
  ['AuditEvent?entity=Patient/p0&_sort=-date', 'by_patient'],
  ['AuditEvent?patient=Patient/p0&date=ge2026-01-01&_sort=-date', 'by_patient'],
  ['AuditEvent?agent=Practitioner/d0&_sort=-date', 'by_agent'],
  ['AuditEvent?agent:identifier=app-0&_sort=-date', 'by_agent'],
  ['AuditEvent?entity:identifier=r77&_sort=-date', 'by_entity'],
  ['AuditEvent?agent:identifier=https://clinic.test/fhir&_sort=-date', 'by_date_start'],
  ['AuditEvent?_sort=-date', 'by_date_start'],
])('%s is read in the order of time and stops when the page is full', async (url, index) => {
  const plan = await planOf(url)
  expect(nodesOf(plan).map((node) => node['Index Name'] ?? '')).toContainEqual(
    expect.stringMatching(`^audit_row_20.*${index}`),
  )
  expect(plan['Shared Hit Blocks']).toBeLessThan(200)
})

test('a page further on costs what the first one costs', async () => {
  const query = queryOf(
    'Slot?schedule=Schedule/c7&start=ge2026-01-05&start=lt2026-02-05&_sort=start&_count=50',
  )
  const cursor = JSON.stringify([0, 'Slot', 's40007', '2026-01-25 00:00:00+00'])
  const statement = lowerSearch(definitions, { ...query, cursor }, viewerOf('main'))
  expect(statement?.text).toContain('(r.by_start_start, r.id) > ($6::timestamptz, $5)')
})

test('the text of a statement is that of its shape, whatever the values are', () => {
  const text = (url: string) => lowerSearch(definitions, queryOf(url), viewerOf('main'))?.text
  expect(text('Patient?identifier=a|1&birthdate=lt2000')).toBe(
    text('Patient?identifier=2&birthdate=lt1990-05'),
  )
  expect(text("Patient?family='; drop table patient; --")).toBe(text('Patient?family=Ngata'))
})
