import ICAL from 'ical.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calendarText, escapeText } from '#scheduling/calendars/calendar-text.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Calendar, clinician, comingMonday, house, openCalendar, parameters } from '../clinic.ts'

let server: TestServer
let clinic: Calendar
let visit: { id: string; start: string; end: string; [element: string]: unknown }
let next: { id: string; start: string; end: string }
let last: typeof next
const monday = comingMonday()

beforeAll(async () => {
  server = await startTestServer()
  clinic = await openCalendar(server)
  await clinic.put(
    ...house,
    ...clinician('anna'),
    ...['one', 'two'].map((id) => ({ resourceType: 'Patient', id })),
  )
  await clinic.send(
    'POST',
    'Schedule/$generate-slots',
    parameters({ start: monday.toString(), end: monday.toString() }),
  )
  const { body } = await clinic.send('GET', 'Slot?schedule=Schedule/anna&_sort=start')
  const slots = body.entry.map(({ resource }: { resource: object }) => resource)
  const [first, second] = slots
  next = second
  last = slots.at(-1)
  const booked = await clinic.send('POST', 'Appointment', {
    resourceType: 'Appointment',
    status: 'booked',
    description: 'Diagnosis: private',
    slot: [{ reference: `Slot/${first.id}` }],
    start: first.start,
    end: first.end,
    participant: ['Patient/one', 'Practitioner/anna'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
  })
  visit = booked.body
})
afterAll(() => server.close())

async function calendar(path: string, method = 'GET', token = clinic.token) {
  const response = await fetch(path.startsWith('http') ? path : `${server.base}/${path}`, {
    method,
    headers: path.startsWith('http') ? {} : { authorization: `Bearer ${token}` },
  })
  const text = await response.text()
  const parsed = text.startsWith('BEGIN') ? new ICAL.Component(ICAL.parse(text)) : undefined
  const part = (name: string) => parsed?.getFirstSubcomponent(name) ?? undefined
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('cache-control'),
    text,
    method: parsed?.getFirstPropertyValue('method'),
    value: (name: string, of = 'vevent') => String(part(of)?.getFirstPropertyValue(name)),
    all: (name: string, of = 'vevent') => part(of)?.getAllProperties(name) ?? [],
  }
}

