import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { appointment, type Calendar, openCalendar } from '../calendar.ts'

let calendar: Calendar
let hour = 6

beforeAll(async () => {
  calendar = await openCalendar()
  const telecom = [{ system: 'email', value: 'One@Example.org' }]
  await calendar.put({ resourceType: 'Patient', id: 'p1', active: true, telecom })
})
afterAll(() => calendar[Symbol.asyncDispose]())

async function invite(): Promise<string> {
  const from = String(++hour).padStart(2, '0')
  const body = appointment('p1', `${from}:00`, `${from}:30`, {
    status: 'pending',
    participant: [
      { actor: { reference: 'Patient/p1' }, status: 'needs-action' },
      { actor: { reference: 'Practitioner/adams' }, status: 'accepted' },
    ],
  })
  const { json, status } = await calendar.send('POST Appointment', { body })
  expect(status).toBe(201)
  return String(json.id)
}

interface Said {
  readonly uid?: string
  readonly method?: string
  readonly sequence?: number
  readonly stamp?: string
  readonly attendee?: string
  readonly more?: readonly string[]
}

const self = () => `ATTENDEE;PARTSTAT=ACCEPTED:${calendar.server.base}/Patient/p1`

function reply(
  id: string,
  { uid, method = 'REPLY', sequence = 0, stamp = '20260101T080000Z', attendee, more = [] }: Said = {},
) {
  return [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//x//EN', `METHOD:${method}`, 'BEGIN:VEVENT'],
    ...[`UID:${uid ?? `${id}@main.almanac`}`, `DTSTAMP:${stamp}`, `SEQUENCE:${sequence}`, attendee ?? self()],
    ...[...more, 'END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n')
}

async function post(body: string, token?: string, type = 'text/calendar; charset=utf-8; method=REPLY') {
  const answer = await fetch(`${calendar.server.base}/Appointment/$reply`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token ?? (await calendar.server.token({ scope: 'system/*.cruds' }))}`,
      'content-type': type,
    },
    body,
  })
  return { status: answer.status, json: (await answer.json()) as Resource }
}

const read = (id: string) => calendar.read(`Appointment/${id}`)

test('an attendee’s calendar accepts, and the visit is booked', async () => {
  const id = await invite()
  const { status, json } = await post(reply(id, { more: ['COMMENT:See you\\nDTSTART:20300101T000000Z'] }))
  expect([status, json.resourceType, json.participantStatus]).toEqual([
    200,
    'AppointmentResponse',
    'accepted',
  ])
  expect(json.comment).toBe('See you DTSTART:20300101T000000Z')
  expect(await read(id)).toMatchObject({
    status: 'booked',
    participant: [{ status: 'accepted' }, { status: 'accepted' }],
  })
})

test('the later answer counts, whichever comes first, by mail address as well', async () => {
  const id = await invite()
  const mail = (partstat: string) => `ATTENDEE;PARTSTAT=${partstat};CN=One:MAILTO:one@example.org`
  expect((await post(reply(id, { attendee: mail('TENTATIVE'), stamp: '20260101T090000Z' }))).status).toBe(200)
  expect((await post(reply(id, { attendee: mail('ACCEPTED'), stamp: '20260101T080000Z' }))).status).toBe(409)
  expect(await read(id)).toMatchObject({ status: 'pending', participant: [{ status: 'tentative' }, {}] })
  const declined = await post(reply(id, { attendee: mail('DECLINED'), stamp: '20260101T100000Z' }))
  expect([declined.status, declined.json.meta?.versionId]).toEqual([200, '2'])
  expect((await read(id)).status).toBe('cancelled')
})

test('an answer to a time that is no more is none', async () => {
  const id = await invite()
  const { start, end, ...rest } = await read(id)
  const later = (time: unknown) => new Date(Date.parse(String(time)) + 300_000).toISOString()
  const moved = { ...rest, start: later(start), end: later(end) }
  expect((await calendar.send(`PUT Appointment/${id}`, { body: moved })).status).toBe(200)
  expect((await post(reply(id, { sequence: 0 }))).status).toBe(409)
  expect((await post(reply(id, { sequence: 7 }))).status).toBe(422)
  expect((await post(reply(id, { sequence: 1 }))).status).toBe(200)
})

test('patients answer for themselves', async () => {
  const id = await invite()
  const own = await calendar.server.token({ scope: 'patient/*.cruds', patient: 'p1', fhirUser: 'Patient/p1' })
  const other = await calendar.server.token({
    scope: 'patient/*.cruds',
    patient: 'p2',
    fhirUser: 'Patient/p2',
  })
  expect((await post(reply(id), other)).status).toBe(404)
  const doctor = `ATTENDEE;PARTSTAT=DECLINED:${calendar.server.base}/Practitioner/adams`
  expect((await post(reply(id, { attendee: doctor }), own)).status).toBe(403)
  expect((await post(reply(id), own)).status).toBe(200)
})

test('what is no reply, or to nothing, changes nothing', async () => {
  const id = await invite()
  const wrong: readonly (readonly [string, number])[] = [
    ['', 400],
    ['hello', 400],
    [reply(id).slice(0, 120), 400],
    [reply(id, { method: 'REQUEST' }), 400],
    [reply(id, { attendee: 'X-NOBODY:1' }), 400],
    [reply(id, { attendee: self().replace('ACCEPTED', 'DELEGATED') }), 400],
    [reply(id, { more: [self()] }), 400],
    [reply(id, { more: ['RECURRENCE-ID:20320607T080000Z'] }), 400],
    [
      reply(id, {
        more: ['BEGIN:VALARM', 'BEGIN:VALARM', 'BEGIN:VALARM', 'END:VALARM', 'END:VALARM', 'END:VALARM'],
      }),
      400,
    ],
    [reply(id, { stamp: 'yesterday' }), 400],
    [reply(id, { uid: `${id}@north.almanac` }), 404],
    [reply(id, { uid: 'nothing@main.almanac' }), 404],
    [reply(id, { attendee: 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:other@example.org' }), 422],
    [reply(id, { attendee: `ATTENDEE;PARTSTAT=ACCEPTED:${calendar.server.base}/Patient/p2` }), 422],
    [reply(id, { more: [`DESCRIPTION:${'x'.repeat(70_000)}`] }), 413],
  ]
  const got: number[] = []
  for (const [body] of wrong) got.push((await post(body)).status)
  expect(got).toEqual(wrong.map(([, status]) => status))
  expect((await read(id)).meta?.versionId).toBe('1')
  expect((await post(reply(id), undefined, 'text/html')).status).toBe(415)
})
