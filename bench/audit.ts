import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { startServer } from './server-process.ts'

/**
 * node bench/audit.ts [--events 10000000]: what an auditor waits for when so many events are stored, what the events and
 * their seals take of the disk, and how fast they are verified and exported. What auditing costs a read is
 * `npm run bench -- --only read` against the same with NODE_OPTIONS='--import ./bench/without-audit.ts'.
 */
const { values } = parseArgs({ options: { events: { type: 'string', default: '10000000' } } })
const events = Number(values.events)
/** Of one patient, and of one app. */
const ofOne = Math.min(10_000, Math.floor(events / 10))
const chunk = 20_000
const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'almanac-bench-audit-'))
try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function tell(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(58)} ${value}\n`)
}

async function main(): Promise<void> {
  const server = await startServer(folder)
  const data = join(folder, 'data')
  const superuser = new pg.Client({ connectionString: findEmbeddedPostgres(data) })
  await superuser.connect()
  let { token } = server
  const ask = async (path: string) => {
    const url = path.startsWith('http') ? path : `http://127.0.0.1:${server.port}/fhir${path}`
    const started = performance.now()
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    const body = (await answer.json()) as { entry?: object[]; link?: { relation: string; url: string }[] }
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`)
    return { body, time: performance.now() - started }
  }
  const patients = await ask('/Patient?_count=1')
  const [first] = (patients.body.entry ?? []) as readonly { readonly resource: { readonly id: string } }[]
  const patient = first?.resource.id ?? ''
  await ask(`/Patient/${patient}`)
  await fill(superuser, patient)
  await superuser.query('vacuum analyze audit_row, audit_form')
  // The server's own may have expired meanwhile.
  token = server.tokenFor(['--scope', 'system/*.rs'])
  for (const path of [
    '/AuditEvent?patient=Patient/bench-0&_sort=-date',
    '/AuditEvent?agent:identifier=bench-app-0&_sort=-date',
    '/AuditEvent?_sort=-date',
    '/AuditEvent?date=ge2020-01-01&_sort=date',
    '/AuditEvent?patient=Patient/bench-0&action=R&_sort=-date&_count=50',
    '/Patient/bench-0/$disclosures',
  ]) {
    const times: number[] = []
    for (let count = 0; count < 20; count++) times.push((await ask(path)).time)
    times.sort((a, b) => a - b)
    tell(`first page ${path.slice(0, 45)}`, `p50 ${times[9]?.toFixed(1)} ms, p95 ${times[18]?.toFixed(1)} ms`)
  }
  for (const path of [
    '/AuditEvent?patient=Patient/bench-0&_sort=-date',
    '/AuditEvent?agent:identifier=bench-app-0&_sort=-date',
  ]) {
    const started = performance.now()
    let found = 0
    for (let next: string | undefined = `${path}&_count=1000`; next !== undefined; ) {
      const { body } = await ask(next)
      found += body.entry?.length ?? 0
      next = body.link?.find(({ relation }) => relation === 'next')?.url
    }
    tell(
      `all ${found} events, pages of 1,000: ${path.slice(0, 30)}`,
      `${((performance.now() - started) / 1000).toFixed(2)} s`,
    )
  }
  await awaitSeals(superuser)
  await measureStorage(superuser)
  const env = { ...process.env, ALMANAC_DATA: data }
  const timed = async (file: string, ...args: string[]) => {
    const started = performance.now()
    const { stdout } = await run(process.execPath, [`src/commands/${file}`, ...args], { env })
    return { seconds: (performance.now() - started) / 1000, stdout }
  }
  const verified = await timed('audit-verify.ts', '--clinic', 'main')
  tell(
    'verify, live',
    `${verified.stdout.split('.')[0]}: ${Math.round(events / verified.seconds).toLocaleString('en')} events/s`,
  )
  const out = join(folder, 'export')
  const exported = await timed('audit-export.ts', '--out', out, '--csv')
  tell(
    'export, NDJSON and CSV and seals',
    `${Math.round(events / exported.seconds).toLocaleString('en')} events/s`,
  )
  const offline = await timed('audit-verify.ts', '--export', out)
  tell('verify, export', `${Math.round(events / offline.seconds).toLocaleString('en')} events/s`)
  await superuser.end()
  await server.stop()
}

/**
 * By SQL, as a server would need hours: the event of one read, with other ids, patients, apps and times. These lie ahead:
 * verification would take those of the past for what they are, put in afterwards.
 */
async function fill(superuser: pg.Client, patient: string): Promise<void> {
  // Entries of indexes one by one would be hours of ten million events.
  const { rows: indexes } = await superuser.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as definition
     from pg_index i where i.indrelid = 'audit_row'::regclass and not i.indisprimary`,
  )
  for (const { name } of indexes) await superuser.query(`drop index ${name}`)
  await fillRows(superuser, patient)
  await superuser.query(`set maintenance_work_mem = '1GB'`)
  for (const { definition } of indexes) await superuser.query(definition)
}

