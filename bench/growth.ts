import { join } from 'node:path'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { dayStart, patientId, scatter, scheduleId } from './people.ts'
import { RawClient } from './raw-client.ts'
import { describeMachine, markdown } from './report.ts'
import { type Scenario, type Sizes, scenarios } from './scenarios.ts'
import { countOf, progress, seedServer } from './seed.ts'
import { startServer } from './server-process.ts'

/** A fifth patients, the rest slots: 10 thousand, 100 thousand, 1 million. */
const allSteps: readonly Sizes[] = [
  { patients: 2_000, schedules: 8 },
  { patients: 20_000, schedules: 80 },
  { patients: 200_000, schedules: 800 },
]
const requests = 600

const get = (name: string, path: (turn: number, sizes: Sizes) => string): Scenario => ({
  name,
  title: name,
  expected: 200,
  build: ({ turn, sizes }) => ({ method: 'GET', path: path(turn, sizes) }),
})
const anyPatient = (turn: number, { patients }: Sizes) => scatter(turn * 5 + 2) % patients

/** What the same question costs while the answer stays as long as it was and everything around it grows. */
const searches: readonly Scenario[] = [
  ...scenarios.filter(({ name }) => ['read', 'identifier', 'family', 'slots'].includes(name)),
  get('Patient?email=', (turn, sizes) => `/fhir/Patient?email=patient${anyPatient(turn, sizes)}@example.org`),
  get('Patient?_id=', (turn, sizes) => `/fhir/Patient?_id=${patientId(anyPatient(turn, sizes))}`),
  get('Patient (a page)', () => '/fhir/Patient?_count=20'),
  get(
    'Slot?schedule=&_include=Slot:schedule',
    (turn, { schedules }) =>
      `/fhir/Slot?schedule=Schedule/${scheduleId(scatter(turn) % schedules)}&start=ge${dayStart(3)}&start=lt${dayStart(4)}&_include=Slot:schedule`,
  ),
  get(
    'Slot?schedule.actor=',
    (turn, { schedules }) =>
      `/fhir/Slot?schedule.actor=Practitioner/practitioner-${scatter(turn) % Math.ceil(schedules / 10)}&start=${dayStart(2)}&_count=20`,
  ),
]

export async function measureGrowth(folder: string, json: boolean, many: number): Promise<string> {
  const machine = describeMachine()
  const steps = allSteps.slice(0, many)
  const server = await startServer(folder)
  const results = new Map<string, number[]>(searches.map(({ title }) => [title, []]))
  try {
    let before: Sizes = { patients: 0, schedules: 0 }
    for (const sizes of steps) {
      await seedServer(server.port, server.token, sizes, before)
      before = sizes
      progress(`${countOf(sizes)} resources: vacuum, as PostgreSQL does by itself some minutes after a load`)
      await vacuum(folder)
      for (const search of searches) {
        progress(`${countOf(sizes)} resources: ${search.title}`)
        results.get(search.title)?.push(await medianTime(search, server.port, server.token, sizes))
      }
    }
  } finally {
    progress('')
    await server.stop()
  }
  if (json) return `${JSON.stringify(Object.fromEntries(results), null, 2)}\n`
  const head = ['search, p50 in ms', ...steps.map((sizes) => `${countOf(sizes)} resources`), 'growth']
  const rows = [...results].map(([title, times]) => [
    title,
    ...times.map((time) => time.toFixed(2)),
    `${((times.at(-1) ?? 0) / (times[0] ?? 1)).toFixed(2)} ×`,
  ])
  return `${machine}; Node ${process.versions.node}; ${requests} requests each, one after the other\n\n${markdown([head, ...rows])}\n`
}

async function vacuum(folder: string): Promise<void> {
  const admin = new pg.Client({ connectionString: findEmbeddedPostgres(join(folder, 'data')) })
  await admin.connect()
  await admin.query('vacuum analyze')
  await admin.end()
}

/** One request after the other: waiting for each other would be measured otherwise. */
async function medianTime(search: Scenario, port: number, token: string, sizes: Sizes): Promise<number> {
  const client = new RawClient(port)
  const times: number[] = []
  for (let turn = 0; turn < requests; turn++) {
    const { path } = search.build({ turn, connection: 0, connections: 1, sizes, versions: new Map() })
    const sent = performance.now()
    const { status, body } = await client.send(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    )
    times.push(performance.now() - sent)
    if (status !== search.expected) throw new Error(`${path}: ${status} ${body.toString('utf8', 0, 300)}`)
  }
  client.close()
  times.sort((a, b) => a - b)
  return times[times.length >> 1] ?? 0
}
