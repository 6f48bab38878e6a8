import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes } from '../clinic.ts'
import { entry, monday, openWaitingClinic, response, type WaitingClinic } from './waiting-clinic.ts'

let w: WaitingClinic
let at = 0
/** Each test frees a slot of its own. */
const nextSlot = () => at++

beforeAll(async () => {
  w = await openWaitingClinic(2)
})
afterAll(() => w[Symbol.asyncDispose]())

const only = (n: number) => {
  const { start, end } = w.slots[n] as { start: string; end: string }
  return { requestedPeriod: [{ start, end }] }
}

describe('the waiting list', () => {
  test('offers what is cancelled to whoever is most urgent, then to whoever has waited longest, for a time', async () => {
    const n = nextSlot()
    const ada = await w.wait('ada', only(n))
    const ben = await w.wait('ben', only(n))
    const cleo = await w.wait('cleo', { ...only(n), priority: 1 })
    await w.cancel(w.booked[n] as string)
    const offered = await w.becomes(cleo, 'pending')
    expect(Date.parse(offered.start)).toBe(Date.parse(w.slots[n]?.start ?? ''))
    expect(JSON.stringify(offered)).toMatch(/hold-expires.*wait-list/)
    expect(offered.participant.map((one: { status: string }) => one.status)).toEqual([
      'needs-action',
      'accepted',
    ])
    expect([(await w.read(ada)).status, (await w.read(ben)).status]).toEqual(['waitlist', 'waitlist'])

    // Nobody else can have it meanwhile.
    const thief = await w.clinic.send('POST', 'Appointment', {
      ...entry('dan'),
      status: 'booked',
      start: offered.start,
      end: offered.end,
      slot: offered.slot,
      requestedPeriod: undefined,
    })
    expect(thief.status).toBe(409)

    expect((await w.answer(cleo, 'cleo', 'declined')).status).toBe(201)
    await w.becomes(ada, 'pending')
    expect((await w.read(cleo)).status).toBe('waitlist')
    // Not answered in time: the next one's turn.
    await w.pass(61)
    await w.becomes(ben, 'pending')
    expect((await w.read(ada)).status).toBe('waitlist')

    const said = await w.answer(ben, 'ben', 'accepted')
    expect(said.status).toBe(201)
    const visit = await w.read(ben)
    expect([visit.status, visit.participant[0].status]).toEqual(['booked', 'accepted'])
    expect(JSON.stringify(visit)).not.toContain('hold-expires')
    expect(JSON.stringify(visit.extension)).toContain('wait-list')
    const history = await w.clinic.send('GET', `Appointment/${ben}/_history`)
    expect(
      history.body.entry.map(({ resource }: { resource: { status: string } }) => resource.status),
    ).toEqual(['booked', 'pending', 'waitlist'])
    const log = await w.clinic.send('GET', `AuditEvent?entity=Appointment/${ben}&_count=50`)
    expect(JSON.stringify(log.body)).toContain('waitlist-booked')
    await Promise.all([ada, cleo].map(w.cancel))
  })

  test('tells where one stands and why, and of others how many they are', async () => {
    const n = nextSlot()
    const [dan, eve] = [await w.wait('dan', only(n)), await w.wait('eve', only(n))]
    const told = async (id: string, patient: string) =>
      (await w.clinic.send('GET', `Appointment/${id}/$position`, undefined, await w.as(patient))).body
    const value = (body: { parameter: { name: string }[] }, name: string) =>
      Object.values(body.parameter.find((one) => one.name === name) ?? {})[1]
    const place = await told(eve, 'eve')
    expect(['position', 'waiting', 'urgency'].map((name) => value(place, name))).toEqual([2, 2, 5])
    expect(value(place, 'reason')).toMatch(/^No time is free/)
    expect(JSON.stringify(place)).not.toMatch(/Patient\/dan/)
    expect(JSON.stringify(place)).not.toContain(dan)
    expect((await told(dan, 'eve')).resourceType).toBe('OperationOutcome')

    await w.cancel(w.booked[n] as string)
    await w.becomes(dan, 'pending')
    expect(value(await told(dan, 'dan'), 'reason')).toMatch(/^A time is offered: answer until/)
    const list = await w.clinic.send('GET', 'Appointment/$waitlist')
    expect(list.body.parameter.map(({ name }: { name: string }) => name)).toEqual(['total', 'entry', 'entry'])
    expect((await w.clinic.send('GET', 'Appointment/$waitlist', undefined, await w.as('eve'))).status).toBe(
      403,
    )
    await Promise.all([dan, eve].map(w.cancel))
  })

  test('an earlier time is taken for a later one at once, and until then the later one stays', async () => {
    const [early, late] = [nextSlot(), nextSlot()]
    await w.cancel(w.booked[late] as string)
    const { id, start, end } = w.slots[late] as { id: string; start: string; end: string }
    const own = await w.clinic.send('POST', 'Appointment', {
      ...entry('ada'),
      ...{ status: 'booked', start, end, slot: [{ reference: `Slot/${id}` }], requestedPeriod: undefined },
    })
    expect(own.status).toBe(201)
    const replaces = (reference: string) => ({
      extension: [
        {
          url: 'https://almanac.example/fhir/StructureDefinition/instead-of',
          valueReference: { reference },
        },
      ],
    })
    const foreign = await w.clinic.send(
      'POST',
      'Appointment',
      entry('ben', replaces(`Appointment/${own.body.id}`)),
    )
    expect(foreign.status).toBe(422)
    const waits = await w.wait('ada', replaces(`Appointment/${own.body.id}`), await w.as('ada'))
    const next = await w.wait('eve', only(late))
    await w.cancel(w.booked[early] as string)
    await w.becomes(waits, 'pending')
    expect((await w.read(own.body.id)).status).toBe('booked')
    expect((await w.answer(waits, 'ada', 'accepted')).status).toBe(201)
    expect([(await w.read(waits)).status, (await w.read(own.body.id)).status]).toEqual([
      'booked',
      'cancelled',
    ])
    // What was given up for it goes to the next one.
    const offer = await w.becomes(next, 'pending')
    expect(Date.parse(offer.start)).toBe(Date.parse(start))
    await w.cancel(next)
  })
})

