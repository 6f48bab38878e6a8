import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import {
  type Answer,
  type Calendar,
  clinician,
  comingMonday,
  house,
  openCalendar,
  parameters,
} from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday(3)
const eyes = { coding: [{ system: 'urn:test', code: 'eyes' }] }
const hands = { coding: [{ system: 'urn:test', code: 'hands' }] }
const at = (day: number, time: string) => {
  const date = monday.add({ days: day })
  return `${date}T${time}:00${date.toZonedDateTime('Europe/Berlin').offset}`
}

beforeAll(async () => {
  server = await startTestServer({ generateSlots: false })
  clinic = await openCalendar(server)
  await clinic.put(
    ...house,
    ...clinician('anna'),
    ...clinician('bert'),
    ...clinician('cora', { schedule: { serviceType: [eyes] } }),
    ...clinician('dora', { schedule: { serviceType: [hands] } }),
    ...['left', 'right'].map((id) => ({
      resourceType: 'Location',
      id,
      status: 'active',
      partOf: { reference: 'Location/house' },
    })),
    { resourceType: 'Location', id: 'house', status: 'active', physicalType: { coding: [{ code: 'bu' }] } },
    ...Array.from({ length: 12 }, (_, number) => ({ resourceType: 'Patient', id: `p${number}` })),
  )
  await clinic.send(
    'POST',
    'Schedule/$generate-slots',
    parameters({ start: monday.toString(), end: monday.add({ days: 11 }).toString() }),
  )
})
afterAll(() => server.close())

type Part = {
  name: string
  part?: Part[]
  valueString?: string
  valueInteger?: number
  valueReference?: { reference: string }
  valueInstant?: string
}

const partsOf = ({ body }: Answer, name: string): Part[] =>
  ((body.parameter ?? []) as Part[]).filter((one) => one.name === name)
const numberOf = (answer: Answer, name: string) => partsOf(answer, name)[0]?.valueInteger
const planOf = (answer: Answer) => partsOf(answer, 'plan')[0]?.valueString
const moves = (answer: Answer) =>
  Object.fromEntries(
    partsOf(answer, 'move').map(({ part = [] }) => {
      const value = (name: string, of = part) => of.find((one) => one.name === name)
      const to = value('to')?.part ?? []
      return [
        value('appointment')?.valueReference?.reference,
        [value('start', to)?.valueInstant, value('actor', to)?.valueReference?.reference],
      ]
    }),
  )

async function book(
  name: string,
  patient: string,
  day: number,
  start: string,
  end: string,
  more: object = {},
) {
  const found = await clinic.send(
    'GET',
    `Slot?schedule=Schedule/${name}&start=lt${encodeURIComponent(at(day, end))}&end=gt${encodeURIComponent(at(day, start))}`,
  )
  const { status, body } = await clinic.send('POST', 'Appointment', {
    resourceType: 'Appointment',
    status: 'booked',
    start: at(day, start),
    end: at(day, end),
    slot: found.body.entry.map(({ resource }: { resource: { id: string } }) => ({
      reference: `Slot/${resource.id}`,
    })),
    participant: [`Patient/${patient}`, `Practitioner/${name}`].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
    ...more,
  })
  expect([status, status === 201 ? '' : body]).toEqual([201, ''])
  return `Appointment/${body.id}`
}

const replan = (wish: Readonly<Record<string, unknown>>, schedule?: string) =>
  clinic.send(
    'POST',
    schedule === undefined ? 'Schedule/$replan' : `Schedule/${schedule}/$replan`,
    parameters(wish),
  )

const read = async (reference: string) => (await clinic.send('GET', reference)).body

