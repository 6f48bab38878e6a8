import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type Call, callerOf } from '../access/caller.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let superuser: pg.Client
let staff: Call
let desk: Call
let doctor: Call
let anna: Call

beforeAll(async () => {
  server = await startTestServer()
  staff = await callerOf(server, { scope: 'system/*.cruds' })
  desk = await callerOf(server, { scope: 'user/*.rs', fhirUser: 'Practitioner/desk', roles: ['front-desk'] })
  doctor = await callerOf(server, { scope: 'user/*.rs', fhirUser: 'Practitioner/doctor' })
  anna = await callerOf(server, { scope: 'patient/*.rs', patient: 'anna', fhirUser: 'Patient/anna' })
  superuser = new pg.Client({ connectionString: server.databaseUrl })
  await superuser.connect()
  await superuser.query(keepStatements)
  const reference = 'Patient/ben'
  for (const resource of [
    { resourceType: 'Patient', id: 'ben' },
    { resourceType: 'Patient', id: 'anna', link: [{ type: 'seealso', other: { reference } }] },
    { resourceType: 'Practitioner', id: 'doctor', birthDate: '1970-01-01' },
    { resourceType: 'Schedule', id: 'room', actor: [{ reference: 'Practitioner/doctor' }] },
    { resourceType: 'Schedule', id: 'visits', actor: [{ reference }] },
  ]) {
    const { status } = await staff('PUT', `/${resource.resourceType}/${resource.id}`, resource)
    expect(status).toBe(201)
  }
})
afterAll(async () => {
  await superuser.end()
  await server[Symbol.asyncDispose]()
})

/** Every event keeps the statement that stored it. */
const keepStatements = `
  create table statement_of (event text primary key, statement text not null);
  create function keep_statement() returns trigger language plpgsql security definer as $$
  begin
    insert into public.statement_of values (new.id, current_query());
    return new;
  end $$;
  create trigger keep_statement after insert on audit_row for each row execute function keep_statement();`

interface Told {
  readonly answer: Answer
  /** Without what differs from one request to the other. */
  readonly events: readonly string[]
  readonly patients: readonly string[]
  /** The statement that looked for the resource is the one that stored the event. */
  readonly together: boolean
}

let count = 0

async function tell(call: Call, path: string, headers: Record<string, string> = {}): Promise<Told> {
  const requestId = `together-${++count}-of-all`
  const answer = await call('GET', path, undefined, { ...headers, 'x-request-id': requestId })
  const { rows } = await superuser.query<{ columns: string; text: string; id: string; statement: string }>(
    `select (to_jsonb(r) - '{id,updated,xid,v,by_date_start,by_date_end}'::text[])::text as columns, e.text, e.id, s.statement
     from audit_row r join auditevent e using (tenant, id) join statement_of s on s.event = e.id
     where e.text like '%"' || $1 || '"%' order by e.text::json->>'entity'`,
    [requestId],
  )
  const events = rows.map(({ columns, text, id }) =>
    `${text} ${columns}`
      .replaceAll(id, 'its id')
      .replaceAll(requestId, 'the request')
      .replace(/"(recorded|lastUpdated)":"[^"]*"/g, '"$1":"then"'),
  )
  return {
    answer,
    events,
    patients: rows.flatMap(({ text }) => /"reference":"Patient\/([a-z]+)"/.exec(text)?.[1] ?? []),
    together: rows.length === 1 && rows.every(({ statement }) => statement.includes('from history')),
  }
}

/** A condition that does not hold: it is answered as without it, but by two statements. */
const apart = { 'if-none-match': 'W/"0"' }

test.each([
  ['a Patient, by an app of the clinic', () => staff, '/Patient/anna'],
  ['a Patient, by an app of that patient', () => anna, '/Patient/anna'],
  ['a Practitioner, by an app of the clinic', () => staff, '/Practitioner/doctor'],
  ['a Practitioner, by an app of a patient', () => anna, '/Practitioner/doctor'],
  ['a Schedule, by the front desk', () => desk, '/Schedule/room'],
] as const)('%s, is read and the read recorded by one statement, as by two', async (_, caller, path) => {
  const one = await tell(caller(), path)
  const two = await tell(caller(), path, apart)
  expect([one.together, two.together]).toEqual([true, false])
  expect([one.answer.status, one.answer.body]).toEqual([200, two.answer.body])
  expect(one.answer.headers.get('etag')).toBe(two.answer.headers.get('etag'))
  expect(one.events).toHaveLength(1)
  expect(one.events).toEqual(two.events)
})

test('what is hidden from a patient is hidden in what is read so', async () => {
  const { answer, together } = await tell(anna, '/Practitioner/doctor')
  expect(together).toBe(true)
  expect(answer.body.birthDate).toBeUndefined()
  expect((await staff('GET', '/Practitioner/doctor')).body.birthDate).toBe('1970-01-01')
})

test('a calendar that is of a patient is recorded as theirs', async () => {
  const { answer, patients, events, together } = await tell(staff, '/Schedule/visits')
  expect(answer.status).toBe(200)
  expect(patients).toEqual(['ben'])
  expect(events).toEqual((await tell(staff, '/Schedule/visits', apart)).events)
  expect(together).toBe(false)
})

test("a read of another's is refused, and recorded as that once, whether or not the token says who its user is", async () => {
  const app = await callerOf(server, { scope: 'patient/*.rs', patient: 'anna' })
  expect((await tell(app, '/Patient/anna')).together).toBe(true)
  for (const [call, path] of [
    [anna, '/Patient/ben'],
    [app, '/Patient/ben'],
    [app, '/Patient/nobody'],
  ] as const) {
    const { answer, events } = await tell(call, path)
    expect(answer.status).toBe(404)
    expect(events).toHaveLength(1)
    expect(events[0]).toContain('"outcome":"4"')
  }
})

test('patients are not told that they were deleted, the clinic is', async () => {
  await staff('PUT', '/Patient/gone', { resourceType: 'Patient', id: 'gone' })
  const gone = await callerOf(server, { scope: 'patient/*.rs', patient: 'gone', fhirUser: 'Patient/gone' })
  expect((await tell(gone, '/Patient/gone')).together).toBe(true)
  await staff('DELETE', '/Patient/gone')
  for (const [call, status] of [
    [gone, 404],
    [staff, 410],
  ] as const) {
    const { answer, events } = await tell(call, '/Patient/gone')
    expect(answer.status).toBe(status)
    expect(events).toHaveLength(1)
    expect(events[0]).toContain('"outcome":"4"')
  }
})

test('what a right depends on is asked of what is there: by two statements', async () => {
  const narrow = await callerOf(server, {
    scope: 'patient/Patient.rs?gender=male',
    patient: 'anna',
    fhirUser: 'Patient/anna',
  })
  expect((await tell(narrow, '/Patient/anna')).answer.status).toBe(404)
  const { answer, events, together } = await tell(doctor, '/Patient/anna')
  expect([answer.status, events.length, together]).toEqual([200, 1, false])
})