test('a swap gives a visit up, so the clinic’s cut-off counts for it: then both stay as they are', async () => {
  const [early, late] = [nextSlot(), nextSlot()]
  const own = w.booked[late] as string
  const waits = await w.wait('early', {
    ...only(early),
    extension: [
      {
        url: 'https://almanac.example/fhir/StructureDefinition/instead-of',
        valueReference: { reference: `Appointment/${own}` },
      },
    ],
  })
  await w.cancel(w.booked[early] as string)
  await w.becomes(waits, 'pending')
  await w.clinic.put({
    resourceType: 'PlanDefinition',
    id: 'late',
    status: 'active',
    title: 'What is given up late is paid for.',
    extension: [
      {
        url: 'https://almanac.example/fhir/StructureDefinition/booking-rule',
        extension: [
          { url: 'kind', valueCode: 'cut-off' },
          { url: 'length', valueDuration: minutes(60 * 24 * 90) },
        ],
      },
    ],
  })
  const refused = await w.answer(waits, 'early', 'accepted')
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([422, expect.stringContaining('paid for')])
  expect([(await w.read(own)).status, (await w.read(waits)).status]).toEqual(['booked', 'pending'])
  await w.clinic.send('DELETE', 'PlanDefinition/late')
  expect((await w.answer(waits, 'early', 'accepted')).status).toBe(201)
  expect([(await w.read(own)).status, (await w.read(waits)).status]).toEqual(['cancelled', 'booked'])
})

