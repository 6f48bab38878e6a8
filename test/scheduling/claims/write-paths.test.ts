import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { appointment, at, type Calendar, day, openCalendar, slot, visitTo } from '../calendar.ts'

let calendar: Calendar
beforeAll(async () => {
  calendar = await openCalendar()
})
afterAll(() => calendar[Symbol.asyncDispose]())

const book = async (body: Resource) =>
  (await calendar.send('POST Appointment', { body })).json as Resource & { id: string }
const statusOf = async (reference: string) => (await calendar.read(reference)).status
const bundle = (type: string, ...entry: readonly { method: string; url: string; resource?: Resource }[]) => ({
  resourceType: 'Bundle',
  type,
  entry: entry.map(({ method, url, resource }) => ({
    ...(resource && { resource }),
    request: { method, url },
  })),
})

describe('every road to an appointment meets the same claims', () => {
  const second = (path: string) =>
    visitTo(`road-${path}`, 'p2', '09:00', '09:30', {
      participant: [{ actor: { reference: 'Patient/p2' }, status: 'accepted' }],
    })
  const roads: Record<string, (path: string) => Promise<number>> = {
    create: async (path) => (await calendar.send('POST Appointment', { body: second(path) })).status,
    update: async (path) =>
      (await calendar.send('PUT Appointment/update-2', { body: { ...second(path), id: 'update-2' } })).status,
    patch: async (path) => {
      const { id } = await book({ ...second(path), status: 'proposed' })
      return (
        await calendar.send(`PATCH Appointment/${id}`, {
          body: [{ op: 'replace', path: '/status', value: 'booked' }],
          headers: { 'Content-Type': 'application/json-patch+json' },
        })
      ).status
    },
    transaction: async (path) =>
      (
        await calendar.send('POST ', {
          body: bundle('transaction', { method: 'POST', url: 'Appointment', resource: second(path) }),
        })
      ).status,
    batch: async (path) => {
      const { json } = await calendar.send('POST ', {
        body: bundle('batch', { method: 'POST', url: 'Appointment', resource: second(path) }),
      })
      return Number((json.entry as { response: { status: string } }[])[0]?.response.status.slice(0, 3))
    },
  }
  for (const [path, send] of Object.entries(roads))
    test(path, async () => {
      const doctor = `of-${path}`
      await calendar.put(
        { resourceType: 'Practitioner', id: doctor, active: true },
        {
          resourceType: 'Schedule',
          id: doctor,
          active: true,
          actor: [{ reference: `Practitioner/${doctor}` }],
        },
        slot(`road-${path}`, '09:00', '09:30', { schedule: { reference: `Schedule/${doctor}` } }),
      )
      const with1 = visitTo(`road-${path}`, 'p1', '09:00', '09:30', {
        participant: [{ actor: { reference: `Patient/only-${path}` }, status: 'accepted' }],
      })
      await calendar.put({ resourceType: 'Patient', id: `only-${path}` })
      const first = await book(with1)
      expect(first.status).toBe('booked')
      expect(await send(path)).toBe(409)
      expect(await statusOf(`Slot/road-${path}`)).toBe('busy')
      expect(
        (
          (await calendar.send(`GET Appointment?slot=Slot/road-${path}&status=booked`)).json
            .entry as unknown[]
        ).length,
      ).toBe(1)
    })
})

test('a thousand appointments in one transaction, with the slots they fill; one that collides keeps all out', async () => {
  const minutes = Array.from({ length: 1000 }, (_, index) => index)
  const instant = (minute: number) => new Date(Date.UTC(2032, 8, 1, 6) + minute * 60_000).toISOString()
  const entry = minutes.map((minute) => ({
    method: 'POST',
    url: 'Appointment',
    resource: {
      ...appointment('p1', '06:00', '06:01'),
      ...{ start: instant(minute), end: instant(minute + 1) },
      participant: [{ actor: { reference: 'Practitioner/novak' }, status: 'accepted' }],
    },
  }))
  const twice = {
    ...entry[0],
    resource: { ...entry[0]?.resource, start: instant(999) },
  } as (typeof entry)[number]
  const refused = await calendar.send('POST ', { body: bundle('transaction', ...entry, twice) })
  expect(refused.status).toBe(422)
  const across = {
    ...entry[0],
    resource: { ...entry[0]?.resource, start: instant(998), end: instant(1001) },
  } as (typeof entry)[number]
  const collided = await calendar.send('POST ', { body: bundle('transaction', ...entry, across) })
  expect(collided.status).toBe(409)
  expect(JSON.stringify(collided.json)).toContain('Bundle.entry[')
  expect(
    (await calendar.send('GET Appointment?practitioner=Practitioner/novak&_summary=count')).json.total,
  ).toBe(0)
  expect((await calendar.send('POST ', { body: bundle('transaction', ...entry) })).status).toBe(200)
}, 60_000)

