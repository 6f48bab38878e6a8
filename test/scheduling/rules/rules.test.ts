import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import {
  type Calendar,
  clinician,
  comingMonday,
  type FhirResource,
  generalPractice,
  house,
  minutes,
  openCalendar,
  parameters,
} from '../clinic.ts'

let server: TestServer
let clinic: Calendar
const monday = comingMonday()
const url = 'https://almanac.example/fhir/StructureDefinition/booking-rule'

beforeAll(async () => {
  server = await startTestServer()
  clinic = await openCalendar(server)
  await clinic.put(
    ...house,
    ...['anna', 'bert'].flatMap((name) => clinician(name)),
    ...['one', 'two', 'three', 'four'].map((id) => ({
      resourceType: 'Patient',
      id,
      birthDate: id === 'three' ? '2015-01-01' : '1980-01-01',
    })),
  )
  await clinic.send(
    'POST',
    'Schedule/$generate-slots',
    parameters({ start: monday.toString(), end: monday.add({ days: 4 }).toString() }),
  )
})
afterAll(() => server.close())

const codes = ['kind', 'severity', 'period', 'per', 'overridableBy', 'change', 'binds']
const numbers = ['priority', 'most', 'least']

function rule(id: string, title: string, values: Record<string, unknown>, more: object = {}): FhirResource {
  return {
    resourceType: 'PlanDefinition',
    id,
    status: 'active',
    title,
    extension: [
      {
        url,
        extension: Object.entries(values).map(([name, value]) =>
          codes.includes(name)
            ? { url: name, valueCode: value }
            : numbers.includes(name)
              ? { url: name, valueInteger: value }
              : name === 'length'
                ? { url: name, valueDuration: minutes(value as number) }
                : name === 'condition'
                  ? { url: name, valueExpression: { language: 'text/fhirpath', expression: value } }
                  : name === 'serviceType'
                    ? { url: name, valueCodeableConcept: value }
                    : { url: name, valueReference: { reference: value } },
        ),
      },
    ],
    ...more,
  }
}

async function slotsOf(name: string): Promise<readonly { id: string; start: string; end: string }[]> {
  const { body } = await clinic.send(
    'GET',
    `Slot?schedule=Schedule/${name}&status=free&_sort=start&_count=100`,
  )
  return (body.entry ?? []).map(({ resource }: { resource: object }) => resource)
}

async function book(name: string, at: number, patient: string, more: object = {}, token?: string) {
  const slot = (await slotsOf(name))[at] as { id: string; start: string; end: string }
  const { start, end } = slot
  return clinic.send(
    'POST',
    'Appointment',
    {
      resourceType: 'Appointment',
      status: 'booked',
      slot: [{ reference: `Slot/${slot.id}` }],
      start,
      end,
      serviceType: [generalPractice],
      participant: [`Patient/${patient}`, `Practitioner/${name}`].map((reference) => ({
        actor: { reference },
        status: 'accepted',
      })),
      ...more,
    },
    token,
  )
}

async function whileIn<T>(rules: readonly FhirResource[], work: () => Promise<T>): Promise<T> {
  await clinic.put(...rules)
  try {
    return await work()
  } finally {
    for (const { id } of rules) await clinic.send('DELETE', `PlanDefinition/${id}`)
  }
}

async function total(wish: object = {}) {
  const { body } = await clinic.send(
    'POST',
    'Appointment/$find',
    parameters({
      start: monday.toString(),
      end: monday.add({ days: 4 }).toString(),
      practitioner: { valueReference: { reference: 'Practitioner/anna' } },
      ...wish,
    }),
  )
  return body.total
}

const told = (body: { issue: { diagnostics: string }[] }) => body.issue.map(({ diagnostics }) => diagnostics)

