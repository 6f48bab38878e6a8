import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import {
  type Calendar,
  clinician,
  comingMonday,
  generalPractice,
  house,
  openCalendar,
  parameters,
  scheduleRules,
} from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday()
const friday = monday.add({ days: 4 })
const week = { start: monday.toString(), end: friday.toString() }
const physio = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/service-type', code: '65' }],
}
const visitType = 'http://terminology.hl7.org/CodeSystem/service-type|124'
const ref = (reference: string) => ({ valueReference: { reference } })

interface Offer {
  id: string
  start: string
  end: string
  slot: { reference: string }[]
  participant: { actor: { reference: string }; status: string }[]
}

beforeAll(async () => {
  server = await startTestServer()
  clinic = await openCalendar(server)
  await clinic.put(
    ...house,
    ...['anna', 'bert', 'cleo'].flatMap((name) => clinician(name)),
    ...clinician('phil', { schedule: { serviceType: [physio] } }),
    ...['one', 'two'].map((id) => ({ resourceType: 'Patient', id, name: [{ family: id }] })),
    {
      resourceType: 'Location',
      id: 'gym',
      status: 'active',
      name: 'Gym',
      managingOrganization: { reference: 'Organization/clinic' },
      hoursOfOperation: [{ daysOfWeek: ['tue'], openingTime: '10:00:00', closingTime: '11:00:00' }],
    },
    { resourceType: 'Location', id: 'cellar', status: 'active', name: 'Cellar' },
    {
      resourceType: 'Schedule',
      id: 'gym',
      active: true,
      extension: [scheduleRules({ slotLength: 60 })],
      actor: [{ reference: 'Location/gym' }],
    },
  )
  await clinic.send('POST', 'Schedule/$generate-slots', parameters({ ...week }))
})
afterAll(() => server.close())

async function find(wish: object, token?: string) {
  const { status, body } = await clinic.send(
    'POST',
    'Appointment/$find',
    parameters({ ...week, ...wish }),
    token,
  )
  const offers: Offer[] = (body.entry ?? []).map(({ resource }: { resource: Offer }) => resource)
  return { status, body, offers, total: body.total as number }
}

const day = (offer: Offer) => offer.start.slice(0, 10)
const clock = (offer: Offer) => offer.start.slice(11, 16)
const who = (offer: Offer) => offer.participant.map(({ actor }) => actor.reference)

