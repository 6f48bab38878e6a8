import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { bookingBody, seedCalendar } from './booking.ts'
import { patientBody, patientId } from './people.ts'
import { RawClient } from './raw-client.ts'
import { startServer } from './server-process.ts'

/**
 * node bench/booking-race.ts [folder for a profile]: a thousand clients want one slot; two hundred want a place in one doctor's day, and go on
 * until they have one or the day is full. Prints statuses, times, and what PostgreSQL counted as deadlocks.
 */
const folder = mkdtempSync(join(tmpdir(), 'almanac-race-'))
const server = await startServer(folder, process.argv[2])
const admin = new pg.Client({ connectionString: findEmbeddedPostgres(join(folder, 'data')) ?? '' })
try {
  await admin.connect()
  await seedCalendar(server.port, server.token, 80)
  await seedPatients(1_000)
  tell('hot-slot: 1,000 clients, one slot', await race(1_000, (at) => [bookingBody(0, patientId(at))]))
  // One doctor's day is forty quarters of an hour: every sixtieth place of the calendar.
  const day = Array.from({ length: 40 }, (_, at) => (at + 40) * 60)
  tell(
    'crowded-day: 200 clients, one doctor’s day',
    await race(200, (at) =>
      day.map((_, step) => bookingBody(day[(at * 7 + step) % 40] as number, patientId(at))),
    ),
  )
  const { rows } = await admin.query(
    'select deadlocks::integer from pg_stat_database where datname = current_database()',
  )
  process.stdout.write(`deadlocks: ${rows[0].deadlocks}\n`)
} finally {
  await admin.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

interface Raced {
  readonly statuses: ReadonlyMap<number, number>
  readonly times: readonly number[]
  readonly withAlternatives: number
}

/** All at once, each on a connection of its own, each down its list until something is won. */
async function race(clients: number, wishesOf: (at: number) => readonly string[]): Promise<Raced> {
  const statuses = new Map<number, number>()
  const times: number[] = []
  let withAlternatives = 0
  await Promise.all(
    Array.from({ length: clients }, async (_, at) => {
      const client = new RawClient(server.port)
      for (const body of wishesOf(at)) {
        const sent = performance.now()
        const { status, body: answer } = await client.send(
          `POST /fhir/Appointment HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\nContent-Type: application/fhir+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        )
        times.push(performance.now() - sent)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (answer.includes('#alternatives')) withAlternatives++
        if (status === 201) break
      }
      client.close()
    }),
  )
  return { statuses, times: times.sort((a, b) => a - b), withAlternatives }
}

function tell(name: string, { statuses, times, withAlternatives }: Raced): void {
  const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0)
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`)
  process.stdout.write(
    `${name}: ${counts.join(', ')}; ${withAlternatives} with alternatives; p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, all in ${at(1)} ms\n`,
  )
}

async function seedPatients(count: number): Promise<void> {
  const client = new RawClient(server.port)
  const entries = Array.from(
    { length: count },
    (_, at) =>
      `{"resource":${patientBody(at, patientId(at))},"request":{"method":"PUT","url":"Patient/${patientId(at)}"}}`,
  )
  const text = `{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(',')}]}`
  await client.send(
    `POST /fhir HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\nContent-Type: application/fhir+json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
  client.close()
}