async function fillRows(superuser: pg.Client, patient: string): Promise<void> {
  const { rows: samples } = await superuser.query<{ id: string }>(
    `select id from auditevent where text like $1 and text like '%"code":"read"%' limit 1`,
    [`%"Patient/${patient}"%`],
  )
  for (let first = 0; first < events; first += chunk)
    await superuser.query(
      `with s as (select *, substr(by_entity_2, 2) as request, substr(by_agent_2, 2) as app, ${isoTime('updated')} as told from audit_row where id = $1),
       m as (select gen_random_uuid()::text as id, gen_random_uuid()::text as request,
                    'bench-' || case when n % ($4::bigint / $5) = 0 then 0 else 1 + (n * 7919) % 20000 end as patient,
                    'bench-app-' || case when n % ($4::bigint / $5) = 1 then 0 else 1 + (n * 104729) % 50 end as app,
                    date_trunc('ms', now() + (n::double precision / $4) * interval '85 days') as at
             from generate_series($2::bigint, least($2::bigint + $3::bigint, $4) - 1) n)
       insert into audit_row (tenant, id, version, updated, form, v, by_agent_2, by_entity_2, by_patient_1, by_date_start, by_date_end)
       select s.tenant, m.id, 1, m.at, s.form,
              array_replace(array_replace(array_replace(array_replace(s.v, $6, m.patient), s.app, m.app), s.request, m.request), s.told, ${isoTime('m.at')}),
              '#' || m.app, '#' || m.request, 'Patient/' || m.patient, m.at, m.at + interval '1 ms'
       from m cross join s`,
      [samples[0]?.id, first, chunk, events, ofOne, patient],
    )
}

function isoTime(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

async function awaitSeals(superuser: pg.Client): Promise<void> {
  const started = performance.now()
  for (;;) {
    const { rows } = await superuser.query<{ waiting: boolean }>(
      `select exists (select from auditevent where xid >= (select max(until::text::bigint) from audit_seal)::text::xid8) as waiting`,
    )
    if (rows[0]?.waiting === false) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  tell('sealed after the last query', `${((performance.now() - started) / 1000).toFixed(1)} s`)
}

async function measureStorage(superuser: pg.Client): Promise<void> {
  const { rows } = await superuser.query<{
    events: string
    heap: string
    indexes: string
    seals: string
    text: string
  }>(
    `select (select count(*) from auditevent) as events,
            (select sum(pg_table_size(inhrelid)) from pg_inherits where inhparent = 'audit_row'::regclass) as heap,
            (select sum(pg_indexes_size(inhrelid)) from pg_inherits where inhparent = 'audit_row'::regclass) as indexes,
            pg_total_relation_size('audit_seal') as seals,
            (select avg(length(text))::int from auditevent) as text`,
  )
  const { events: count, heap, indexes, seals, text } = rows[0] ?? {}
  const each = (bytes: string | undefined) => Math.round(Number(bytes) / Number(count))
  const all = Number(heap) + Number(indexes) + Number(seals)
  tell('an event: its text, bytes', String(text))
  tell('an event: table, indexes, seals, bytes', `${each(heap)} + ${each(indexes)} + ${each(seals)}`)
  tell('a million events', `${(((all / Number(count)) * 1e6) / 2 ** 30).toFixed(2)} GB`)
}
