import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Calendar, clinician, comingMonday, house, openCalendar, parameters } from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday()
const days = { start: monday.toString(), end: monday.add({ days: 1 }).toString() }

beforeAll(async () => {
  server = await startTestServer()
  clinic = await openCalendar(server)
  await clinic.put(
    ...house,
    ...['anna', 'bert'].flatMap((name) => clinician(name)),
    ...['one', 'two'].map((id) => ({ resourceType: 'Patient', id })),
  )
  await clinic.send('POST', 'Schedule/$generate-slots', parameters(days))
  const { body } = await clinic.send('GET', 'Slot?schedule=Schedule/anna&_sort=start')
  for (const [at, status] of ['booked', 'cancelled'].entries()) {
    const { id, start, end } = body.entry[at].resource
    const visit = {
      resourceType: 'Appointment',
      status: 'booked',
      slot: [{ reference: `Slot/${id}` }],
      start,
      end,
      participant: ['Patient/one', 'Practitioner/anna'].map((reference) => ({
        actor: { reference },
        status: 'accepted',
      })),
    }
    const booked = await clinic.send('POST', 'Appointment', visit)
    if (status === 'cancelled')
      await clinic.send('PUT', `Appointment/${booked.body.id}`, { ...booked.body, status })
  }
})
afterAll(() => server.close())

async function count(wish: object = {}, token?: string) {
  const { status, body } = await clinic.send(
    'POST',
    'Schedule/$utilization',
    parameters({ ...days, ...wish }),
    token,
  )
  const rows = (body.parameter ?? [])
    .slice(2)
    .map(({ part }: { part: Record<string, unknown>[] }) =>
      Object.fromEntries(
        part.map(({ name, valueReference, ...value }) => [
          name,
          (valueReference as { reference?: string })?.reference ?? Object.values(value)[0],
        ]),
      ),
    )
  return { status, rows }
}

describe('how the time of a clinic is used', () => {
  test('by practitioner', async () => {
    const { rows } = await count()
    expect(rows).toMatchObject([
      {
        reference: 'Practitioner/anna',
        slots: 12,
        free: 11,
        taken: 1,
        booked: 1,
        cancelled: 1,
        takenMinutes: 30,
      },
      { reference: 'Practitioner/bert', slots: 12, free: 12, taken: 0, booked: 0, utilization: 0 },
    ])
    expect(rows[0].leadDays).toBeGreaterThan(5)
  })

  test('by day, by service, for some', async () => {
    const byDay = await count({ by: 'day', actor: { valueReference: { reference: 'Practitioner/anna' } } })
    expect(byDay.rows.map(({ day, free }: { day: string; free: number }) => [day, free])).toEqual([
      [monday.toString(), 5],
      [monday.add({ days: 1 }).toString(), 6],
    ])
    const byService = await count({ by: 'service' })
    expect(byService.rows.at(-1)).toMatchObject({ serviceType: expect.stringMatching(/\|124$/), slots: 24 })
  })

  test('not for patients, nor for a century, nor by the moon', async () => {
    const patient = await server.token({ scope: 'patient/*.rs', patient: 'one' })
    expect((await count({}, patient)).status).toBe(403)
    expect((await count({ end: '2126-01-01' })).status).toBe(400)
    expect((await count({ by: 'moon' })).status).toBe(400)
  })
})
