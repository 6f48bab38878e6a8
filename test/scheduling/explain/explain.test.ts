import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Calendar, clinician, comingMonday, house, openCalendar, parameters } from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday()
const rulesUrl = 'https://almanac.example/fhir/StructureDefinition/booking-rule'
const at = (day: number, minute: number) =>
  monday.add({ days: day }).toZonedDateTime('Europe/Berlin').add({ minutes: minute })
const text = (time: Temporal.ZonedDateTime) =>
  time.toString({ timeZoneName: 'never', smallestUnit: 'second' })

beforeAll(async () => {
  server = await startTestServer()
  clinic = await openCalendar(server)
  const [practitioner, role, schedule] = clinician('anna', {
    rules: { slotLength: 30, bufferAfter: 10 },
  }) as [never, object, never]
  await clinic.put(
    ...house,
    practitioner,
    {
      ...role,
      notAvailable: [
        {
          description: 'Secret illness',
          during: { start: `${monday.add({ days: 1 })}`, end: `${monday.add({ days: 1 })}` },
        },
      ],
    } as never,
    schedule,
    ...clinician('bert'),
    ...['one', 'two', 'three'].map((id) => ({ resourceType: 'Patient', id })),
    {
      resourceType: 'PlanDefinition',
      id: 'limit',
      status: 'active',
      title: 'Two visits in the morning of a day are enough.',
      extension: [
        {
          url: rulesUrl,
          extension: [
            { url: 'kind', valueCode: 'limit' },
            { url: 'most', valueInteger: 2 },
            { url: 'practitioner', valueReference: { reference: 'Practitioner/bert' } },
          ],
        },
      ],
    },
  )
  const range = { start: monday.toString(), end: monday.add({ days: 3 }).toString() }
  await clinic.send('POST', 'Schedule/$generate-slots', parameters(range))
  // Slots made before the roster changed are still there.
  await clinic.put(role as never)
  await clinic.send('POST', 'Schedule/$generate-slots', parameters(range))
  await clinic.put({
    ...role,
    notAvailable: [
      {
        description: 'Secret illness',
        during: { start: `${monday.add({ days: 1 })}`, end: `${monday.add({ days: 1 })}` },
      },
    ],
  } as never)
  for (const [name, day, minute] of [
    ['anna', 0, 540],
    ['bert', 0, 540],
    ['bert', 0, 570],
    ['bert', 2, 600],
  ] as const)
    expect(
      (await book(name, at(day, minute), at(day, minute + 30), name === 'anna' ? 'two' : 'three')).status,
    ).toBe(201)
})
afterAll(() => server.close())

async function explain(name: string, start: string, end: string, token?: string) {
  const query = new URLSearchParams({ start, end, 'patient-reference': 'Patient/one' })
  const { status, body } = await clinic.send('GET', `Schedule/${name}/$explain?${query}`, undefined, token)
  const part: { name: string; valueBoolean?: boolean; part?: { name: string; valueString?: string }[] }[] =
    body.parameter?.[0]?.part ?? []
  return {
    status,
    body,
    offered: part.find((one) => one.name === 'offered')?.valueBoolean,
    rules: part
      .filter((one) => one.name === 'reason')
      .map((one) => one.part?.find(({ name: key }) => key === 'rule')?.valueString),
  }
}

async function book(
  name: string,
  start: Temporal.ZonedDateTime,
  end: Temporal.ZonedDateTime,
  patient: string,
) {
  const { body } = await clinic.send(
    'GET',
    `Slot?schedule=Schedule/${name}&start=lt${encodeURIComponent(text(end))}&end=gt${encodeURIComponent(text(start))}`,
  )
  const slots: { id: string }[] = (body.entry ?? []).map(({ resource }: { resource: object }) => resource)
  return clinic.send('POST', 'Appointment', {
    resourceType: 'Appointment',
    status: 'booked',
    // Without a slot nothing would say whose hours count.
    slot:
      slots.length === 0
        ? [{ reference: 'Slot/none' }]
        : slots.map(({ id }) => ({ reference: `Slot/${id}` })),
    start: text(start),
    end: text(end),
    participant: [`Patient/${patient}`, `Practitioner/${name}`].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
  })
}