describe('a rule of the clinic', () => {
  test('limits the visits of a day, for bookings and for what is offered', async () => {
    const limit = rule('limit', 'Two visits a day are enough.', { kind: 'limit', most: 2 })
    await whileIn([limit], async () => {
      expect((await book('anna', 0, 'one')).status).toBe(201)
      expect(await total()).toBe(29)
      expect((await book('anna', 0, 'two')).status).toBe(201)
      expect(await total()).toBe(24)
      const { status, body } = await book('anna', 0, 'three')
      expect([status, told(body)]).toEqual([422, [expect.stringContaining('Two visits a day are enough.')]])
    })
    expect(await total()).toBe(28)
    expect((await book('anna', 0, 'three')).status).toBe(201)
  })

  test('all that are broken are told at once, in their order', async () => {
    const rules = [
      rule('late', 'Ask for it a month ahead.', { kind: 'notice', length: 60 * 24 * 60, priority: 2 }),
      rule('never', 'Never with Bert.', {
        kind: 'expression',
        condition: "%appointment.participant.actor.reference.where($this = 'Practitioner/bert').empty()",
        priority: 1,
      }),
    ]
    await whileIn(rules, async () => {
      const { status, body } = await book('bert', 10, 'one')
      expect([status, told(body)]).toEqual([
        422,
        [expect.stringContaining('Never with Bert.'), expect.stringContaining('Ask for it a month ahead.')],
      ])
    })
  })

  test('a condition looks at the patient and at earlier visits', async () => {
    const adults = rule('adults', 'Adults only.', {
      kind: 'expression',
      condition: '%patient.birthDate <= today() - 18 years',
      practitioner: 'Practitioner/bert',
    })
    const known = rule('known', 'For those who were here before.', {
      kind: 'expression',
      condition: "%history.where(status = 'booked').exists()",
      practitioner: 'Practitioner/bert',
    })
    await whileIn([adults, known], async () => {
      expect((await book('bert', 10, 'three')).status).toBe(422)
      expect((await book('bert', 10, 'one')).status).toBe(201)
    })
  })

  test('needs approval: a pending booking is let through', async () => {
    const approval = rule('approval', 'Bert wants to see this first.', {
      kind: 'expression',
      severity: 'approve',
      condition: 'false',
      practitioner: 'Practitioner/bert',
    })
    await whileIn([approval], async () => {
      expect((await book('bert', 12, 'two')).status).toBe(422)
      expect((await book('bert', 12, 'two', { status: 'pending' })).status).toBe(201)
    })
  })

  test('is overridden by who may, with a reason that is in the audit trail', async () => {
    const closed = rule('friday', 'Not now.', {
      kind: 'notice',
      length: 60 * 24 * 60,
      overridableBy: 'front-desk',
    })
    const extension = [
      {
        url: 'https://almanac.example/fhir/StructureDefinition/override-reason',
        extension: [
          { url: 'rule', valueString: 'PlanDefinition/friday' },
          { url: 'reason', valueString: 'The doctor asked for it' },
        ],
      },
    ]
    await whileIn([closed], async () => {
      expect((await book('bert', 18, 'one', { extension })).status).toBe(422)
      const desk = await server.token({
        scope: 'user/*.cruds',
        fhirUser: 'Practitioner/bert',
        roles: ['front-desk'],
      } as never)
      const unreasoned = await book('bert', 18, 'one', {}, desk)
      if (unreasoned.status !== 422) throw new Error(JSON.stringify(unreasoned.body))
      const { status, body } = await book('bert', 18, 'one', { extension }, desk)
      if (status !== 201) throw new Error(JSON.stringify(body))
      expect(status).toBe(201)
      const trail = await clinic.send('GET', `AuditEvent?entity=Appointment/${body.id}&_count=10`)
      expect(JSON.stringify(trail.body)).toContain('The doctor asked for it')
    })
  })

  test('holds in its time, and for whom it is', async () => {
    const past = rule(
      'past',
      'No.',
      { kind: 'expression', condition: 'false' },
      {
        effectivePeriod: { end: '2020-01-01' },
      },
    )
    const others = rule('others', 'No.', {
      kind: 'expression',
      condition: 'false',
      practitioner: 'Practitioner/anna',
    })
    await whileIn([past, others], async () => {
      expect((await book('bert', 20, 'two')).status).toBe(201)
      expect(await total()).toBe(0)
    })
  })

  test('of buffers, service types, and people on duty', async () => {
    const at = async (values: Record<string, unknown>) =>
      whileIn([rule('some', 'No.', values)], async () => (await book('anna', 0, 'two')).status)
    expect(await at({ kind: 'buffer', length: 30 })).toBe(422)
    expect(
      await at({ kind: 'service-types', serviceType: { coding: [{ system: 'urn:x', code: 'y' }] } }),
    ).toBe(422)
    expect(await at({ kind: 'on-duty', least: 3 })).toBe(422)
    expect(await at({ kind: 'crowd', most: 0 })).toBe(422)
    expect(await at({ kind: 'on-duty', least: 2 })).toBe(201)
  })
})

