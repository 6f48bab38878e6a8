import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { appointment, at, type Calendar, day, openCalendar, slot, visitTo } from './calendar.ts'

let calendar: Calendar
beforeAll(async () => {
  calendar = await openCalendar()
})
afterAll(() => calendar[Symbol.asyncDispose]())

type Entry = { readonly resource: Resource; readonly search: { readonly mode: string } }

const parameters = (values: object): Resource => ({
  resourceType: 'Parameters',
  parameter: Object.entries(values).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => ({ name, ...one })),
  ),
})
const resource = (one: object) => ({ resource: one })
const reference = (one: string) => ({ valueReference: { reference: one } })

const invoke = (line: string, values: object, more: object = {}) =>
  calendar.send(`POST ${line}`, { body: parameters(values), ...more })

const entries = ({ json }: { json: Resource }) => (json.entry ?? []) as Entry[]
const only = (answer: { json: Resource }) => {
  expect(entries(answer)).toHaveLength(1)
  return entries(answer)[0]?.resource as Resource
}

async function hold(body: Resource, more: object = {}) {
  const answer = await invoke('Appointment/$hold', { 'appointment-resource': resource(body), ...more })
  return { answer, held: only(answer) }
}

test('a hold takes the slot until it ends, and says until when', async () => {
  await calendar.put(slot('h1', '09:00', '09:30'))
  const { answer, held } = await hold(visitTo('h1', 'p1', '09:00', '09:30', { status: 'proposed' }))
  expect(answer.status).toBe(200)
  expect(held).toMatchObject({
    status: 'pending',
    participant: [{ status: 'tentative' }, { status: 'tentative' }],
  })
  expect(Date.parse(answer.headers.get('expires') ?? '')).toBeGreaterThan(Date.now())
  expect(await calendar.read('Slot/h1')).toMatchObject({ status: 'busy-tentative' })
  const { status } = await calendar.send('POST Appointment', { body: visitTo('h1', 'p2', '09:00', '09:30') })
  expect(status).toBe(409)
})

test('what is held cannot be held by another: only an outcome, fatal and not-found', async () => {
  await calendar.put(slot('h2', '09:30', '10:00'))
  await hold(visitTo('h2', 'p1', '09:30', '10:00', { status: 'proposed' }))
  const { answer, held: outcome } = await hold(visitTo('h2', 'p2', '09:30', '10:00', { status: 'proposed' }))
  expect(answer.status).toBe(200)
  expect(outcome.resourceType).toBe('OperationOutcome')
  expect(outcome.issue).toContainEqual(expect.objectContaining({ severity: 'fatal', code: 'not-found' }))
})

test('the holder books; asked twice, the same appointment is answered; nobody else can', async () => {
  await calendar.put(slot('h3', '10:00', '10:30'))
  const { held } = await hold(visitTo('h3', 'p1', '10:00', '10:30', { status: 'proposed' }))
  const wish = { 'appointment-reference': reference(`Appointment/${held.id}`) }
  const stranger = await calendar.server.app.sign({
    tenant: 'main',
    clientId: 'other-app',
    scope: 'system/*.cruds',
  })
  expect((await invoke('Appointment/$book', wish, { token: stranger })).status).toBe(403)
  const booked = only(await invoke('Appointment/$book', wish))
  expect(booked).toMatchObject({ id: held.id, status: 'booked', participant: [{ status: 'accepted' }, {}] })
  expect(booked.extension).toBeUndefined()
  expect(only(await invoke('Appointment/$book', wish))).toEqual(booked)
  expect(await calendar.read('Slot/h3')).toMatchObject({ status: 'busy' })
})

test('a hold that ended is nobody’s: its time is free for a booking at once, in searches soon after', async () => {
  await calendar.put(slot('h4', '10:30', '11:00'), slot('h5', '11:00', '11:30'))
  const { held } = await hold(visitTo('h4', 'p12', '10:30', '11:00', { status: 'proposed' }))
  await hold(visitTo('h5', 'p12', '11:00', '11:30', { status: 'proposed' }))
  await endAllHolds()
  const { status } = await calendar.send('POST Appointment', { body: visitTo('h4', 'p2', '10:30', '11:00') })
  expect(status).toBe(201)
  const late = await invoke('Appointment/$book', {
    'appointment-reference': reference(`Appointment/${held.id}`),
  })
  expect(only(late)).toMatchObject({ resourceType: 'OperationOutcome' })
  await expect.poll(async () => (await calendar.read('Slot/h5')).status, { timeout: 15_000 }).toBe('free')
  await expect.poll(async () => (await calendar.read(`Appointment/${held.id}`)).status).toBe('cancelled')
  expect((await calendar.read('Slot/h4')).status).toBe('busy')
})