describe('when somebody is ill', () => {
  const tuesday = { start: monday.add({ days: 1 }).toString(), end: monday.add({ days: 1 }).toString() }
  let booked: string[]
  let previewed: Answer

  test('a preview shows where everybody could go, and moves nobody', async () => {
    booked = [
      await book('anna', 'p0', 1, '09:00', '09:30'),
      await book('anna', 'p1', 1, '09:30', '10:30'),
      await book('anna', 'p2', 1, '11:00', '11:30'),
    ]
    previewed = await replan({ ...tuesday, reason: 'Illness' }, 'anna')
    expect([
      previewed.status,
      numberOf(previewed, 'hit'),
      numberOf(previewed, 'moved'),
      numberOf(previewed, 'unplaced'),
    ]).toEqual([200, 3, 3, 0])
    // A day with the same doctor is as far as the same time with another.
    for (const reference of booked) expect((await read(reference)).meta.versionId).toBe('1')
    expect((await read('Schedule/anna')).extension).toHaveLength(1)
    const again = await replan({ ...tuesday, reason: 'Illness' }, 'anna')
    expect(again.body).toEqual(previewed.body)
  })

  test('what was previewed is what comes of it', async () => {
    const applied = await replan(
      { ...tuesday, reason: 'Illness', mode: 'apply', plan: planOf(previewed) },
      'anna',
    )
    expect(applied.status).toBe(200)
    expect(moves(applied)).toEqual(moves(previewed))
    for (const [reference, [start, actor]] of Object.entries<readonly (string | undefined)[]>(
      moves(previewed),
    )) {
      const appointment = await read(reference)
      expect([appointment.start, appointment.status]).toEqual([start, 'booked'])
      expect(JSON.stringify(appointment.participant)).toContain(actor)
      expect(appointment.participant[0]).toMatchObject({ status: 'needs-action' })
      for (const { reference: slot } of appointment.slot) expect((await read(slot)).status).toBe('busy')
    }
  })

  test('and nobody books into that time any more', async () => {
    const free = await clinic.send('GET', `Slot?schedule=Schedule/anna&status=free&start=${tuesday.start}`)
    expect(free.body.total ?? free.body.entry?.length ?? 0).toBe(0)
    const found = await clinic.send(
      'POST',
      'Appointment/$find',
      parameters({ ...tuesday, practitioner: { valueReference: { reference: 'Practitioner/anna' } } }),
    )
    expect(found.body.total).toBe(0)
  })

  test('asked again, there is nothing left to do', async () => {
    const again = await replan({ ...tuesday, reason: 'Illness', mode: 'apply' }, 'anna')
    expect([again.status, numberOf(again, 'hit')]).toEqual([200, 0])
    expect((await read('Schedule/anna')).extension).toHaveLength(2)
  })
})

describe('when a room fails', () => {
  test('whoever is seen in it goes next door, at the same time and with the same doctor', async () => {
    const inRoom = {
      participant: ['Patient/p3', 'Practitioner/cora', 'Location/left'].map((reference) => ({
        actor: { reference },
        status: 'accepted',
      })),
    }
    const booked = await book('cora', 'p3', 2, '10:00', '10:30', inRoom)
    const applied = await replan({
      actor: { valueReference: { reference: 'Location/left' } },
      start: at(2, '08:00'),
      end: at(2, '18:00'),
      mode: 'apply',
    })
    expect([applied.status, numberOf(applied, 'moved'), moves(applied)[booked]?.[0]]).toEqual([
      200,
      1,
      at(2, '10:00'),
    ])
    const text = JSON.stringify((await read(booked)).participant)
    expect([
      text.includes('Location/right'),
      text.includes('Location/left'),
      text.includes('Practitioner/cora'),
    ]).toEqual([true, false, true])
    expect(JSON.stringify(await read('Location/left'))).toContain('StructureDefinition/closure')
  })
})

describe('whom no time is found for', () => {
  test('stays where they are and comes on the worklist, once', async () => {
    const booked = await book('cora', 'p4', 3, '09:00', '09:30')
    const wish = {
      start: monday.add({ days: 3 }).toString(),
      end: monday.add({ days: 3 }).toString(),
      mode: 'apply',
      'max-days': 0,
    }
    const applied = await replan(wish, 'cora')
    expect([numberOf(applied, 'moved'), numberOf(applied, 'unplaced')]).toEqual([0, 1])
    const tasks = async () =>
      (await clinic.send('GET', `Task?focus=${booked}&status=requested`)).body.entry ?? []
    expect((await tasks()).map(({ resource }: { resource: object }) => resource)).toMatchObject([
      { for: { reference: 'Patient/p4' }, code: { coding: [{ code: 'replan' }] } },
    ])
    await replan(wish, 'cora')
    expect(await tasks()).toHaveLength(1)
    expect((await read(booked)).start).toBe(at(3, '09:00'))
  })
})