describe('a rule that cannot be followed is not stored', () => {
  test.each([
    ['without a kind', { priority: 1 }],
    ['of a kind unknown', { kind: 'mood' }],
    ['a limit without a number', { kind: 'limit' }],
    ['a notice without a length', { kind: 'notice' }],
    ['a condition that is no FHIRPath', { kind: 'expression', condition: '%appointment.start >' }],
    ['a condition of a novel’s length', { kind: 'expression', condition: `${'true and '.repeat(400)}true` }],
    ['allowing nothing', { kind: 'service-types' }],
  ])('%s', async (_, values) => {
    const { status, body } = await clinic.send('PUT', 'PlanDefinition/bad', rule('bad', 'No.', values))
    expect([status, body.resourceType]).toEqual([422, 'OperationOutcome'])
  })

  test('one that never ends is stopped, and counts as broken', async () => {
    const slow = rule('slow', 'Slow.', {
      kind: 'expression',
      condition: `'${'a'.repeat(60)}b'.matches('^(a+)+$')`,
    })
    await whileIn([slow], async () => {
      const { status, body } = await book('bert', 22, 'two')
      expect([status, told(body)]).toEqual([422, [expect.stringContaining('could not be evaluated')]])
    })
  })
})

describe('a visit that is given up or moved', () => {
  const late = (values: object = {}) =>
    rule('late', 'Cancel in time.', {
      kind: 'cut-off',
      length: 60 * 24 * 200,
      binds: 'everyone',
      overridableBy: 'clinic-admin',
      ...values,
    })

  test('may be neither when it is too late for it', async () => {
    const { body: booked } = await book('bert', 0, 'four')
    await whileIn([late()], async () => {
      const cancelled = await clinic.send('POST', `Appointment/${booked.id}/$cancel`, parameters({}))
      expect([cancelled.status, cancelled.body.issue[0].diagnostics]).toEqual([
        422,
        'Cancel in time. (at least 200 days before) Can be overridden, with a reason, by: clinic-admin. (rule PlanDefinition/late)',
      ])
      const [slot] = await slotsOf('bert')
      const moved = await clinic.send('PUT', `Appointment/${booked.id}`, {
        ...booked,
        start: slot?.start,
        end: slot?.end,
        slot: [{ reference: `Slot/${slot?.id}` }],
      })
      expect(moved.status).toBe(422)
      // What changes no time is nobody's loss.
      const told = await clinic.send('PUT', `Appointment/${booked.id}`, {
        ...booked,
        comment: 'Brings a friend.',
      })
      expect(told.status).toBe(200)
    })
    await whileIn([late({ change: 'move' })], async () => {
      const cancelled = await clinic.send('POST', `Appointment/${booked.id}/$cancel`, parameters({}))
      expect(cancelled.status).toBe(200)
    })
  })

  test('in time, or by the clinic where only patients are bound, it may', async () => {
    const { body: booked } = await book('bert', 0, 'four')
    await whileIn([late({ length: 1 })], async () => {
      const [slot] = await slotsOf('bert')
      const to = parameters({ slot: { valueReference: { reference: `Slot/${slot?.id}` } } })
      expect((await clinic.send('POST', `Appointment/${booked.id}/$reschedule`, to)).status).toBe(200)
    })
    await whileIn([late({ binds: 'patients' })], async () => {
      const patient = await server.token({ scope: 'patient/*.cruds', patient: 'four' })
      const path = `Appointment/${booked.id}/$cancel`
      expect((await clinic.send('POST', path, parameters({}), patient)).status).toBe(422)
      expect((await clinic.send('POST', path, parameters({}))).status).toBe(200)
    })
  })

  test('is given up even when it could not be booked any more', async () => {
    const { body: booked } = await book('bert', 0, 'four')
    await whileIn([rule('closed', 'No.', { kind: 'notice', length: 60 * 24 * 300 })], async () => {
      const cancelled = await clinic.send('POST', `Appointment/${booked.id}/$cancel`, parameters({}))
      expect(cancelled.status).toBe(200)
    })
  })

  test('is left by one of a group in time for their own part, and by no other rule', async () => {
    const together = (ids: readonly string[], status = 'accepted') =>
      ids.map((id) => ({ actor: { reference: `Patient/${id}` }, status }))
    const [slot] = await slotsOf('bert')
    const { body: booked, status } = await clinic.send('POST', 'Appointment', {
      resourceType: 'Appointment',
      ...{ status: 'booked', start: slot?.start, end: slot?.end, slot: [{ reference: `Slot/${slot?.id}` }] },
      participant: [
        ...together(['three', 'four']),
        { actor: { reference: 'Practitioner/bert' }, status: 'accepted' },
      ],
    })
    expect(status).toBe(201)
    const four = await server.token({ scope: 'patient/*.cruds', patient: 'four', fhirUser: 'Patient/four' })
    const leave = () => clinic.send('POST', `Appointment/${booked.id}/$cancel`, parameters({}), four)
    const decline = () =>
      clinic.send(
        'POST',
        'AppointmentResponse',
        {
          resourceType: 'AppointmentResponse',
          appointment: { reference: `Appointment/${booked.id}` },
          ...{ actor: { reference: 'Patient/four' }, participantStatus: 'declined' },
        },
        four,
      )
    await whileIn([late({ binds: 'patients', change: 'cancel' })], async () => {
      for (const answer of [await leave(), await decline()])
        expect([answer.status, answer.body.issue[0].diagnostics]).toEqual([
          422,
          expect.stringMatching(/^Cancel in time\./),
        ])
    })
    const strict = [
      late({ change: 'move' }),
      rule('closed', 'No.', { kind: 'notice', length: 60 * 24 * 300 }),
    ]
    await whileIn(strict, async () => expect((await leave()).status).toBe(200))
    const left = (await clinic.send('GET', `Appointment/${booked.id}`)).body
    expect([left.status, ...left.participant.map((one: { status: string }) => one.status)]).toEqual([
      'booked',
      'accepted',
      'declined',
      'accepted',
    ])
    expect((await clinic.send('POST', `Appointment/${booked.id}/$cancel`, parameters({}))).status).toBe(200)
  })

  test('whoever may overrides it, with a reason', async () => {
    const { body: booked } = await book('bert', 0, 'four')
    await whileIn([late()], async () => {
      const admin = await server.token({
        scope: 'user/*.cruds',
        roles: ['clinic-admin', 'practitioner'],
        fhirUser: 'Practitioner/anna',
      })
      const path = `Appointment/${booked.id}/$cancel`
      const silent = await clinic.send(
        'POST',
        path,
        parameters({ 'override-rule': 'PlanDefinition/late' }),
        admin,
      )
      expect(silent.status).toBe(400)
      const told = await clinic.send(
        'POST',
        path,
        parameters({ 'override-rule': 'PlanDefinition/late', 'override-reason': 'A death in the family.' }),
        admin,
      )
      expect([told.status, told.body.status]).toEqual([200, 'cancelled'])
    })
  })
})