test('slots and their appointments can be imported together, as busy as they are', async () => {
  await calendar.put(slot('import', '06:00', '06:30', { status: 'busy' }), {
    ...visitTo('import', 'p20', '06:00', '06:30'),
    id: 'imported',
  })
  expect(await calendar.read('Slot/import')).toMatchObject({ status: 'busy', meta: { versionId: '1' } })
  expect(
    (await calendar.send('POST Appointment', { body: visitTo('import', 'p21', '06:00', '06:30') })).status,
  ).toBe(409)
})

test('what lies in the past is stored as it is told, twice over if need be', async () => {
  const past = { start: '2020-03-03T09:00:00Z', end: '2020-03-03T09:30:00Z' }
  for (const status of ['booked', 'fulfilled', 'noshow'])
    expect(
      (
        await calendar.send('POST Appointment', {
          body: { ...appointment('p1', '09:00', '09:30'), ...past, status },
        })
      ).status,
    ).toBe(201)
})

test('a group of three meets in one slot; the fourth is too many; who leaves makes room', async () => {
  const places = {
    url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity',
    valueInteger: 3,
  }
  await calendar.put(slot('group', '19:00', '20:00', { extension: [places] }))
  const group = (patient: string) => visitTo('group', patient, '19:00', '20:00')
  const first = await book(group('p31'))
  await book(group('p32'))
  expect(await statusOf('Slot/group')).toBe('free')
  await book(group('p33'))
  expect(await statusOf('Slot/group')).toBe('busy')
  expect((await calendar.send('POST Appointment', { body: group('p34') })).status).toBe(409)
  const token = await calendar.server.token({ scope: 'patient/*.rs', patient: 'p32' })
  const seen = await calendar.send('GET Appointment?slot=Slot/group', { token })
  expect(JSON.stringify(seen.json)).toContain('Patient/p32')
  expect(JSON.stringify(seen.json)).not.toMatch(/Patient\/p3[13]/)
  // Somebody else's visit of the same doctor is none of the group's.
  expect(
    (await calendar.send('POST Appointment', { body: appointment('p35', '19:30', '19:45') })).status,
  ).toBe(409)
  await calendar.send(`PUT Appointment/${first.id}`, { body: { ...first, status: 'cancelled' } })
  expect(await statusOf('Slot/group')).toBe('free')
  expect((await book(group('p34'))).status).toBe('booked')
})

test('a room with two chairs admits two at any time, however they lie across each other', async () => {
  const capacity = { url: 'https://almanac.example/fhir/StructureDefinition/capacity', valuePositiveInt: 2 }
  await calendar.put({ resourceType: 'Location', id: 'chairs', status: 'active', extension: [capacity] })
  const sit = async (patient: string, from: string, to: string) => {
    const participant = [`Patient/${patient}`, 'Location/chairs'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    }))
    return (
      await calendar.send('POST Appointment', { body: appointment(patient, from, to, { participant }) })
    ).status
  }
  expect(await sit('p40', '09:00', '10:00')).toBe(201)
  expect(await sit('p41', '10:00', '11:00')).toBe(201)
  expect(await sit('p42', '09:30', '10:00')).toBe(201)
  expect(await sit('p43', '09:45', '09:50')).toBe(409)
  expect(await sit('p44', '10:00', '10:30')).toBe(201)
  expect(await sit('p45', '10:30', '12:00')).toBe(201)
})

test('lanes that lie badly are dealt out anew: who fits is never refused', async () => {
  const capacity = { url: 'https://almanac.example/fhir/StructureDefinition/capacity', valuePositiveInt: 2 }
  await calendar.put({ resourceType: 'Location', id: 'lanes', status: 'active', extension: [capacity] })
  const sit = (patient: string, from: string, to: string) => {
    const participant = [`Patient/${patient}`, 'Location/lanes'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    }))
    return book(appointment(patient, from, to, { participant }))
  }
  const early = await sit('p46', '09:00', '10:00')
  await sit('p47', '09:00', '12:00')
  await calendar.send(`PUT Appointment/${early.id}`, { body: { ...early, status: 'cancelled' } })
  await sit('p48', '12:00', '13:00')
  await sit('p49', '12:30', '14:00')
  expect((await sit('p50', '09:00', '12:30')).status).toBe('booked')
})

test('a role’s time is its person’s', async () => {
  const role = { participant: [{ actor: { reference: 'PractitionerRole/role-adams' }, status: 'accepted' }] }
  await book(appointment('p1', '21:00', '21:30', role))
  expect(
    (await calendar.send('POST Appointment', { body: appointment('p51', '21:15', '21:45') })).status,
  ).toBe(409)
})

test('a visit follows its status: pending is tentative, arrived stays, cancelled gives back, and cancelled is final', async () => {
  await calendar.put(slot('states', '22:00', '22:30'))
  const one = await book({ ...visitTo('states', 'p52', '22:00', '22:30'), status: 'pending' })
  expect(await statusOf('Slot/states')).toBe('busy-tentative')
  const to = async (status: string) =>
    (await calendar.send(`PUT Appointment/${one.id}`, { body: { ...one, status } })).status
  expect(await to('booked')).toBe(200)
  expect(await statusOf('Slot/states')).toBe('busy')
  expect(await to('arrived')).toBe(422)
  expect((await calendar.send(`DELETE Appointment/${one.id}`)).status).toBe(409)
  expect(await to('cancelled')).toBe(200)
  expect(await statusOf('Slot/states')).toBe('free')
  const { json, status } = await calendar.send(`PUT Appointment/${one.id}`, {
    body: { ...one, status: 'booked' },
  })
  expect(status).toBe(422)
  expect(json).toMatchObject({
    issue: [
      {
        diagnostics: 'An Appointment that is cancelled cannot become booked: it can become entered-in-error.',
      },
    ],
  })
})