async function isOffered(name: string, start: Temporal.ZonedDateTime, end: Temporal.ZonedDateTime) {
  const { body } = await clinic.send(
    'POST',
    'Appointment/$find',
    parameters({
      start: text(start),
      end: text(end),
      practitioner: { valueReference: { reference: `Practitioner/${name}` } },
      'patient-reference': { valueReference: { reference: 'Patient/one' } },
      duration: start.until(end).total('minutes'),
      _count: 200,
    }),
  )
  return (body.entry ?? []).some(
    ({ resource }: { resource: { start: string } }) => resource.start === text(start),
  )
}

describe('why a time is not offered', () => {
  test('is said with the resource that says so', async () => {
    const { body, offered, rules } = await explain('anna', text(at(1, 540)), text(at(1, 570)))
    expect([offered, rules]).toEqual([false, ['closed']])
    const said = JSON.stringify(body)
    expect(said).toContain('PractitionerRole/role-anna/_history/')
    expect(said).toContain('Secret illness')
  })

  test('but not why somebody is ill, to patients', async () => {
    const token = await server.token({ scope: 'patient/*.rs', patient: 'one' })
    const { offered, body } = await explain('anna', text(at(1, 540)), text(at(1, 570)), token)
    expect([offered, JSON.stringify(body).includes('Secret')]).toEqual([false, false])
  })

  test.each([
    ['outside of the hours', 'anna', 0, 1000, ['hours']],
    ['between two slots', 'anna', 0, 600, ['taken', 'grid', 'busy', 'buffer', 'no-slot']],
    ['taken', 'anna', 0, 540, ['taken', 'busy']],
    ['against a rule', 'bert', 0, 600, ['PlanDefinition/limit']],
    ['nothing against it', 'bert', 2, 570, []],
  ] as const)('%s', async (_, name, day, minute, wanted) => {
    const { rules, offered } = await explain(name, text(at(day, minute)), text(at(day, minute + 30)))
    expect(offered).toBe(wanted.length === 0)
    for (const rule of rules) expect(wanted).toContain(rule)
  })

  test.each([
    ['no time', 'tomorrow', 'later'],
    ['reversed', '2030-01-02T09:00:00Z', '2030-01-01T09:00:00Z'],
    ['a century', '2030-01-02T09:00:00Z', '2130-01-01T09:00:00Z'],
    ['a day', '2030-01-02', '2030-01-03'],
  ])('%s is refused', async (_, start, end) => {
    expect((await explain('anna', start, end)).status).toBe(400)
  })
})

test('no reason against it, offered, and bookable are the same', async () => {
  const visits = fc.record({
    name: fc.constantFrom('anna', 'bert'),
    day: fc.integer({ min: 0, max: 3 }),
    minute: fc.integer({ min: 17, max: 25 }).map((half) => half * 30 + (half % 5 === 0 ? 10 : 0)),
    length: fc.constantFrom(30, 30, 60),
  })
  await fc.assert(
    fc.asyncProperty(visits, async ({ name, day, minute, length }) => {
      const [start, end] = [at(day, minute), at(day, minute + length)]
      const { offered, rules } = await explain(name, text(start), text(end))
      const found = await isOffered(name, start, end)
      expect({ rules, offered, found }).toEqual({ rules, offered: rules.length === 0, found: offered })
      // Who begins inside of a slot is offered nothing, but may insist by naming the slots.
      if (rules.includes('grid')) return
      const { status, body } = await book(name, start, end, 'one')
      expect([status === 201, status, body.issue]).toEqual([offered, status, body.issue])
      if (status === 201) await clinic.send('PUT', `Appointment/${body.id}`, { ...body, status: 'cancelled' })
    }),
    { numRuns: 40, seed: 20261121 },
  )
}, 60_000)
