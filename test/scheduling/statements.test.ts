import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { appointment, at, type Calendar, day, openCalendar, slot, visitTo } from './calendar.ts'

/** What R4, IHE and Argonaut say of the scheduling resources and their searches, asked of the whole server. */
let calendar: Calendar
const system = 'http://terminology.hl7.org/CodeSystem/service-type'
const code = (value: string, from = system) => ({ coding: [{ system: from, code: value }] })
const general = code('124')
const checkup = code('CHECKUP', 'http://terminology.hl7.org/CodeSystem/v2-0276')
const cardiology = code('394579002', 'http://snomed.info/sct')

beforeAll(async () => {
  calendar = await openCalendar()
  const everyone = ['Patient/p1', 'Practitioner/adams', 'PractitionerRole/role-adams', 'Location/room-adams']
  await calendar.put(
    {
      resourceType: 'Practitioner',
      id: 'adams',
      active: true,
      identifier: [{ system: 'urn:staff', value: 'A1' }],
    },
    { resourceType: 'Patient', id: 'p1', identifier: [{ system: 'urn:mrn', value: '77' }] },
    { resourceType: 'RelatedPerson', id: 'mother', patient: { reference: 'Patient/p1' } },
    { resourceType: 'Device', id: 'ecg', status: 'active' },
    { resourceType: 'HealthcareService', id: 'practice', active: true, name: 'Practice' },
    {
      ...slot('wished', '08:00', '08:30'),
      identifier: [{ system: 'urn:slots', value: 's-1' }],
      serviceType: [general],
      serviceCategory: [code('17', 'http://terminology.hl7.org/CodeSystem/service-category')],
      specialty: [cardiology],
      appointmentType: checkup,
    },
    {
      resourceType: 'Schedule',
      id: 'searched',
      identifier: [{ system: 'urn:schedules', value: 'c-1' }],
      active: false,
      actor: [{ reference: 'Device/ecg' }],
      serviceType: [general],
      serviceCategory: [code('17', 'http://terminology.hl7.org/CodeSystem/service-category')],
      specialty: [cardiology],
      planningHorizon: { start: '2032-01-01', end: '2032-12-31' },
    },
    {
      ...visitTo('wished', 'p1', '08:00', '08:30'),
      id: 'whole',
      identifier: [{ system: 'urn:visits', value: 'v-1' }],
      serviceType: [general],
      serviceCategory: [code('17', 'http://terminology.hl7.org/CodeSystem/service-category')],
      specialty: [cardiology],
      appointmentType: checkup,
      reasonCode: [code('22298006', 'http://snomed.info/sct')],
      participant: [...everyone, 'RelatedPerson/mother', 'Device/ecg', 'HealthcareService/practice'].map(
        (reference) => ({
          actor: { reference },
          status: 'accepted',
        }),
      ),
    },
    {
      resourceType: 'AppointmentResponse',
      id: 'yes',
      identifier: [{ system: 'urn:answers', value: 'a-1' }],
      appointment: { reference: 'Appointment/whole' },
      actor: { reference: 'Practitioner/adams' },
      participantStatus: 'accepted',
    },
  )
})
afterAll(() => calendar[Symbol.asyncDispose]())

type Entry = { readonly resource: Resource; readonly search: { readonly mode: string } }
const entriesOf = ({ json }: { json: Resource }) => (json.entry ?? []) as Entry[]
async function found(query: string): Promise<readonly string[]> {
  const answer = await calendar.send(`GET ${query}`)
  expect([answer.status, answer.json.type]).toEqual([200, 'searchset'])
  return entriesOf(answer).map(({ resource }) => `${resource.resourceType}/${resource.id}`)
}
const status = async (body: Resource) => (await calendar.send(`POST ${body.resourceType}`, { body })).status
const parameters = (...parameter: readonly object[]) => ({ body: { resourceType: 'Parameters', parameter } })