test('a patient may hold only so much at a time', async () => {
  const holds = []
  for (const time of ['14:00', '14:30', '15:00', '15:30'])
    holds.push(
      await invoke('Appointment/$hold', {
        'appointment-resource': resource(
          appointment(
            'p9',
            time,
            `${time.slice(0, 3)}${time.endsWith('0:00') ? '20' : Number(time.slice(3)) + 20}`,
            { status: 'proposed' },
          ),
        ),
      }),
    )
  expect(holds.map(({ status }) => status)).toEqual([200, 200, 200, 429])
})

test('a request with the same client key is carried out once', async () => {
  await calendar.put(slot('k1', '12:00', '12:30'))
  const wish = {
    'appointment-resource': resource(visitTo('k1', 'p3', '12:00', '12:30', { status: 'pending' })),
    'client-key': { valueString: 'press-1' },
  }
  const answers = await Promise.all(Array.from({ length: 5 }, () => invoke('Appointment/$book', wish)))
  const ids = new Set(answers.map((answer) => only(answer).id))
  expect(ids.size).toBe(1)
  expect([...ids][0]).toBeDefined()
})

test('a client key that comes with another request is refused, and the same request is the same however it is written', async () => {
  await calendar.put(slot('k2', '06:00', '06:15'), slot('k3', '06:15', '06:30'))
  const wish = (visit: Resource) => ({
    'appointment-resource': resource(visit),
    'client-key': { valueString: 'press-2' },
  })
  const first = visitTo('k2', 'p3', '06:00', '06:15', { status: 'pending' })
  const booked = only(await invoke('Appointment/$book', wish(first)))
  const turned = Object.fromEntries(Object.entries(first).reverse()) as Resource
  expect(only(await invoke('Appointment/$book', wish(turned))).id).toBe(booked.id)
  const another = visitTo('k3', 'p3', '06:15', '06:30', { status: 'pending' })
  const { status, json } = await invoke('Appointment/$book', wish(another))
  expect([status, JSON.stringify(json)]).toEqual([200, expect.stringContaining('came with another request')])
  expect((await calendar.read('Slot/k3')).status).toBe('free')
})

test('cancelling gives the time back, with the reason and by whom', async () => {
  await calendar.put(slot('c1', '12:30', '13:00'))
  const { json } = await calendar.send('POST Appointment', { body: visitTo('c1', 'p4', '12:30', '13:00') })
  const token = await calendar.server.token({ scope: 'patient/*.cruds', patient: 'p4' })
  const answer = await invoke(
    `Appointment/${json.id}/$cancel`,
    { 'reason-text': { valueString: 'Feeling better' } },
    { token },
  )
  expect(answer.json).toMatchObject({
    status: 'cancelled',
    cancelationReason: { text: 'Feeling better' },
    participant: [{ actor: { reference: 'Patient/p4' }, status: 'declined' }, { status: 'accepted' }],
  })
  expect(await calendar.read('Slot/c1')).toMatchObject({ status: 'free' })
  expect((await invoke(`Appointment/${json.id}/$cancel`, {})).json).toEqual(answer.json)
})

test('a visit is moved in one step, or stays where it is', async () => {
  await calendar.put(slot('m1', '13:00', '13:30'), slot('m2', '13:30', '14:00'), slot('m3', '16:00', '16:30'))
  const { json: mine } = await calendar.send('POST Appointment', {
    body: visitTo('m1', 'p5', '13:00', '13:30'),
  })
  await calendar.send('POST Appointment', { body: visitTo('m2', 'p6', '13:30', '14:00') })
  const taken = await invoke(`Appointment/${mine.id}/$reschedule`, { slot: reference('Slot/m2') })
  expect(taken.status).toBe(409)
  expect(await calendar.read(`Appointment/${mine.id}`)).toMatchObject({ start: at('13:00') })
  expect((await calendar.read('Slot/m1')).status).toBe('busy')
  const moved = await invoke(`Appointment/${mine.id}/$reschedule`, { slot: reference('Slot/m3') })
  expect(moved.json).toMatchObject({ start: at('16:00'), end: at('16:30'), slot: [{ reference: 'Slot/m3' }] })
  expect((await calendar.read('Slot/m1')).status).toBe('free')
  expect((await calendar.read('Slot/m3')).status).toBe('busy')
})