describe('what is offered', () => {
  test('free times as proposed visits, the earliest first, as many as asked for', async () => {
    const { status, body, offers, total } = await find({ practitioner: ref('Practitioner/anna'), _count: 7 })
    expect([status, total, offers.length, body.type]).toEqual([200, 30, 7, 'searchset'])
    const offset = monday.toZonedDateTime('Europe/Berlin').offset
    expect(offers[0]).toMatchObject({
      resourceType: 'Appointment',
      status: 'proposed',
      start: `${monday}T09:00:00${offset}`,
      end: `${monday}T09:30:00${offset}`,
      minutesDuration: 30,
      serviceType: [generalPractice],
      participant: [{ actor: { reference: 'Practitioner/anna' }, status: 'needs-action' }],
      requestedPeriod: [{ start: expect.any(String), end: expect.any(String) }],
    })
    expect(offers.map(clock)).toEqual(['09:00', '09:30', '10:00', '10:30', '11:00', '11:30', '09:00'])
  })

  test('page after page, each offer once', async () => {
    const seen: string[] = []
    let { body } = await find({ 'visit-type': visitType, _count: 40 })
    for (;;) {
      seen.push(
        ...body.entry.map(({ resource }: { resource: Offer }) => `${resource.start} ${who(resource)}`),
      )
      const next = body.link.find(({ relation }: { relation: string }) => relation === 'next')
      if (next === undefined) break
      body = (await clinic.send('GET', next.url.slice(`${server.base}/`.length))).body
    }
    expect([seen.length, new Set(seen).size]).toEqual([90, 90])
  })

  test('of the kind that is asked for', async () => {
    const { offers } = await find({
      'visit-type': 'http://terminology.hl7.org/CodeSystem/service-type|65',
      _count: 100,
    })
    expect(new Set(offers.flatMap(who))).toEqual(new Set(['Practitioner/phil']))
  })

  test('several practitioners, in the order of preference', async () => {
    const { offers } = await find({ practitioner: [ref('Practitioner/cleo'), ref('Practitioner/anna')] })
    expect(offers.slice(0, 2).flatMap(who)).toEqual(['Practitioner/cleo', 'Practitioner/anna'])
  })

  test('wishes for days and parts of the day', async () => {
    const timing = { repeat: { dayOfWeek: ['wed', 'thu'], when: ['MORN.late'], timeOfDay: ['14:00:00'] } }
    const { offers, total } = await find({
      practitioner: ref('Practitioner/anna'),
      timing: { valueTiming: timing },
    })
    expect([total, new Set(offers.map(day))]).toEqual([
      12,
      new Set([monday.add({ days: 2 }).toString(), monday.add({ days: 3 }).toString()]),
    ])
  })

  test('a longer visit takes slots that follow one another', async () => {
    const { offers, total } = await find({ practitioner: ref('Practitioner/anna'), duration: 60 })
    expect([total, offers[0]?.slot.length]).toEqual([25, 2])
    expect(Date.parse(offers[0]?.end ?? '') - Date.parse(offers[0]?.start ?? '')).toBe(3_600_000)
  })

  test('one offer for each time, and not always of the same', async () => {
    const { offers, total } = await find({ 'visit-type': visitType, rotate: true, _count: 100 })
    expect([total, new Set(offers.map(({ start }) => start)).size]).toEqual([30, 30])
    expect(new Set(offers.flatMap(who)).size).toBeGreaterThan(1)
  })

  test('with a room that has a calendar of its own, where both are free', async () => {
    const { offers } = await find({
      practitioner: ref('Practitioner/anna'),
      'location-reference': ref('Location/gym'),
    })
    expect(offers.map((offer) => [day(offer), clock(offer), offer.slot.length])).toEqual([
      [monday.add({ days: 1 }).toString(), '10:00', 2],
      [monday.add({ days: 1 }).toString(), '10:30', 2],
    ])
    expect(who(offers[0] as Offer)).toEqual(['Practitioner/anna', 'Location/gym'])
  })

  test('with a room that has none, whenever it is not taken', async () => {
    const wish = {
      practitioner: ref('Practitioner/bert'),
      'location-reference': ref('Location/cellar'),
    }
    const { offers, total } = await find(wish)
    expect([total, who(offers[0] as Offer)]).toEqual([30, ['Practitioner/bert', 'Location/cellar']])
  })

  test('a follow-up nearest to its day first', async () => {
    const { offers } = await find({ practitioner: ref('Practitioner/cleo') })
    const [first] = offers as [Offer]
    const { slot, start, end } = first
    const participant = ['Patient/one', 'Practitioner/cleo'].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    }))
    const visit = { resourceType: 'Appointment', status: 'booked', slot, start, end, participant }
    const { body } = await clinic.send('POST', 'Appointment', visit)
    const later = await find({
      practitioner: ref('Practitioner/cleo'),
      'follow-up-to': ref(`Appointment/${body.id}`),
      interval: { valueDuration: { value: 2, system: 'http://unitsofmeasure.org', code: 'd' } },
      _count: 3,
    })
    const wednesday = monday.add({ days: 2 }).toString()
    expect(later.offers.map((offer) => [day(offer), clock(offer)])).toEqual([
      [wednesday, '09:00'],
      [wednesday, '09:30'],
      [wednesday, '10:00'],
    ])
  })
})