describe('an Appointment', () => {
  const {
    start: _,
    end: __,
    ...timeless
  } = appointment('p5', '10:00', '10:30') as Resource & { start: string; end: string }

  test.each([
    ['of a status that R4 does not know', { ...appointment('p5', '10:00', '10:30'), status: 'dreamt' }],
    [
      'with a participant of no status',
      { ...appointment('p5', '10:00', '10:30'), participant: [{ actor: { reference: 'Patient/p5' } }] },
    ],
    [
      'with a participant of an unknown status',
      {
        ...appointment('p5', '10:00', '10:30'),
        participant: [{ actor: { reference: 'Patient/p5' }, status: 'maybe' }],
      },
    ],
    [
      'with a participant who is neither somebody nor of some type',
      { ...appointment('p5', '10:00', '10:30'), participant: [{ status: 'accepted' }] },
    ],
    ['without participants', { ...appointment('p5', '10:00', '10:30'), participant: [] }],
    ['with a start and no end', { ...timeless, start: at('10:00') }],
    ['that is booked for no time', timeless],
    [
      'that is booked and has a reason for being cancelled',
      { ...appointment('p5', '10:00', '10:30'), cancelationReason: { text: 'Ill' } },
    ],
    ['that lasts longer than it takes', { ...appointment('p5', '10:00', '10:30'), minutesDuration: 45 }],
  ])('%s cannot be stored', async (_, body) => {
    const refused = await status(body as Resource)
    expect([400, 422]).toContain(refused)
  })

  test('that is proposed, cancelled or on the waiting list needs no time', async () => {
    for (const one of ['proposed', 'cancelled', 'waitlist'])
      expect(await status({ ...timeless, status: one } as Resource)).toBe(201)
  })
})

describe('a Slot', () => {
  test.each([
    ['of a status that R4 does not know', { ...slot('x', '11:00', '11:30'), status: 'open' }],
    ['of no schedule', { ...slot('x', '11:00', '11:30'), schedule: undefined }],
    ['without seconds', { ...slot('x', '11:00', '11:30'), start: `${day}T11:00+02:00` }],
    ['without an offset', { ...slot('x', '11:00', '11:30'), start: `${day}T11:00:00` }],
    ['that ends before it begins', slot('x', '11:30', '11:00')],
  ])('%s is refused', async (_, { id: __, ...body }) => {
    const refused = await status(body as Resource)
    expect([400, 422]).toContain(refused)
  })
})

test('an AppointmentResponse names the appointment, who answers and what', async () => {
  const whole = {
    resourceType: 'AppointmentResponse',
    appointment: { reference: 'Appointment/whole' },
    actor: { reference: 'Practitioner/adams' },
    participantStatus: 'accepted',
  }
  for (const missing of ['appointment', 'actor', 'participantStatus'])
    expect([400, 422]).toContain(await status({ ...whole, [missing]: undefined } as Resource))
})