test('a server that dies while it looks is followed by another, and a refused one stops nobody', async () => {
  const n = nextSlot()
  // Somebody who has as many holds as anybody may have cannot be offered another.
  await w.clinic.put({ resourceType: 'Patient', id: 'greedy', active: true })
  for (let hold = 0; hold < 3; hold++) {
    const start = `${monday.add({ days: 7 + hold })}T18:00:00Z`
    const asked = await w.clinic.send('POST', 'Appointment', {
      ...entry('greedy', { requestedPeriod: undefined, minutesDuration: undefined, status: 'pending' }),
      ...{ start, end: start.replace('18:00', '18:30') },
      extension: [
        {
          url: 'https://almanac.example/fhir/StructureDefinition/hold-expires',
          valueInstant: '2090-01-01T00:00:00Z',
        },
      ],
    })
    expect(asked.status).toBe(201)
  }
  const greedy = await w.wait('greedy', { ...only(n), priority: 1 })
  const dan = await w.wait('dan', only(n))
  await w.sql(
    `insert into waitlist_look values ('main', almanac_now() + interval '30 seconds', almanac_now())
     on conflict (tenant) do update set turn_ends = excluded.turn_ends`,
  )
  await w.cancel(w.booked[n] as string)
  expect((await w.read(dan)).status).toBe('waitlist')
  await w.pass(1)
  await w.becomes(dan, 'pending')
  expect((await w.read(greedy)).status).toBe('waitlist')
  const gone = await w.clinic.send('POST', `Appointment/${dan}/$cancel`, undefined, await w.as('dan'))
  expect([gone.status, (await w.read(dan)).status]).toEqual([200, 'cancelled'])
  await w.cancel(greedy)
})

describe('an answer', () => {
  test('to an offer is given by its patient or the clinic, once, and in time', async () => {
    const n = nextSlot()
    const ben = await w.wait('ben', only(n))
    expect((await w.answer(ben, 'ben', 'accepted')).status).toBe(409)
    await w.cancel(w.booked[n] as string)
    await w.becomes(ben, 'pending')
    const asDan = await w.clinic.send(
      'POST',
      'AppointmentResponse',
      response(ben, 'dan', 'accepted'),
      await w.as('dan'),
    )
    expect(asDan.status).toBe(422)
    const forBen = await w.clinic.send(
      'POST',
      'AppointmentResponse',
      response(ben, 'ben', 'accepted'),
      await w.as('dan'),
    )
    expect(forBen.status).toBeGreaterThanOrEqual(403)
    const other = await w.answer(ben, 'ben', 'accepted', { start: w.slots[0]?.start, end: w.slots[0]?.end })
    expect([other.status, (await w.read(ben)).status]).toEqual([201, 'pending'])
    const desk = await w.clinic.send('POST', 'AppointmentResponse', response(ben, 'ben', 'accepted'))
    expect([desk.status, (await w.read(ben)).status]).toEqual([201, 'booked'])
    await w.cancel(ben)
    expect((await w.answer(ben, 'ben', 'accepted')).status).toBe(422)
  })
})

test('patients cannot make themselves urgent, or older than they are', async () => {
  const token = await w.as('cleo')
  const urgent = await w.clinic.send('POST', 'Appointment', entry('cleo', { priority: 1 }), token)
  expect(urgent.status).toBe(403)
  const ancient = await w.wait(
    'cleo',
    { created: '2001-01-01', requestedPeriod: [{ start: '2090-01-01' }] },
    token,
  )
  const told = await w.clinic.send('GET', `Appointment/${ancient}/$position`)
  const since = told.body.parameter.find(({ name }: { name: string }) => name === 'since').valueInstant
  expect(Date.parse(since)).toBeGreaterThan(Date.now() - 3_600_000)
  const backwards = { requestedPeriod: [{ start: monday.toString(), end: '2020-01-01' }] }
  expect(
    (await w.clinic.send('POST', 'Appointment', entry('cleo', backwards))).status,
  ).toBeGreaterThanOrEqual(400)
})
