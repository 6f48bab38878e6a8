import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Calendar, clinician, comingMonday, house, openCalendar, parameters } from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday()
const friday = monday.add({ days: 4 })
const week = { start: monday.toString(), end: friday.toString() }

beforeAll(async () => {
  server = await startTestServer()
  clinic = await openCalendar(server)
  await clinic.put(...house)
})
afterAll(() => server.close())

async function generate(schedule: string, wish: object = week) {
  return clinic.send('POST', `Schedule/${schedule}/$generate-slots`, parameters({ ...wish }))
}

async function slots(schedule: string, more = '') {
  const { body } = await clinic.send(
    'GET',
    `Slot?schedule=Schedule/${schedule}&_sort=start&_count=500${more}`,
  )
  return (body.entry ?? []).map((entry: { resource: { start: string } }) => entry.resource)
}

const numbers = (body: { parameter: { name: string; valueInteger?: number }[] }) =>
  Object.fromEntries(
    body.parameter
      .filter(({ valueInteger }) => valueInteger !== undefined)
      .map(({ name, valueInteger }) => [name, valueInteger]),
  )

describe('a roster becomes slots', () => {
  test('of the length of the schedule, in the hours of the role, on the clinic’s wall clock', async () => {
    await clinic.put(...clinician('anna'))
    const { status, body } = await generate('anna')
    expect([status, numbers(body)]).toEqual([200, { created: 30, removed: 0, hit: 0 }])
    const made = await slots('anna')
    const offset = monday.toZonedDateTime('Europe/Berlin').offset
    expect(made[0]).toMatchObject({
      status: 'free',
      start: `${monday}T09:00:00${offset}`,
      end: `${monday}T09:30:00${offset}`,
      schedule: { reference: 'Schedule/anna' },
    })
    expect(made).toHaveLength(30)
  })

  test('twice is the same as once', async () => {
    const again = await generate('anna')
    expect(numbers(again.body)).toEqual({ created: 0, removed: 0, hit: 0 })
    expect(await slots('anna')).toHaveLength(30)
  })

  test('a dry run tells and does nothing', async () => {
    await clinic.put(...clinician('dry'))
    const { body } = await generate('dry', { ...week, dryRun: true })
    expect(numbers(body)).toMatchObject({ created: 30 })
    expect(await slots('dry')).toHaveLength(0)
  })

  test('many at once who generate the same make every slot once', async () => {
    await clinic.put(...clinician('busy'))
    const answers = await Promise.all(Array.from({ length: 6 }, () => generate('busy')))
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200))
    expect(await slots('busy')).toHaveLength(30)
  })

  test('what is absent, closed or over is not cut; an extra session is', async () => {
    const [practitioner, role, schedule] = clinician('berta') as [object, object, object]
    await clinic.put(
      practitioner as never,
      {
        ...role,
        notAvailable: [
          { description: 'Course', during: { start: monday.toString(), end: monday.toString() } },
        ],
      } as never,
      {
        ...schedule,
        planningHorizon: { start: monday.toString(), end: monday.add({ days: 5 }).toString() },
        extension: [
          ...(schedule as { extension: object[] }).extension,
          {
            url: 'https://almanac.example/fhir/StructureDefinition/extra-session',
            valuePeriod: {
              start: `${monday.add({ days: 5 })}T08:00:00Z`,
              end: `${monday.add({ days: 5 })}T10:00:00Z`,
            },
          },
        ],
      } as never,
    )
    await generate('berta', { start: monday.toString(), end: monday.add({ days: 12 }).toString() })
    const days = (await slots('berta')).map(({ start }: { start: string }) => start.slice(0, 10))
    const count = Map.groupBy(days, (day) => day)
    expect([...count].map(([day, list]) => [day, list.length])).toEqual([
      ...[1, 2, 3, 4].map((at) => [monday.add({ days: at }).toString(), 6]),
      [monday.add({ days: 5 }).toString(), 4],
    ])
  })

  test('buffers and alignment leave room between slots; a group’s slots say their places', async () => {
    await clinic.put(
      ...clinician('clara', {
        rules: { slotLength: 20, bufferBefore: 5, bufferAfter: 5, alignment: 15, capacity: 8 },
      }),
    )
    await generate('clara', { start: monday.toString(), end: monday.toString() })
    const made = await slots('clara')
    expect(made.map(({ start }: { start: string }) => start.slice(11, 16))).toEqual([
      '09:15',
      '09:45',
      '10:15',
      '10:45',
      '11:15',
    ])
    expect(made[0].extension).toEqual([
      { url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity', valueInteger: 8 },
    ])
  })
})

