import pg from 'pg'
import { patientId } from './people.ts'
import { RawClient } from './raw-client.ts'
import type { Scenario } from './scenarios.ts'

/** Doctors of the booking scenario alone: of those that are loaded for searches several share their time. */
const doctors = 60
const slotsPerDoctor = 1_000
const slotsPerDay = 40
const doctorId = (doctor: number) => `booked-${doctor}`

export const placeOf = (turn: number) => {
  const doctor = turn % doctors
  const at = Math.floor(turn / doctors) % slotsPerDoctor
  const start = Date.UTC(2028, 0, 3 + Math.floor(at / slotsPerDay), 6) + (at % slotsPerDay) * 900_000
  const time = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}Z`
  return {
    doctor: doctorId(doctor),
    slot: `booked-${doctor}-${at}`,
    start: time(start),
    end: time(start + 900_000),
  }
}

export function bookingBody(turn: number, patient: string): string {
  const { doctor, slot, start, end } = placeOf(turn)
  return `{"resourceType":"Appointment","status":"booked","slot":[{"reference":"Slot/${slot}"}],"start":"${start}","end":"${end}","participant":[{"actor":{"reference":"Patient/${patient}"},"status":"accepted"},{"actor":{"reference":"Practitioner/${doctor}"},"status":"accepted"}]}`
}

/** Counts by itself: each slot is booked once, whatever ran before. */
let booked = 0

export const bookScenario: Scenario = {
  name: 'book',
  title: 'book: Appointment and Slot, claims, histories, audit',
  aim: 0.5,
  expected: 201,
  build: ({ sizes }) => {
    const turn = booked++
    return {
      method: 'POST',
      path: '/fhir/Appointment',
      body: bookingBody(turn, patientId(turn % sizes.patients)),
    }
  },
  async prepare({ port, token, limitUrl }) {
    await seedCalendar(port, token)
    await seedLimitCalendar(limitUrl)
  },
}

function* calendar(perDoctor: number): Generator<string> {
  for (let doctor = 0; doctor < doctors; doctor++) {
    const id = doctorId(doctor)
    yield `{"resourceType":"Practitioner","id":"${id}","active":true}`
    yield `{"resourceType":"Schedule","id":"${id}","active":true,"actor":[{"reference":"Practitioner/${id}"}]}`
  }
  for (let turn = 0; turn < doctors * perDoctor; turn++) {
    const { doctor, slot, start, end } = placeOf(turn)
    yield `{"resourceType":"Slot","id":"${slot}","schedule":{"reference":"Schedule/${doctor}"},"status":"free","start":"${start}","end":"${end}"}`
  }
}

export async function seedCalendar(port: number, token: string, perDoctor = slotsPerDoctor): Promise<void> {
  const client = new RawClient(port)
  for (const bodies of chunks(calendar(perDoctor), 500)) {
    const entries = bodies.map((body) => {
      const [, type, id] = /"resourceType":"(\w+)","id":"([^"]+)"/.exec(body) ?? []
      return `{"resource":${body},"request":{"method":"PUT","url":"${type}/${id}"}}`
    })
    const text = `{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(',')}]}`
    const { status, body } = await client.send(
      `POST /fhir HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nPrefer: return=minimal\r\nContent-Type: application/fhir+json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    )
    if (status !== 200)
      throw new Error(`Seeding was answered with ${status}: ${body.toString('utf8', 0, 500)}`)
  }
  client.close()
}

function* chunks(bodies: Iterable<string>, size: number): Generator<readonly string[]> {
  let chunk: string[] = []
  for (const body of bodies) {
    chunk.push(body)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

/** The same rows as Almanac's: the appointment by its patient and doctor, its claims under the same constraint, the outbox. */
const limitSchema = `
create extension if not exists btree_gist;
create table appointment (
  tenant text collate "C" not null, id text collate "C" not null, version integer not null,
  updated timestamptz not null, content jsonb not null, by_status text collate "C", by_date_start timestamptz,
  by_date_end timestamptz, by_actor text[], by_slot text[], primary key (tenant, id));
create index on appointment using gin (by_actor, by_slot) with (gin_pending_list_limit = 512);
create index on appointment (tenant, by_date_start, by_status, id);
create table claim (
  tenant text collate "C" not null, appointment text collate "C" not null, actor text collate "C" not null,
  period tstzrange not null, primary key (appointment, actor, tenant),
  exclude using gist (actor with =, period with &&, tenant with =));
create table outbox (number bigint generated always as identity primary key, tenant text not null, type text not null,
  id text not null, version integer not null, created timestamptz not null default now());`

async function seedLimitCalendar(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(limitSchema)
  const rows = Array.from({ length: doctors * slotsPerDoctor }, (_, turn) => placeOf(turn))
  for (let at = 0; at < rows.length; at += 5_000)
    await client.query(
      `insert into slot select 'main', value->>'slot', 1, now(), value, 'Schedule/' || (value->>'doctor'), 'free',
         (value->>'start')::timestamptz, (value->>'end')::timestamptz from unnest($1::jsonb[]) as value`,
      [rows.slice(at, at + 5_000)],
    )
  await client.query('vacuum analyze')
  await client.end()
}

/** Of the limit server: `$5` id, `$6` text, `$7` slot id, `$8` claims' actors, `$9` start, `$10` end, `$11` the slot's text. */
export const limitStatement = (audited: string): string => `${audited}, taken as (
    update slot set version = version + 1, updated = $3, content = $11::jsonb, by_status = 'busy'
    where tenant = $1 and id = $7 and by_status = 'free' returning id, version),
  made as (insert into appointment select $1, $5, 1, $3, $6::jsonb, 'booked', $9, $10, $8::text[], array['Slot/' || $7] from taken),
  claims as (insert into claim select $1, $5, unnest($8::text[]), tstzrange($9, $10)),
  sent as (insert into outbox (tenant, type, id, version) select $1, 'Appointment', $5, 1 from taken union all select $1, 'Slot', id, version from taken)
  insert into history (tenant, type, id, version, updated, method, text)
  select $1, 'Appointment', $5, 1, $3, 'POST', $6 from taken union all select $1, 'Slot', id, version, $3, 'PUT', $11 from taken returning version`

/** What follows the audit's values in the limit's statement. */
export function limitValues(body: string, id: string): unknown[] {
  const { slot, start, end, participant } = JSON.parse(body)
  const actors = participant.map(({ actor }: { actor: { reference: string } }) => actor.reference)
  const [{ reference }] = slot
  const schedule = `Schedule/${actors[1].slice(13)}`
  const text = `{"resourceType":"Appointment","id":"${id}",${body.slice(body.indexOf('"status"'))}`
  const slotText = `{"resourceType":"Slot","id":"${reference.slice(5)}","schedule":{"reference":"${schedule}"},"status":"busy","start":"${start}","end":"${end}"}`
  return [id, text, reference.slice(5), [...actors, reference], start, end, slotText]
}
