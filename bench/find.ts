import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { copyRows } from './copy-rows.ts'
import { startServer } from './server-process.ts'

/**
 * `node bench/find.ts [10,50,500]`: Appointment/$find over so many practitioners and four weeks of half hours, when all
 * is free and when nine in ten slots are taken. One request after the other, the first page of 20.
 */
const groups = (process.argv[2] ?? '10,50,500').split(',').map(Number)
/** The most are asked less often: the whole takes minutes otherwise. */
const requestsOf = (many: number) => (many > 100 ? 20 : 60)
const system = 'urn:bench'
const monday = nextMonday()
const end = monday.add({ days: 27 })

const folder = mkdtempSync(join(tmpdir(), 'almanac-find-'))
process.env.DEMO = 'true'
process.env.GENERATE_SLOTS = 'false'
const server = await startServer(folder)
try {
  const rows: string[] = []
  for (const many of groups) await prepare(many)
  await fillCalendars()
  await tidy()
  for (const many of groups) rows.push(await measure(many, 'empty'))
  await fill()
  for (const many of groups) rows.push(await measure(many, '90 % full'))
  process.stdout.write(
    `| practitioners | calendar | offers | p50 | p99 |\n|---|---|---|---|---|\n${rows.join('')}`,
  )
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function send(method: string, path: string, body?: object): Promise<{ total?: number }> {
  const response = await fetch(`http://127.0.0.1:${server.port}/fhir/${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/fhir+json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
  return JSON.parse(text)
}

async function prepare(many: number): Promise<void> {
  const names = Array.from({ length: many }, (_, at) => `find-${many}-${at}`)
  for (let at = 0; at < names.length; at += 100)
    await send('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: names.slice(at, at + 100).flatMap((name) =>
        clinician(name, many).map((resource) => ({
          resource,
          request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
        })),
      ),
    })
}

/** The rows that $generate-slots would have made of these rosters: columns are all that is looked at. */
async function fillCalendars(): Promise<void> {
  const client = new pg.Client({ connectionString: findEmbeddedPostgres(join(folder, 'data')) })
  await client.connect()
  try {
    for (const many of groups) {
      const halves = `generate_series(0, ${many - 1}) d, generate_series(0, 27) day, generate_series(0, 15) half,
        lateral (select timestamptz '${monday}T09:00Z' + day * interval '1 day' + half * interval '30 minutes' as begins) t where day % 7 < 5`
      await copyRows(client, 'slot', `'find-${many}-' || d || '-' || day * 16 + half`, halves, {
        by_schedule: `'Schedule/find-${many}-' || d`,
        by_status: `'free'`,
        by_start_start: 'begins',
        by_start_end: `begins + interval '1 second'`,
        by_end_start: `begins + interval '30 minutes'`,
        by_end_end: `begins + interval '1801 seconds'`,
      })
    }
  } finally {
    await client.end()
  }
}

function clinician(name: string, many: number) {
  return [
    { resourceType: 'Practitioner', id: name, active: true },
    {
      resourceType: 'PractitionerRole',
      id: name,
      practitioner: { reference: `Practitioner/${name}` },
      organization: { reference: 'Organization/clinic' },
      availableTime: [
        {
          daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri'],
          availableStartTime: '09:00:00',
          availableEndTime: '17:00:00',
        },
      ],
    },
    {
      resourceType: 'Schedule',
      id: name,
      active: true,
      serviceType: [{ coding: [{ system, code: `of-${many}` }] }],
      actor: [{ reference: `Practitioner/${name}` }],
      extension: [
        {
          url: 'https://almanac.example/fhir/StructureDefinition/schedule-rules',
          extension: [
            {
              url: 'slotLength',
              valueDuration: { value: 30, system: 'http://unitsofmeasure.org', code: 'min' },
            },
          ],
        },
      ],
    },
  ]
}

async function measure(many: number, state: string): Promise<string> {
  const question = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'start', valueDateTime: monday.toString() },
      { name: 'end', valueDateTime: end.toString() },
      { name: 'visit-type', valueString: `${system}|of-${many}` },
    ],
  }
  let total = 0
  for (let warm = 0; warm < requestsOf(many) / 6; warm++)
    total = (await send('POST', 'Appointment/$find', question)).total ?? 0
  const times: number[] = []
  for (let at = 0; at < requestsOf(many); at++) {
    const started = performance.now()
    await send('POST', 'Appointment/$find', question)
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => `${(times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1)} ms`
  return `| ${many} | ${state} | ${total} | ${at(0.5)} | ${at(0.99)} |\n`
}

/** As bookings leave them, without the bookings' appointments: what is measured looks at slots and claims. */
async function fill(): Promise<void> {
  await inDatabase(
    `UPDATE slot SET by_status = 'busy' WHERE by_schedule LIKE 'Schedule/find-%' AND abs(hashtext(id)) % 10 > 0`,
  )
  await inDatabase(`INSERT INTO booking_claim (tenant, appointment, actor, lane, capacity, period, tentative)
    SELECT s.tenant, 'bench-' || s.id, 'Practitioner/' || substr(s.by_schedule, 10), 1, 1, tstzrange(s.by_start_start, s.by_end_start), false
    FROM slot s WHERE s.by_schedule LIKE 'Schedule/find-%' AND s.by_status = 'busy'`)
  await tidy()
}

/** What autovacuum does within minutes. */
async function tidy(): Promise<void> {
  await inDatabase('VACUUM ANALYZE slot')
  await inDatabase('VACUUM ANALYZE booking_claim')
}

async function inDatabase(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: findEmbeddedPostgres(join(folder, 'data')) })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function nextMonday(): Temporal.PlainDate {
  const today = Temporal.Now.plainDateISO('UTC')
  return today.add({ days: 8 - today.dayOfWeek })
}