describe('a right to overbook', () => {
  const right = (values: object = {}) =>
    rule('squeeze', 'One more, when it cannot wait.', {
      ...{ kind: 'overbooking', most: 1, overridableBy: 'front-desk', practitioner: 'Practitioner/bert' },
      ...values,
    })
  const reasoned = {
    extension: [
      {
        url: 'https://almanac.example/fhir/StructureDefinition/override-reason',
        extension: [
          { url: 'rule', valueString: 'PlanDefinition/squeeze' },
          { url: 'reason', valueString: 'High fever' },
        ],
      },
    ],
  }
  beforeAll(() =>
    clinic.put(...['five', 'six', 'seven'].map((id) => ({ resourceType: 'Patient', id, active: true }))),
  )
  const desk = () =>
    server.token({ scope: 'user/*.cruds', roles: ['front-desk'], fhirUser: 'Practitioner/anna' })
  type Visit = { id: string; slot: { reference: string }[]; start: string; end: string; status: string }
  const beside = ({ slot, start, end }: Visit, patient: string, more: object, token?: string) =>
    clinic.send(
      'POST',
      'Appointment',
      {
        ...{ resourceType: 'Appointment', status: 'booked', slot, start, end },
        participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
        ...more,
      },
      token,
    )
  const slotOf = async ({ slot }: Visit) => (await clinic.send('GET', String(slot[0]?.reference))).body
  const cancel = ({ id }: Visit) => clinic.send('POST', `Appointment/${id}/$cancel`, parameters({}))

  test('is a rule’s, a role’s and has a reason; without any of them there is no room', async () => {
    const token = await desk()
    const { body: first } = await book('bert', 0, 'five')
    expect((await beside(first, 'six', reasoned, token)).status).toBe(409)
    await whileIn([right({ practitioner: 'Practitioner/anna' })], async () =>
      expect((await beside(first, 'six', reasoned, token)).status).toBe(409),
    )
    await whileIn([right()], async () => {
      expect((await beside(first, 'six', {}, token)).status).toBe(409)
      expect((await beside(first, 'six', reasoned)).status).toBe(409)
      const added = await beside(first, 'six', reasoned, token)
      expect([added.status, (await slotOf(first)).overbooked]).toEqual([201, true])
      const trail = await clinic.send('GET', `AuditEvent?entity=Appointment/${added.body.id}&_count=10`)
      expect(JSON.stringify(trail.body)).toContain('High fever')
      // One more, and no more; of a patient there is one.
      expect((await beside(first, 'seven', reasoned, token)).status).toBe(409)
      expect((await cancel(added.body)).status).toBe(200)
      expect((await slotOf(first)).overbooked).toBeUndefined()
      expect((await beside(first, 'five', reasoned, token)).status).toBe(409)
      expect((await cancel(first)).status).toBe(200)
      expect(await slotOf(first)).toMatchObject({ status: 'free' })
    })
  })

  test('stays with a visit where it is; nobody else gets its place when there is room again', async () => {
    const token = await desk()
    const { body: first } = await book('bert', 0, 'five')
    const added = await whileIn([right()], () =>
      beside(first, 'six', { ...reasoned, status: 'pending' }, token),
    )
    expect(added.status).toBe(201)
    // Whoever confirms it needs no right of their own.
    const confirmed = await clinic.send('PUT', `Appointment/${added.body.id}`, {
      ...added.body,
      status: 'booked',
    })
    expect([confirmed.status, (await slotOf(first)).overbooked]).toEqual([200, true])
    expect((await cancel(first)).status).toBe(200)
    expect(await slotOf(first)).toMatchObject({ status: 'busy' })
    expect((await beside(first, 'seven', {})).status).toBe(409)
    expect((await cancel(added.body)).status).toBe(200)
  })

  test('is never a patient’s', async () => {
    const { status, body } = await clinic.send(
      'PUT',
      'PlanDefinition/squeeze',
      right({ overridableBy: 'patient' }),
    )
    expect([status, told(body)]).toEqual([
      422,
      [expect.stringContaining('patients and their relatives may not')],
    ])
  })
})