const utc = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`

describe('an appointment in a calendar', () => {
  test('is published without attendees, diagnosis or names', async () => {
    const ics = await calendar(`Appointment/${visit.id}/$ics`)
    expect([ics.status, ics.type, ics.method]).toEqual([
      200,
      'text/calendar; charset=utf-8; method=PUBLISH',
      'PUBLISH',
    ])
    expect([ics.value('uid'), ics.value('dtstart'), ics.value('dtend'), ics.value('sequence')]).toEqual([
      `${visit.id}@main.almanac`,
      utc(visit.start),
      utc(visit.end),
      '0',
    ])
    expect([ics.value('status'), ics.value('class'), ics.value('summary')]).toEqual([
      'CONFIRMED',
      'PRIVATE',
      'Appointment',
    ])
    expect([ics.all('attendee').length, ics.text.includes('Diagnosis'), ics.all('organizer').length]).toEqual(
      [0, false, 1],
    )
  })

  test('an invitation names who comes; moved and cancelled it has a higher sequence', async () => {
    const invitation = await calendar(`Appointment/${visit.id}/$ics?method=REQUEST`)
    expect(invitation.all('attendee').map((one) => one.getParameter('partstat'))).toEqual([
      'ACCEPTED',
      'ACCEPTED',
    ])
    const note = { ...visit, comment: 'Bring your card' }
    await clinic.send('PUT', `Appointment/${visit.id}`, note)
    expect((await calendar(`Appointment/${visit.id}/$ics`)).value('sequence')).toBe('0')
    const moved = { ...note, slot: [{ reference: `Slot/${next.id}` }], start: next.start, end: next.end }
    expect((await clinic.send('PUT', `Appointment/${visit.id}`, moved)).status).toBe(200)
    const after = await calendar(`Appointment/${visit.id}/$ics`)
    expect([after.value('sequence'), after.value('dtstart')]).toEqual(['1', utc(next.start)])
    await clinic.send('PUT', `Appointment/${visit.id}`, { ...moved, status: 'cancelled' })
    const cancelled = await calendar(`Appointment/${visit.id}/$ics`)
    expect([cancelled.method, cancelled.value('status'), cancelled.value('sequence')]).toEqual([
      'CANCEL',
      'CANCELLED',
      '2',
    ])
    expect(cancelled.all('attendee')).toHaveLength(2)
  })

  test.each([
    ['a method unknown', 'Appointment/ID/$ics?method=COUNTER', 400],
    ['a cancellation of what is not', 'Appointment/nothing/$ics?method=CANCEL', 404],
  ])('%s is refused', async (_, path, status) => {
    expect((await calendar(path.replace('ID', visit.id))).status).toBe(status)
  })
})

test('free and busy time says when, never who', async () => {
  const { body } = await clinic.send('GET', 'Slot?schedule=Schedule/anna&_sort=start&status=free')
  const { id, ...slot } = body.entry[2].resource
  await clinic.send('PUT', `Slot/${id}`, { ...slot, id, status: 'busy-unavailable', comment: 'secret' })
  const range = `start=${monday}&end=${monday}`
  const free = await calendar(`Schedule/anna/$freebusy?${range}`)
  expect([free.status, free.method, free.all('attendee', 'vfreebusy').length]).toEqual([200, 'PUBLISH', 0])
  const busy = free.all('freebusy', 'vfreebusy')
  expect(busy.map((one) => [one.getParameter('fbtype'), String(one.getFirstValue())])).toEqual([
    ['BUSY-UNAVAILABLE', `${utc(slot.start)}/${utc(slot.end)}`],
  ])
  expect(free.text).not.toMatch(/secret|Patient|FBTYPE=FREE/)
})

describe('a private address', () => {
  test('is subscribed to without a token, and ends when it is revoked', async () => {
    const booked = await clinic.send('POST', 'Appointment', {
      resourceType: 'Appointment',
      status: 'booked',
      slot: [{ reference: `Slot/${last.id}` }],
      start: last.start,
      end: last.end,
      participant: ['Patient/two', 'Practitioner/anna'].map((reference) => ({
        actor: { reference },
        status: 'accepted',
      })),
    })
    expect(booked.status).toBe(201)
    const made = await clinic.send('POST', 'Practitioner/anna/$calendar-feed')
    const url: string = made.body.parameter[0].valueUrl
    const feed = await calendar(url)
    expect([feed.status, feed.cache, feed.value('uid')]).toEqual([
      200,
      'private, no-store',
      expect.stringContaining('@main.almanac'),
    ])
    expect(feed.text).not.toContain('Patient/')
    const trail = await clinic.send('GET', 'AuditEvent?entity=Practitioner/anna&_count=50')
    expect(JSON.stringify(trail.body)).toContain('feed')
    expect((await calendar(url.replace(/.\.ics$/, 'x.ics'))).status).toBe(404)
    const gone = await clinic.send('POST', 'Practitioner/anna/$revoke-calendar-feeds')
    expect(gone.body.parameter).toEqual([{ name: 'revoked', valueInteger: 1 }])
    expect((await calendar(url)).status).toBe(404)
  })

  test('is made for oneself only', async () => {
    const token = await server.token({ scope: 'patient/*.cruds', patient: 'one' })
    expect((await clinic.send('POST', 'Patient/one/$calendar-feed', undefined, token)).status).toBe(200)
    expect(
      (await clinic.send('POST', 'Patient/two/$calendar-feed', undefined, token)).status,
    ).toBeGreaterThan(400)
  })
})

describe('the text of a calendar', () => {
  test('is folded at 75 octets, never inside of a character', () => {
    const text = calendarText('PUBLISH', [[['X-LONG', 'ä€😀'.repeat(40)]]])
    const lines = text.split('\r\n')
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75)
    expect(text.replaceAll('\r\n ', '')).toContain(`X-LONG:${'ä€😀'.repeat(40)}`)
  })

  test('cannot be given properties by whoever names a place', () => {
    const escaped = escapeText('Room 1\r\nATTENDEE:mailto:x@y\nA;B,C\\D\u2028E')
    expect(escaped).toBe('Room 1\\nATTENDEE:mailto:x@y\\nA\\;B\\,C\\\\D\\nE')
  })
})