describe('searches', () => {
  test.each([
    [
      '_id=whole',
      'patient=p1',
      'identifier=urn:visits|v-1',
      `patient=p1&date=${day}`,
      `date=ge${at('08:00')}&date=lt${at('08:30')}`,
    ],
    [
      `date=gt${day}T07:59:59%2B02:00&date=le${at('08:00')}`,
      'practitioner=adams&specialty=394579002',
      'appointment-type=CHECKUP',
    ],
    [
      'status=booked&location=room-adams',
      'actor=Practitioner/adams&slot=wished',
      'service-type=124&part-status=accepted',
      'service-category=17',
      'reason-code=22298006',
    ],
    ['patient.identifier=urn:mrn|77', 'practitioner.identifier=urn:staff|A1'],
  ])('find an Appointment by %s', async (...queries) => {
    for (const query of queries)
      expect(await found(`Appointment?${query.replaceAll('+', '%2B')}`)).toContain('Appointment/whole')
  })

  test('a Slot by each of its parameters, which "end" is not one of in R4', async () => {
    for (const query of [
      'schedule=adams',
      'status=busy',
      `start=${day}`,
      'identifier=urn:slots|s-1',
      'service-type=124',
      'service-category=17',
      'specialty=394579002',
      'appointment-type=CHECKUP',
    ])
      expect(await found(`Slot?${query}`)).toContain('Slot/wished')
    const { json } = await calendar.send('GET metadata')
    const slotParameters = JSON.stringify(
      (
        json.rest as { resource: { type: string; searchParam: { name: string; definition: string }[] }[] }[]
      )[0]?.resource
        .find(({ type }) => type === 'Slot')
        ?.searchParam.filter(
          ({ name, definition }) =>
            name === 'end' && definition.startsWith('http://hl7.org/fhir/SearchParameter'),
        ),
    )
    expect(slotParameters).toBe('[]')
  })

  test('a Schedule, by what its horizon overlaps too', async () => {
    for (const query of [
      'actor=Device/ecg',
      'active=false',
      'date=ge2032-03-01&date=le2032-03-01',
      'identifier=urn:schedules|c-1',
      'service-type=124',
      'service-category=17',
      'specialty=394579002',
    ])
      expect(await found(`Schedule?${query}`)).toContain('Schedule/searched')
    expect(await found('Schedule?date=2035-03-01&active=false')).toEqual([])
  })

  test('an AppointmentResponse', async () => {
    for (const query of [
      'actor=Practitioner/adams',
      'appointment=whole',
      'practitioner=adams',
      'part-status=accepted',
      'identifier=urn:answers|a-1',
    ])
      expect(await found(`AppointmentResponse?${query}`)).toContain('AppointmentResponse/yes')
    for (const query of ['patient=p1', 'location=room-adams'])
      expect(await found(`AppointmentResponse?${query}`)).toEqual([])
  })

  test('by GET and by POST find the same', async () => {
    const response = await fetch(`${calendar.server.base}/Appointment/_search`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await calendar.server.token({ scope: 'system/*.cruds' })}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: `patient=p1&date=${day}&_total=accurate`,
    })
    const posted = (await response.json()) as Resource & { entry: Entry[] }
    const { json } = await calendar.send(`GET Appointment?patient=p1&date=${day}&_total=accurate`)
    expect(posted.entry).toEqual(json.entry)
    expect([posted.total, posted.type]).toEqual([1, 'searchset'])
  })

  test('tell how many there are, and give as many as are asked for', async () => {
    const { json } = await calendar.send('GET Slot?_count=0')
    expect([json.total, json.entry]).toEqual([1, undefined])
  })

  test('bring along who takes part, whatever they are', async () => {
    const all = await found('Appointment?_id=whole&_include=Appointment:actor')
    for (const type of [
      'Patient',
      'Practitioner',
      'PractitionerRole',
      'RelatedPerson',
      'Device',
      'HealthcareService',
      'Location',
    ])
      expect(all.some((one) => one.startsWith(`${type}/`))).toBe(true)
  })

  test('by an identifier of a system that nobody knows find nothing, without an error', async () => {
    expect(await found('Appointment?patient.identifier=urn:nobody|77')).toEqual([])
  })

  test('of the free slots of somebody bring their schedule and who they are', async () => {
    await calendar.put(slot('free', '12:00', '12:30'))
    const query = `Slot?schedule.actor=Practitioner/adams&status=free&start=ge${day}&start=lt2032-06-08&_include=Slot:schedule&_include:iterate=Schedule:actor`
    expect(await found(query)).toEqual(
      expect.arrayContaining(['Slot/free', 'Schedule/adams', 'Practitioner/adams', 'Location/room-adams']),
    )
  })

  test('by a day mean the clinic’s day, of 23 hours when the clocks go forward', async () => {
    const night = (id: string, start: string, end: string) => ({ ...slot(id, '00:00', '00:30'), start, end })
    await calendar.put(
      night('before', '2032-03-27T23:30:00+01:00', '2032-03-28T00:00:00+01:00'),
      night('first', '2032-03-28T00:00:00+01:00', '2032-03-28T00:30:00+01:00'),
      night('last', '2032-03-28T23:30:00+02:00', '2032-03-29T00:00:00+02:00'),
      night('after', '2032-03-29T00:00:00+02:00', '2032-03-29T00:30:00+02:00'),
    )
    expect((await found('Slot?start=2032-03-28&_sort=start')).slice()).toEqual(['Slot/first', 'Slot/last'])
    expect(await found('Slot?start=ge2032-03-28T23:30:00%2B02:00&start=lt2032-03-28T22:00:00Z')).toEqual([
      'Slot/last',
    ])
  })
})