test('nobody checks in, or fails to come, before the day', async () => {
  const { json } = await calendar.send('POST Appointment', { body: appointment('p7', '17:00', '17:30') })
  for (const step of ['$check-in', '$no-show'])
    expect((await invoke(`Appointment/${json.id}/${step}`, {})).status).toBe(422)
  const fulfilled = { ...json, status: 'fulfilled' }
  expect((await calendar.send(`PUT Appointment/${json.id}`, { body: fulfilled })).status).toBe(422)
})

test('a course of visits keeps its time of day when the clocks change, all or none', async () => {
  const first = appointment('p8', '08:00', '08:45', {
    start: '2032-10-20T08:00:00+02:00',
    end: '2032-10-20T08:45:00+02:00',
  })
  const course = { 'appointment-resource': resource(first), count: { valueInteger: 3 } }
  const starts = (answer: { json: Resource }) =>
    entries(answer).flatMap(({ resource: { start } }) => start ?? [])
  const booked = await invoke('Appointment/$series', course)
  expect(starts(booked)).toEqual(
    ['2032-10-20T08:00:00+02:00', '2032-10-27T08:00:00+02:00', '2032-11-03T08:00:00+01:00'].map((text, i) =>
      i === 0 ? text : expect.stringContaining(text.slice(0, 16)),
    ),
  )
  const other = { ...first, participant: appointment('p10', '08:00', '08:45').participant }
  const late = { ...other, start: '2032-10-13T08:00:00+02:00', end: '2032-10-13T08:45:00+02:00' }
  const all = { 'appointment-resource': resource(late), count: { valueInteger: 2 } }
  expect((await invoke('Appointment/$series', all)).status).toBe(409)
  const some = await invoke('Appointment/$series', { ...all, 'best-effort': { valueBoolean: true } })
  expect(starts(some)).toHaveLength(1)
  expect(JSON.stringify(some.json)).toContain('Visit 2')
})

test('a course asked for again with the same client key is the same course, whole or in part', async () => {
  const first = appointment('p20', '08:00', '08:20', {
    start: '2032-11-09T08:00:00+01:00',
    end: '2032-11-09T08:20:00+01:00',
  })
  const course = {
    'appointment-resource': resource(first),
    count: { valueInteger: 3 },
    'client-key': { valueString: 'course-20' },
  }
  const ids = async (more: object = {}) =>
    entries(await invoke('Appointment/$series', { ...course, ...more })).flatMap(
      ({ resource: { id } }) => id ?? [],
    )
  const booked = await ids()
  expect(booked).toHaveLength(3)
  expect(await ids()).toEqual(booked)
  expect(await ids({ 'best-effort': { valueBoolean: true } })).toEqual(booked)
  // Sent while the first answer is still on its way: one course.
  const both = await Promise.all(
    [0, 1].map(() =>
      ids({ 'client-key': { valueString: 'course-21' }, count: { valueInteger: 2 }, ...later }),
    ),
  )
  expect(both[0]).toHaveLength(2)
  expect(both[1]).toEqual(both[0])
})

const later = {
  'appointment-resource': resource(
    appointment('p21', '08:00', '08:20', {
      start: '2032-11-10T08:00:00+01:00',
      end: '2032-11-10T08:20:00+01:00',
    }),
  ),
}

test('what is asked for wrongly is told so, and leaves nothing', async () => {
  const wrong = async (more: object) =>
    only(
      await invoke('Appointment/$book', {
        'appointment-resource': resource({
          ...appointment('p11', '18:00', '18:30'),
          status: 'pending',
          ...more,
        }),
      }),
    )
  expect(await wrong({ start: '2020-01-01T09:00:00Z', end: '2020-01-01T09:30:00Z' })).toMatchObject({
    issue: [{ code: 'business-rule', diagnostics: 'This time has passed: choose one that is to come.' }],
  })
  expect(await wrong({ end: at('17:00') })).toMatchObject({
    issue: [{ diagnostics: 'An Appointment ends after it begins.' }],
  })
  expect((await invoke('Appointment/$book', {})).status).toBe(400)
  expect(
    (
      await invoke('Appointment/$book', {
        'appointment-reference': reference('https://elsewhere.example/fhir/Appointment/1'),
      })
    ).status,
  ).toBe(400)
  const { json } = await calendar.send(`GET Appointment?patient=p11&date=${day}`)
  expect(json.entry ?? []).toEqual([])
})

/** As if the time had come. */
async function endAllHolds(): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: calendar.server.databaseUrl })
  await client.connect()
  await client.query(`update booking_hold set expires = now() - interval '1 second'`)
  await client.query(
    `update booking_claim set expires = now() - interval '1 second' where expires is not null`,
  )
  await client.end()
}