test('a slot that carries an appointment is not freed, moved, closed or deleted by itself', async () => {
  await calendar.put(slot('carrier', '23:00', '23:30'))
  await book(visitTo('carrier', 'p53', '23:00', '23:30'))
  const carrier = await calendar.read('Slot/carrier')
  const put = async (change: object) =>
    (await calendar.send('PUT Slot/carrier', { body: { ...carrier, ...change } })).status
  expect(await put({ status: 'free' })).toBe(409)
  expect(await put({ start: at('22:45') })).toBe(409)
  expect(await put({ schedule: { reference: 'Schedule/novak' } })).toBe(409)
  expect(await put({ status: 'busy-unavailable' })).toBe(409)
  expect((await calendar.send('DELETE Slot/carrier')).status).toBe(409)
  expect(await put({ comment: 'by the window' })).toBe(200)
  await calendar.put(slot('closed', '23:30', '23:45'))
  await calendar.send('PUT Slot/closed', {
    body: slot('closed', '23:30', '23:45', { status: 'busy-unavailable' }),
  })
  expect(
    (await calendar.send('POST Appointment', { body: visitTo('closed', 'p54', '23:30', '23:45') })).status,
  ).toBe(409)
  expect(await statusOf('Slot/closed')).toBe('busy-unavailable')
})

test('what cannot be booked is told why', async () => {
  await calendar.put(
    slot('novak', '05:00', '05:30', { schedule: { reference: 'Schedule/novak' } }),
    { resourceType: 'Practitioner', id: 'retired', active: false },
    { resourceType: 'Schedule', id: 'shut', active: false, actor: [{ reference: 'Practitioner/adams' }] },
    slot('shut', '05:00', '05:30', { schedule: { reference: 'Schedule/shut' } }),
    {
      resourceType: 'Schedule',
      id: 'june',
      active: true,
      actor: [{ reference: 'Practitioner/adams' }],
      planningHorizon: { start: '2032-06-01', end: '2032-06-06' },
    },
    slot('june', '05:00', '05:30', { schedule: { reference: 'Schedule/june' } }),
  )
  const refused = async (body: Resource) => {
    const { status, json } = await calendar.send('POST Appointment', { body })
    return [status, ...(json.issue as { diagnostics: string }[]).map(({ diagnostics }) => diagnostics)]
  }
  expect(await refused(visitTo('novak', 'p55', '05:00', '05:30'))).toEqual([
    422,
    'Slot/novak is a slot of others than the participants: name one of theirs.',
  ])
  expect(await refused(visitTo('shut', 'p55', '05:00', '05:30'))).toEqual([
    422,
    'Schedule/shut, whose slot this is, is not open for booking.',
  ])
  expect(await refused(visitTo('june', 'p55', '05:00', '05:30'))).toEqual([
    422,
    'The visit lies outside the time that Schedule/june plans for.',
  ])
  expect(await refused(visitTo('carrier', 'p55', '23:00', '23:45'))).toEqual([
    422,
    'The slots of Schedule/adams do not cover the visit from start to end.',
  ])
  const retired = { participant: [{ actor: { reference: 'Practitioner/retired' }, status: 'accepted' }] }
  expect(await refused(appointment('p55', '05:00', '05:30', retired))).toEqual([
    422,
    'Practitioner/retired is not active and takes no new visits: choose another.',
  ])
  expect((await refused(appointment('p55', '05:30', '05:00')))[0]).toBe(422)
  expect((await refused(appointment('p55', '05:00', '05:00')))[0]).toBe(422)
  expect((await refused({ ...appointment('p55', '05:00', '05:30'), end: '2033-06-07T05:00:00Z' }))[0]).toBe(
    422,
  )
  const { json } = await calendar.send(`GET Appointment?patient=p55&date=${day}`)
  expect(json.entry ?? []).toEqual([])
})

test('a stale version of an appointment moves nothing', async () => {
  const one = await book(appointment('p56', '03:00', '03:30'))
  const moved = { ...one, start: at('03:30'), end: at('04:00') }
  await calendar.send(`PUT Appointment/${one.id}`, { body: moved, headers: { 'If-Match': 'W/"1"' } })
  const stale = await calendar.send(`PUT Appointment/${one.id}`, {
    body: one,
    headers: { 'If-Match': 'W/"1"' },
  })
  expect(stale.status).toBe(412)
  expect(
    (await calendar.send('POST Appointment', { body: appointment('p57', '03:00', '03:30') })).status,
  ).toBe(201)
  expect(
    (await calendar.send('POST Appointment', { body: appointment('p58', '03:45', '04:15') })).status,
  ).toBe(409)
})