describe('$find, $hold and $book', () => {
  const offers = async (more: readonly object[] = []) => {
    const asked = [
      { name: 'start', valueDateTime: day },
      { name: 'end', valueDateTime: day },
      { name: 'practitioner', valueReference: { reference: 'Practitioner/adams' } },
    ]
    return calendar.send('POST Appointment/$find', parameters(...asked, ...more))
  }

  test('a search takes all of IHE’s parameters, and a patient who is not known is not stored', async () => {
    const count = async () => (await calendar.send('GET Patient?_summary=count')).json.total
    const before = await count()
    const answer = await offers([
      { name: 'patient-resource', resource: { resourceType: 'Patient', name: [{ family: 'New' }] } },
      { name: 'reason', valueString: 'http://snomed.info/sct|22298006' },
      { name: 'referral-identifier', valueIdentifier: { system: 'urn:referrals', value: '1' } },
      { name: 'insurance-reference', valueReference: { reference: 'Coverage/1' } },
      { name: 'location-reference', valueReference: { reference: 'Location/room-adams' } },
      { name: 'location-string', valueString: 'Room of adams' },
      { name: 'timing', valueTiming: { repeat: { dayOfWeek: ['mon'] } } },
    ])
    expect([answer.status, answer.json.type]).toEqual([200, 'searchset'])
    expect(entriesOf(answer).length).toBeGreaterThan(0)
    expect(await count()).toBe(before)
    const { status: got } = await calendar.send(
      `GET Appointment/$find?start=${day}&end=${day}&practitioner=Practitioner/adams`,
    )
    expect(got).toBe(200)
  })

  test('an offer is booked by its id, until it expires', async () => {
    const [offer] = entriesOf(await offers())
    const reference = {
      name: 'appointment-reference',
      valueReference: { reference: `Appointment/${offer?.resource.id}` },
    }
    const held = await calendar.send('POST Appointment/$hold', parameters(reference))
    expect(entriesOf(held)[0]?.resource).toMatchObject({ resourceType: 'Appointment', status: 'pending' })
    const client = new pg.Client({ connectionString: calendar.server.databaseUrl })
    await client.connect()
    await client.query(`UPDATE visit_offer SET expires = now() - interval '1 second'`)
    await client.end()
    for (const operation of ['$hold', '$book']) {
      const late = await calendar.send(`POST Appointment/${operation}`, parameters(reference))
      expect(entriesOf(late)[0]?.resource).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ code: 'not-found' }],
      })
    }
    // Let go by a patch, its time is free.
    const id = entriesOf(held)[0]?.resource.id
    const patched = await calendar.send(`PATCH Appointment/${id}`, {
      body: [{ op: 'replace', path: '/status', value: 'cancelled' }],
      headers: { 'Content-Type': 'application/json-patch+json' },
    })
    expect([patched.status, (await calendar.read('Slot/free')).status]).toEqual([200, 'free'])
  })

  test('an offer tells nothing of a practitioner but who they are', async () => {
    await calendar.put({
      ...(await calendar.read('Practitioner/adams')),
      telecom: [{ system: 'phone', use: 'home', value: '555-HOME' }],
      address: [{ use: 'home', text: 'Home street' }],
    } as Resource)
    const text = JSON.stringify((await offers()).json)
    expect(text).toContain('Practitioner/adams')
    expect(text).not.toMatch(/555-HOME|Home street/)
  })

  test('are told of in /metadata under IHE’s addresses, and every request is recorded under IHE’s codes', async () => {
    const { json } = await calendar.send('GET metadata')
    const [rest] = json.rest as {
      resource: {
        type: string
        interaction: { code: string }[]
        operation?: { name: string; definition: string }[]
      }[]
    }[]
    const served = rest?.resource.find(({ type }) => type === 'Appointment')
    expect(served?.interaction.map((one) => one.code)).toEqual(
      expect.arrayContaining(['read', 'search-type']),
    )
    for (const name of ['find', 'hold', 'book'])
      expect(served?.operation).toContainEqual(
        expect.objectContaining({
          name,
          definition: expect.stringContaining(
            `https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-${name}`,
          ),
        }),
      )
    expect(json.format).toEqual(expect.arrayContaining(['application/fhir+json', 'application/fhir+xml']))
    await offers([{ name: 'patient-reference', valueReference: { reference: 'Patient/p1' } }])
    const subtypes = async (query: string) =>
      entriesOf(await calendar.send(`GET AuditEvent?${query}&_count=200`)).map(({ resource }) =>
        JSON.stringify(resource),
      )
    const found = await subtypes('subtype=urn:ihe:event-type-code|ITI-115&patient=p1')
    expect(found.length).toBeGreaterThan(0)
    const held = await subtypes('subtype=urn:ihe:event-type-code|ITI-116')
    expect(held.some((text) => text.includes('Appointment/'))).toBe(true)
    await calendar.send('GET Appointment?patient=p1&date=2040-01-01')
    expect((await subtypes('subtype=search-type&patient=p1')).some((text) => text.includes('"type":'))).toBe(
      true,
    )
  })

  test('nothing of it is answered without a token', async () => {
    for (const path of [
      'Appointment?patient=p1',
      `Appointment/$find?start=${day}&end=${day}`,
      'Slot',
      'Schedule/adams/$replan',
    ])
      expect((await fetch(`${calendar.server.base}/${path}`)).status).toBe(401)
  })
})