describe('a roster that changes', () => {
  test('takes its free future slots along, keeps what people made, and tells which taken ones it hits', async () => {
    const resources = clinician('dora')
    await clinic.put(...resources)
    await generate('dora')
    const [first] = await slots('dora')
    await clinic.put(
      { resourceType: 'Patient', id: 'p-dora', name: [{ family: 'Patient' }] },
      { ...first, status: 'busy' },
      {
        resourceType: 'Slot',
        id: 'own',
        schedule: { reference: 'Schedule/dora' },
        status: 'free',
        start: `${friday}T18:00:00Z`,
        end: `${friday}T19:00:00Z`,
      },
      {
        resourceType: 'Appointment',
        id: 'visit',
        status: 'booked',
        slot: [{ reference: `Slot/${first.id}` }],
        start: first.start,
        end: first.end,
        participant: ['Patient/p-dora', 'Practitioner/dora'].map((reference) => ({
          actor: { reference },
          status: 'accepted',
        })),
      },
    )
    const [practitioner, role, schedule] = resources as [never, object, never]
    const availableTime = [{ availableStartTime: '10:00:00', availableEndTime: '12:00:00' }]
    await clinic.put(practitioner, { ...role, availableTime } as never, schedule)
    const { body } = await generate('dora')
    expect(numbers(body)).toMatchObject({ created: 0, removed: 9, hit: 1 })
    const part = body.parameter.at(-1).part.find(({ name }: { name: string }) => name === 'hit').part
    expect(part).toMatchObject([
      { valueReference: { reference: `Slot/${first.id}` } },
      { valueInstant: first.start },
      { valueReference: { reference: 'Appointment/visit' } },
    ])
    expect((await slots('dora')).map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['own', first.id]),
    )
  })
})

describe('what cannot be done is said', () => {
  test.each([
    ['the range reversed', { start: friday.toString(), end: monday.toString() }, 400],
    ['a century', { start: '2026-01-01', end: '2126-01-01' }, 400],
    ['no date', { start: 'next week' }, 400],
    ['a parameter unknown', { until: '2026-01-01' }, 400],
  ])('%s', async (_, wish, status) => {
    const answer = await generate('anna', wish)
    expect([answer.status, answer.body.resourceType]).toEqual([status, 'OperationOutcome'])
  })

  test('a schedule that is not there', async () => {
    expect((await generate('nobody')).status).toBe(404)
  })

  test('a schedule without a slot length, or without hours', async () => {
    const [practitioner, role, schedule] = clinician('emil') as [never, object, object]
    await clinic.put(
      practitioner,
      { ...role, availableTime: undefined } as never,
      {
        ...schedule,
        extension: undefined,
      } as never,
    )
    const { status, body } = await generate('emil')
    const problems = body.parameter
      .at(-1)
      .part.filter(({ name }: { name: string }) => name === 'problem')
      .map(({ part }: { part: { valueString: string }[] }) => part[1]?.valueString)
    expect([status, problems]).toEqual([
      200,
      [expect.stringContaining('slotLength'), expect.stringContaining('at what hours')],
    ])
  })

  test('a patient makes no slots', async () => {
    const token = await server.token({ scope: 'patient/*.cruds', patient: 'p-dora' })
    const { status } = await clinic.send(
      'POST',
      'Schedule/anna/$generate-slots',
      parameters({ ...week }),
      token,
    )
    expect(status).toBe(403)
  })
})