describe('what is not offered', () => {
  test('taken time, of any schedule of the same person', async () => {
    const { offers, total } = await find({ practitioner: ref('Practitioner/cleo'), _count: 100 })
    expect([
      total,
      offers.some((offer) => day(offer) === monday.toString() && clock(offer) === '09:00'),
    ]).toEqual([29, false])
  })

  test('a time when the patient is elsewhere; a patient’s token means the patient', async () => {
    const times = async (wish: object, token?: string) =>
      (await find({ practitioner: ref('Practitioner/anna'), ...wish }, token)).total
    const token = await server.token({ scope: 'patient/Appointment.rs patient/Slot.rs', patient: 'one' })
    expect(await times({})).toBe(30)
    expect(await times({ 'patient-reference': ref('Patient/one') })).toBe(29)
    expect(await times({ 'patient-reference': ref('Patient/two') })).toBe(30)
    expect(await times({ 'patient-reference': [ref('Patient/two'), ref('Patient/one')] })).toBe(29)
    expect(await times({}, token)).toBe(29)
  })

  test('slots of one who is absent by now, though they are still there', async () => {
    const [, role] = clinician('bert')
    const during = { start: monday.toString(), end: monday.toString() }
    await clinic.put({ ...role, notAvailable: [{ description: 'ill', during }] } as never)
    const { total, offers } = await find({ practitioner: ref('Practitioner/bert'), _count: 100 })
    expect([total, offers.some((offer) => day(offer) === monday.toString())]).toEqual([24, false])
  })

  test('time before the notice, beyond the window, or of a schedule that is not active', async () => {
    const minutes = { slotLength: 30, minimumNotice: 60 * 24 * 60, bookingWindow: 2 * 60 }
    await clinic.put(
      ...clinician('dana', { rules: { slotLength: 30, minimumNotice: 60 * 24 * 60 } }),
      ...clinician('egon', { rules: { slotLength: 30, bookingWindow: minutes.bookingWindow } }),
      ...clinician('fred', { schedule: { active: false } }),
    )
    await clinic.send(
      'POST',
      'Schedule/$generate-slots',
      parameters({ ...week, schedule: ['Schedule/dana', 'Schedule/egon'] }),
    )
    for (const name of ['dana', 'egon', 'fred'])
      expect((await find({ practitioner: ref(`Practitioner/${name}`) })).total).toBe(0)
  })
})

describe('what is left out', () => {
  test('is explained to whoever asks, with the ranking', async () => {
    await clinic.put(...clinician('gina', { rules: { slotLength: 30, minimumNotice: 60 * 24 * 60 } }))
    await clinic.send('POST', 'Schedule/gina/$generate-slots', parameters(week))
    const { body } = await find({ practitioner: ref('Practitioner/gina'), explain: true })
    const outcome = body.entry.at(-1)
    expect([body.total, outcome.search.mode]).toEqual([0, 'outcome'])
    const told = outcome.resource.issue.map(({ diagnostics }: { diagnostics: string }) => diagnostics)
    expect(told[0]).toMatch(/^Ranked: the earliest first/)
    expect(told).toContain(
      'Schedule/gina: 30 times left out: This is booked at least 60 days before: choose a later time.',
    )
    const silent = await find({ practitioner: ref('Practitioner/gina') })
    expect(silent.body.entry).toBeUndefined()
  })
})

describe('a question that cannot be answered is refused', () => {
  test.each([
    ['no range', { start: [], end: [] }],
    ['the range reversed', { start: friday.toString(), end: monday.toString() }],
    ['a century', { start: '2026-01-01', end: '2126-01-01' }],
    ['a code without its system', { 'visit-type': '124' }],
    ['a practitioner who is not there', { practitioner: ref('Practitioner/nobody') }],
    ['a patient who is not there', { 'patient-reference': ref('Patient/nobody') }],
    [
      'an identifier that is nobody’s',
      { practitioner: { valueReference: { identifier: { system: 'urn:x', value: '1' } } } },
    ],
    ['a time without its offset', { start: `${monday}T09:00:00 01:00` }],
    ['a visit of no length', { duration: 0 }],
    ['a day that is none', { timing: { valueTiming: { repeat: { dayOfWeek: ['funday'] } } } }],
  ])('%s', async (_, wish) => {
    const { status, body } = await find(wish)
    expect([status, body.resourceType]).toEqual([400, 'OperationOutcome'])
  })

  test('a caller who may not see slots', async () => {
    const token = await server.token({ scope: 'system/Patient.rs' })
    expect((await find({}, token)).status).toBe(403)
  })

  test('a patient asks for nobody else', async () => {
    const token = await server.token({ scope: 'patient/*.rs', patient: 'one' })
    expect((await find({ 'patient-reference': ref('Patient/two') }, token)).status).toBe(400)
  })
})
