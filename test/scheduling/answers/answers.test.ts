import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { appointment, at, type Calendar, openCalendar } from '../calendar.ts'

let calendar: Calendar
let hour = 6
/** A time of its own for each test. */
const next = () => String(++hour).padStart(2, '0')

beforeAll(async () => {
  calendar = await openCalendar()
})
afterAll(() => calendar[Symbol.asyncDispose]())

const participant = (reference: string, status: string, more: object = {}) => ({
  actor: { reference },
  status,
  ...more,
})

async function ask(more: object = {}): Promise<string> {
  const from = next()
  const body = appointment('p1', `${from}:00`, `${from}:30`, {
    status: 'pending',
    participant: [
      participant('Patient/p1', 'needs-action'),
      participant('Practitioner/adams', 'needs-action'),
    ],
    ...more,
  })
  const { status, json } = await calendar.send('POST Appointment', { body })
  expect([status, json.issue]).toEqual([201, undefined])
  return String(json.id)
}

function answer(id: string, actor: string, status: string, more: object = {}, token?: string) {
  const body = {
    resourceType: 'AppointmentResponse',
    appointment: { reference: `Appointment/${id}` },
    actor: { reference: actor },
    participantStatus: status,
    ...more,
  }
  return calendar.send('POST AppointmentResponse', { body, ...(token !== undefined && { token }) })
}

const read = (id: string) => calendar.read(`Appointment/${id}`)
const statuses = ({ status, participant: all }: Resource) => [
  status,
  ...(all as { status: string }[]).map((one) => one.status),
]

describe('an answer', () => {
  test('sets the status of the one who answers, and books when all who are needed have accepted', async () => {
    const id = await ask()
    expect((await answer(id, 'Practitioner/adams', 'accepted')).status).toBe(201)
    expect(statuses(await read(id))).toEqual(['pending', 'needs-action', 'accepted'])
    expect((await answer(id, 'Patient/p1', 'tentative')).status).toBe(201)
    expect(statuses(await read(id))).toEqual(['pending', 'tentative', 'accepted'])
    expect((await answer(id, 'Patient/p1', 'accepted')).status).toBe(201)
    expect(statuses(await read(id))).toEqual(['booked', 'accepted', 'accepted'])
  })

  test('is not waited for from those who need not come, and may be changed', async () => {
    const id = await ask({
      participant: [
        participant('Patient/p1', 'needs-action'),
        participant('Practitioner/adams', 'accepted'),
        participant('Practitioner/novak', 'needs-action', { required: 'optional' }),
      ],
    })
    const first = await answer(id, 'Practitioner/novak', 'declined')
    expect(statuses(await read(id))).toEqual(['pending', 'needs-action', 'accepted', 'declined'])
    const changed = { ...first.json, participantStatus: 'accepted' }
    expect((await calendar.send(`PUT AppointmentResponse/${first.json.id}`, { body: changed })).status).toBe(
      200,
    )
    await answer(id, 'Patient/p1', 'accepted')
    expect(statuses(await read(id))).toEqual(['booked', 'accepted', 'accepted', 'accepted'])
  })

  test('that declines ends the visit and gives its time back; one of a group leaves the others theirs', async () => {
    const id = await ask()
    expect((await answer(id, 'Practitioner/adams', 'declined')).status).toBe(201)
    const ended = await read(id)
    expect(statuses(ended)).toEqual(['cancelled', 'needs-action', 'declined'])
    const { start, end } = ended
    const again = await calendar.send('POST Appointment', {
      body: { ...appointment('p2', '05:00', '05:30'), start, end },
    })
    expect(again.status).toBe(201)
    const group = await ask({
      status: 'booked',
      participant: ['Patient/p3', 'Patient/p4', 'Practitioner/novak'].map((one) =>
        participant(one, 'accepted'),
      ),
    })
    expect((await answer(group, 'Patient/p3', 'declined')).status).toBe(201)
    expect(statuses(await read(group))).toEqual(['booked', 'declined', 'accepted', 'accepted'])
    expect((await answer(group, 'Patient/p4', 'declined')).status).toBe(201)
    expect((await read(group)).status).toBe('cancelled')
  })

  test('with another time is a proposal that moves nothing', async () => {
    const id = await ask({
      participant: [participant('Patient/p1', 'needs-action'), participant('Practitioner/adams', 'accepted')],
    })
    const before = await read(id)
    const proposal = await answer(id, 'Patient/p1', 'accepted', { start: at('21:00'), end: at('21:30') })
    expect(proposal.status).toBe(201)
    const after = await read(id)
    expect([after.start, after.end]).toEqual([before.start, before.end])
    expect(statuses(after)).toEqual(['pending', 'tentative', 'accepted'])
  })

  test('is a patient’s own', async () => {
    const id = await ask()
    const own = await calendar.server.token({
      scope: 'patient/*.cruds',
      patient: 'p1',
      fhirUser: 'Patient/p1',
    })
    const other = await calendar.server.token({
      scope: 'patient/*.cruds',
      patient: 'p9',
      fhirUser: 'Patient/p9',
    })
    expect((await answer(id, 'Practitioner/adams', 'accepted', {}, own)).status).toBe(403)
    expect((await answer(id, 'Patient/p1', 'accepted', {}, other)).status).toBe(403)
    expect((await answer(id, 'Patient/p9', 'accepted', {}, other)).status).toBe(422)
    expect((await answer(id, 'Patient/p1', 'accepted', {}, own)).status).toBe(201)
    expect(statuses(await read(id))).toEqual(['pending', 'accepted', 'needs-action'])
  })

  test('of somebody who takes no part, or to what is over, is refused', async () => {
    const id = await ask()
    expect((await answer(id, 'Patient/p7', 'accepted')).status).toBe(422)
    expect((await answer(id, 'Practitioner/novak', 'accepted')).status).toBe(422)
    await calendar.send(`POST Appointment/${id}/$cancel`)
    expect((await answer(id, 'Patient/p1', 'accepted')).status).toBe(422)
    const past = appointment('p1', '09:00', '09:30', {
      start: at('09:00', '2020-06-01'),
      end: at('09:30', '2020-06-01'),
    })
    const { json } = await calendar.send('POST Appointment', { body: past })
    expect((await answer(String(json.id), 'Patient/p1', 'declined')).status).toBe(422)
    expect((await answer('nothing', 'Patient/p1', 'accepted')).status).toBe(422)
  })

  test('of two at once counts both', async () => {
    const id = await ask()
    const both = await Promise.all([
      answer(id, 'Patient/p1', 'accepted'),
      answer(id, 'Practitioner/adams', 'accepted'),
    ])
    expect(both.map(({ status }) => status)).toEqual([201, 201])
    expect(statuses(await read(id))).toEqual(['booked', 'accepted', 'accepted'])
  })
})

test('where the clinic wants it, what is declined becomes a proposal', async () => {
  await using other = await openCalendar({ declinedAppointments: 'proposed' })
  const body = appointment('p1', '09:00', '09:30', { status: 'pending' })
  const { json } = await other.send('POST Appointment', { body })
  const response = {
    resourceType: 'AppointmentResponse',
    appointment: { reference: `Appointment/${json.id}` },
    actor: { reference: 'Patient/p1' },
    participantStatus: 'declined',
  }
  expect((await other.send('POST AppointmentResponse', { body: response })).status).toBe(201)
  expect((await other.read(`Appointment/${json.id}`)).status).toBe('proposed')
})
