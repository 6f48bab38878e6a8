import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { bookingBody, seedCalendar } from './booking.ts'
import { copyRows } from './copy-rows.ts'
import { patientBody, patientId } from './people.ts'
import { RawClient } from './raw-client.ts'
import { describeMachine, markdown } from './report.ts'
import { progress } from './seed.ts'
import { startServer } from './server-process.ts'

/**
 * `node bench/book-growth.ts [10000,100000,1000000] [minutes]`: what one booking costs while the clinic's appointments become more,
 * each with its slot, three claims and its history, of a thousand visits a doctor. The rows are put there by SQL, as bookings would
 * have left them (but for the slots' second version); what is measured goes through HTTP, one after the other. A million take
 * some 5 GB of disk. Where the minutes (10) are short, it measures with as many as there are by then.
 */
const steps = (process.argv[2] ?? '10000,100000,1000000').split(',').map(Number)
/** What comes after the rows (indexes, vacuum, bookings) takes its part. */
const fillUntil = performance.now() + Number(process.argv[3] ?? 10) * 60_000 * 0.6
const chunk = 50_000
const ends = `begins + interval '15 minutes'`
const doctor = 'n / 1000'
const warm = 100
const requests = 500
const patients = 500

const folder = mkdtempSync(join(tmpdir(), 'almanac-book-growth-'))
process.env.DEMO = 'true'
process.env.GENERATE_SLOTS = 'false'
const server = await startServer(folder)
const open = async () => {
  const client = new pg.Client({ connectionString: findEmbeddedPostgres(join(folder, 'data')) })
  await client.connect()
  await client.query('set session_replication_role = replica')
  await client.query('set synchronous_commit = off')
  return client
}
const admin = await open()
const beside = await open()
try {
  await seedPatients()
  await seedCalendar(server.port, server.token, Math.ceil((steps.length * (warm + requests)) / 60))
  const p50: number[] = []
  const p99: number[] = []
  const reached: number[] = []
  for (const [step, many] of steps.entries()) {
    reached.push(await fill(reached[step - 1] ?? 0, many))
    const times = await book(step * (warm + requests))
    p50.push(times[Math.floor(0.5 * (times.length - 1))] ?? 0)
    p99.push(times[Math.floor(0.99 * (times.length - 1))] ?? 0)
  }
  progress('')
  const row = (name: string, times: readonly number[]) => [
    name,
    ...times.map((time) => time.toFixed(2)),
    `${((times.at(-1) ?? 0) / (times[0] ?? 1)).toFixed(2)} ×`,
  ]
  const head = ['book, one after the other', ...reached.map((many) => `${many} appointments`), 'growth']
  const [{ size }] = (
    await admin.query<{ size: string }>('select pg_size_pretty(pg_database_size(current_database())) as size')
  ).rows as [{ size: string }]
  process.stdout.write(
    `${describeMachine()}; ${requests} requests each; ${size} of database\n\n${markdown([head, row('p50 ms', p50), row('p99 ms', p99)])}\n`,
  )
} finally {
  await beside.end()
  await admin.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function book(from: number): Promise<readonly number[]> {
  const client = new RawClient(server.port)
  const times: number[] = []
  for (let turn = from; turn < from + warm + requests; turn++) {
    const sent = performance.now()
    const { status, body } = await post(client, 'Appointment', bookingBody(turn, patientId(turn % patients)))
    if (turn >= from + warm) times.push(performance.now() - sent)
    if (status !== 201) throw new Error(`${status} ${body.toString('utf8', 0, 300)}`)
  }
  client.close()
  return times.sort((a, b) => a - b)
}

function post(client: RawClient, path: string, body: string) {
  return client.send(
    `POST /fhir/${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\nContent-Type: application/fhir+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

async function seedPatients(): Promise<void> {
  const client = new RawClient(server.port)
  const entries = Array.from(
    { length: patients },
    (_, at) =>
      `{"resource":${patientBody(at, patientId(at))},"request":{"method":"PUT","url":"Patient/${patientId(at)}"}}`,
  )
  await post(client, '', `{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(',')}]}`)
  client.close()
}

/** Answers with how many there are then. */
async function fill(from: number, to: number): Promise<number> {
  const bulk = to - from >= chunk
  const constraint = bulk ? await dropConstraint() : undefined
  let at = from
  for (; at < to && (at === from || performance.now() < fillUntil); at = Math.min(to, at + chunk)) {
    progress(`${at} of ${to} appointments`)
    const rows = rowsOf(at, Math.min(to, at + chunk))
    await Promise.all([fillResources(rows), fillClaims(rows)])
  }
  progress(`${at} appointments: constraint`)
  if (constraint !== undefined) await admin.query(constraint)
  progress(`${at} appointments: vacuum, as PostgreSQL does by itself some minutes after a load`)
  await admin.query('vacuum analyze')
  await admin.query('checkpoint')
  return at
}

/** Many claims are judged together in a third of the time; the constraint that is made again looks at every one of them. */
async function dropConstraint(): Promise<string> {
  const { rows } = await admin.query<{ definition: string }>(
    `select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'booking_claim_taken_once'`,
  )
  await admin.query('alter table booking_claim drop constraint booking_claim_taken_once')
  return `alter table booking_claim add constraint booking_claim_taken_once ${rows[0]?.definition}`
}

function rowsOf(from: number, to: number): string {
  return `generate_series(${from}, ${to - 1}) n, lateral (select timestamptz '2028-01-03T06:00Z'
    + (n % 1000) / 40 * interval '1 day' + n % 40 * interval '15 minutes' as begins) t`
}

async function fillResources(rows: string): Promise<void> {
  await copyRows(admin, 'slot', `'grown-' || n`, rows, {
    by_schedule: `'Schedule/grown-' || ${doctor}`,
    by_status: `'busy'`,
    by_start_start: 'begins',
    by_start_end: `begins + interval '1 second'`,
    by_end_start: ends,
    by_end_end: `${ends} + interval '1 second'`,
  })
  await copyRows(admin, 'appointment', `'grown-' || n`, rows, {
    by_status: `'booked'`,
    by_actor: `array['Patient/grown-' || n / 10, 'Practitioner/grown-' || ${doctor}]`,
    by_patient: `array['Patient/grown-' || n / 10]`,
    by_practitioner: `array['Practitioner/grown-' || ${doctor}]`,
    by_slot: `array['Slot/grown-' || n]`,
    by_date_start: 'begins',
    by_date_end: ends,
  })
}

async function fillClaims(rows: string): Promise<void> {
  await beside.query(`insert into booking_claim (tenant, appointment, actor, lane, capacity, period, tentative)
    select 'main', 'grown-' || n, actor, 1, 1, tstzrange(begins, ${ends}), false from ${rows},
      unnest(array['Patient/grown-' || n / 10, 'Practitioner/grown-' || ${doctor}, 'Slot/grown-' || n]) actor`)
  await beside.query(`insert into history (tenant, type, id, version, updated, deleted, method, text)
    select 'main', type, 'grown-' || n, 1, now(), false, 'POST', text from ${rows},
      (select 'Appointment' as type, text from (select text from appointment limit 1) a
       union all select 'Slot', text from (select text from slot limit 1) s) sample`)
}