describe('a rule that only warns', () => {
  const warning = rule('doubt', 'Mornings are for the others.', {
    kind: 'expression',
    severity: 'warn',
    condition: 'false',
  })

  test('is told to whoever asks for an outcome, and to whoever books by operation', async () => {
    await whileIn([warning], async () => {
      const [slot] = await slotsOf('bert')
      const appointment = {
        resourceType: 'Appointment',
        status: 'booked',
        slot: [{ reference: `Slot/${slot?.id}` }],
        start: slot?.start,
        end: slot?.end,
        participant: ['Patient/four', 'Practitioner/bert'].map((reference) => ({
          actor: { reference },
          status: 'accepted',
        })),
      }
      const response = await fetch(`${server.base}/Appointment`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${clinic.token}`,
          'content-type': 'application/fhir+json',
          prefer: 'return=OperationOutcome',
        },
        body: JSON.stringify(appointment),
      })
      const outcome = (await response.json()) as { issue: { severity: string; diagnostics: string }[] }
      expect([response.status, outcome.issue.at(-1)]).toMatchObject([
        201,
        { severity: 'warning', diagnostics: 'Mornings are for the others. (rule PlanDefinition/doubt)' },
      ])
      const [next] = await slotsOf('bert')
      const booked = await clinic.send(
        'POST',
        'Appointment/$book',
        parameters({
          'appointment-resource': {
            resource: {
              ...appointment,
              status: 'pending',
              slot: [{ reference: `Slot/${next?.id}` }],
              start: next?.start,
              end: next?.end,
            },
          },
        }),
      )
      const entries = booked.body.entry.map(
        ({ search, resource }: { search: { mode: string }; resource: { resourceType: string } }) => [
          search.mode,
          resource.resourceType,
        ],
      )
      expect(entries).toEqual([
        ['match', 'Appointment'],
        ['outcome', 'OperationOutcome'],
      ])
    })
  })
})

describe('a rule that is tried', () => {
  const twoADay = (more: object = {}) =>
    rule('tried', 'One visit a day.', { kind: 'limit', most: 1, ...more })
  const tried = async (body: object, path = 'PlanDefinition/$dry-run', token?: string) => {
    const answer = await clinic.send('POST', path, body, token)
    const numbers = Object.fromEntries(
      (answer.body.parameter ?? []).map(({ name, valueInteger }: { name: string; valueInteger?: number }) => [
        name,
        valueInteger,
      ]),
    )
    const told = (answer.body.parameter ?? []).filter(({ name }: { name: string }) => name === 'booking')
    return { status: answer.status, numbers, told, body: answer.body }
  }
  const asked = (resource: object, more: object = {}) => ({
    resourceType: 'Parameters',
    parameter: [
      { name: 'rule', resource },
      { name: 'start', valueDate: `${monday.add({ days: 4 })}` },
      { name: 'end', valueDate: `${monday.add({ days: 4 })}` },
    ],
    ...more,
  })
  let second: string

  test('names the bookings that it would have refused, and refuses none', async () => {
    const friday = (await slotsOf('anna')).findIndex(({ start }) =>
      start.startsWith(`${monday.add({ days: 4 })}`),
    )
    expect((await book('anna', friday + 2, 'one')).status).toBe(201)
    // What was booked first stands, whenever it takes place.
    const { status, body } = await book('anna', friday, 'two')
    expect(status).toBe(201)
    second = body.id
    const { numbers, told } = await tried(asked(twoADay()))
    expect([numbers.bookings, numbers.broken]).toEqual([2, 1])
    expect(told[0].part).toMatchObject([
      { valueReference: { reference: `Appointment/${second}` } },
      {},
      { valueString: 'One visit a day.' },
    ])
    expect((await clinic.send('GET', 'PlanDefinition/tried')).status).toBe(404)
  })

  test('by conditions, each booking with its own patient', async () => {
    const { numbers } = await tried(
      asked(rule('tried', 'Not one.', { kind: 'expression', condition: "%patient.id != 'one'" })),
    )
    expect(numbers.broken).toBe(1)
  })

  test('may be stored already, as a draft', async () => {
    await clinic.put({ ...twoADay(), id: 'draft', status: 'draft' })
    const start = encodeURIComponent(`${monday.add({ days: 4 })}`)
    const { numbers } = await tried(
      { resourceType: 'Parameters' },
      `PlanDefinition/draft/$dry-run?start=${start}&end=${start}`,
    )
    expect(numbers.broken).toBe(1)
  })

  test('shows numbers alone to those who do not see appointments', async () => {
    const admin = await server.token({
      scope: 'user/*.cruds',
      roles: ['clinic-admin'],
      fhirUser: 'Practitioner/anna',
    })
    const { numbers, told } = await tried(asked(twoADay()), 'PlanDefinition/$dry-run', admin)
    expect([numbers.broken, told]).toEqual([1, []])
  })

  test('is told what is wrong with it', async () => {
    expect((await tried(asked(rule('tried', 'Odd', { kind: 'limit' })))).status).toBe(422)
    expect((await tried({ resourceType: 'Parameters' })).status).toBe(400)
  })
})
