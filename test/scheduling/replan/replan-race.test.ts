import type { Appointment, Slot } from 'fhir/r4.d.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Calendar, clinician, comingMonday, house, openCalendar, parameters } from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday(3)
const closed = { start: monday.toString(), end: monday.toString() }

const all = async <One>(query: string): Promise<readonly One[]> =>
  ((await clinic.send('GET', `${query}&_count=500`)).body.entry ?? []).map(
    ({ resource }: { resource: One }) => resource,
  )

beforeAll(async () => {
  server = await startTestServer({ generateSlots: false })
  clinic = await openCalendar(server)
  await clinic.put(
    ...house,
    ...['anna', 'bert'].flatMap((name) => clinician(name)),
    ...Array.from({ length: 40 }, (_, number) => ({ resourceType: 'Patient', id: `p${number}` })),
  )
  await clinic.send(
    'POST',
    'Schedule/$generate-slots',
    parameters({ start: monday.toString(), end: monday.add({ days: 2 }).toString() }),
  )
})
afterAll(() => server.close())

function book({ id, start, end }: Slot, patient: string, name: string) {
  return clinic.send('POST', 'Appointment', {
    resourceType: 'Appointment',
    status: 'booked',
    start,
    end,
    slot: [{ reference: `Slot/${id}` }],
    participant: [`Patient/${patient}`, `Practitioner/${name}`].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
  })
}

/** One model, whoever was first: visits have their slots to themselves, and slots say so. */
async function checkCalendar(): Promise<void> {
  const live = (await all<Appointment>('Appointment?status=booked')).flatMap((visit) =>
    (visit.slot ?? []).map(({ reference }) => [reference, visit] as const),
  )
  const bySlot = Map.groupBy(live, ([reference]) => reference)
  for (const slot of await all<Slot>(`Slot?start=ge${monday}`)) {
    const visits = bySlot.get(`Slot/${slot.id}`) ?? []
    expect(visits.length).toBeLessThanOrEqual(1)
    expect([slot.id, slot.status]).toEqual([slot.id, visits.length === 1 ? 'busy' : 'free'])
    for (const [, visit] of visits) expect([visit.start, visit.end]).toEqual([slot.start, slot.end])
    bySlot.delete(`Slot/${slot.id}`)
  }
  expect([...bySlot.keys()]).toEqual([])
}

test.each([true, false])(
  'while others book and cancel, a day is re-planned and nothing is lost (atomic: %s)',
  async (atomic) => {
    const [name, from] = atomic ? (['anna', 0] as const) : (['bert', 20] as const)
    const slots = await all<Slot>(`Slot?schedule=Schedule/${name}&status=free&_sort=start`)
    const today = slots.filter(({ start }) => start.startsWith(monday.toString()))
    const later = slots.filter(({ start }) => !start.startsWith(monday.toString()))
    const mine = await Promise.all(today.map((slot, at) => book(slot, `p${from + at}`, name)))
    expect(mine.map(({ status }) => status)).toEqual(today.map(() => 201))
    const replan = clinic.send(
      'POST',
      `Schedule/${name}/$replan`,
      parameters({ ...closed, mode: 'apply', atomic }),
    )
    const others = later.slice(0, 6).map((slot, at) => book(slot, `p${from + 8 + at}`, name))
    const cancels = mine
      .slice(0, 2)
      .map(({ body }) => clinic.send('POST', `Appointment/${body.id}/$cancel`, parameters({})))
    const late = today.slice(2, 4).map((slot, at) => book(slot, `p${from + 16 + at}`, name))
    const answers = await Promise.all([replan, ...others, ...cancels, ...late])
    expect(answers.filter(({ status }) => status >= 500).map(({ body }) => body)).toEqual([])
    expect(answers[0]?.status).toBe(200)
    const [{ body: told } = { body: {} }] = answers
    for (const { part } of told.parameter.filter((one: { name: string }) => one.name === 'move')) {
      const value = (key: string, of = part) => of.find((one: { name: string }) => one.name === key)
      const visit = (await clinic.send('GET', value('appointment').valueReference.reference))
        .body as Appointment
      const to = value('to').part
      // Whoever gave their visit up after it was moved has given up the new one.
      expect([visit.start, ['booked', 'cancelled'].includes(visit.status)]).toEqual([
        value('start', to).valueInstant,
        true,
      ])
    }
    const left = (
      await all<Appointment>(`Appointment?status=booked&date=${monday}&actor=Practitioner/${name}`)
    ).map(({ id }) => `Appointment/${id}`)
    const listed = told.parameter
      .filter((one: { name: string }) => one.name === 'left')
      .map(
        ({ part }: { part: { valueReference: { reference: string } }[] }) =>
          part[0]?.valueReference.reference,
      )
    // Nobody sits in the closed day but those who are told to be left.
    expect(listed).toEqual(expect.arrayContaining(left))
    await checkCalendar()
  },
)