describe('a plan', () => {
  const friday = { start: monday.add({ days: 4 }).toString(), end: monday.add({ days: 4 }).toString() }
  const someFriday = (mode: string, more: object = {}) =>
    replan({ actor: { valueReference: { reference: 'Practitioner/dora' } }, ...friday, mode, ...more })

  test('that is no longer good is not carried out: there is a new one to look at', async () => {
    const booked = await book('dora', 'p5', 4, '09:00', '09:30', {
      requestedPeriod: [{ start: at(7, '08:00'), end: at(7, '12:00') }],
    })
    const previewed = await someFriday('preview')
    expect(moves(previewed)[booked]?.[0]).toBe(at(7, '09:00'))
    await book('dora', 'p6', 7, '09:00', '09:30')
    const refused = await someFriday('apply', { plan: planOf(previewed) })
    expect(refused.status).toBe(409)
    expect((await read(booked)).meta.versionId).toBe('1')
    expect(JSON.stringify((await read('Schedule/dora')).extension)).not.toContain('closure')
    const next = { status: 200, headers: refused.headers, body: refused.body.contained[0] }
    expect(moves(next)[booked]?.[0]).toBe(at(7, '09:30'))
    const applied = await someFriday('apply', { plan: planOf(next) })
    expect([applied.status, moves(applied)]).toEqual([200, moves(next)])
  })

  test('keeps the rules of the clinic, among those it moves too', async () => {
    await clinic.put({
      resourceType: 'PlanDefinition',
      id: 'one-a-day',
      status: 'active',
      title: 'One visit a day.',
      extension: [
        {
          url: 'https://almanac.example/fhir/StructureDefinition/booking-rule',
          extension: [
            { url: 'kind', valueCode: 'limit' },
            { url: 'most', valueInteger: 1 },
            { url: 'practitioner', valueReference: { reference: 'Practitioner/dora' } },
          ],
        },
      ],
    })
    const booked = [
      await book('dora', 'p7', 1, '09:00', '09:30'),
      await book('dora', 'p8', 2, '09:00', '09:30'),
    ]
    const wish = { start: monday.add({ days: 1 }).toString(), end: monday.add({ days: 2 }).toString() }
    const previewed = await replan(wish, 'dora')
    const days = booked.map((reference) => String(moves(previewed)[reference]?.[0]).slice(0, 10))
    // Monday in a week has two visits already, today's day is the only one before the closure.
    expect(new Set(days).size).toBe(2)
    expect(days).not.toContain(monday.add({ days: 7 }).toString())
    const applied = await replan({ ...wish, mode: 'apply', atomic: false }, 'dora')
    expect([applied.status, numberOf(applied, 'moved'), moves(applied)]).toEqual([200, 2, moves(previewed)])
  })

  test('for a roster that has changed closes nothing', async () => {
    const booked = await book('bert', 'p9', 3, '09:00', '09:30')
    const role = await read('PractitionerRole/role-bert')
    const absent = {
      during: { start: monday.add({ days: 3 }).toString(), end: monday.add({ days: 3 }).toString() },
    }
    await clinic.put({ ...role, notAvailable: [{ description: 'Leave', ...absent }] })
    const week = { start: monday.toString(), end: monday.add({ days: 6 }).toString(), 'roster-change': true }
    const applied = await replan({ ...week, mode: 'apply' }, 'bert')
    expect([applied.status, Object.keys(moves(applied)), partsOf(applied, 'closed')]).toEqual([
      200,
      [booked],
      [],
    ])
    expect((await read('Schedule/bert')).extension).toHaveLength(1)
  })

  test('that asks for too much, or for nothing there is, is refused with a sentence', async () => {
    expect((await replan({ start: at(1, '09:00'), end: at(1, '08:00') }, 'bert')).status).toBe(400)
    expect((await replan({ start: at(1, '09:00'), end: at(1, '10:00') })).status).toBe(400)
    expect((await replan({ start: at(1, '09:00'), end: at(1, '10:00') }, 'nobody')).status).toBe(404)
    expect(
      (await replan({ start: at(1, '09:00'), end: at(1, '10:00'), 'max-days': 4000 }, 'bert')).status,
    ).toBe(400)
    const patient = await server.token({ scope: 'patient/*.cruds', patient: 'p1' })
    const asked = parameters({ start: at(1, '09:00'), end: at(1, '10:00') })
    expect((await clinic.send('POST', 'Schedule/bert/$replan', asked, patient)).status).toBe(403)
  })
})
