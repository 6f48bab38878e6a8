import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import {
  type Caller,
  callAs,
  entry,
  expressionsOf,
  freshIdentifier,
  instanceOf,
  statusesOf,
} from './caller.ts'

let server: TestServer
let caller: Caller
beforeAll(async () => {
  server = await startTestServer()
  caller = await callAs(server)
})
afterAll(() => server.close())

const patient = (family: string) => ({ resourceType: 'Patient', name: [{ family }] })
const observation = (subject: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: subject },
})

describe('a transaction', () => {
  test('answers each entry in the order of the request, with status, location, etag and lastModified', async () => {
    const there = await caller.send('POST', 'Patient', patient('There'))
    const id = there.resource.id as string
    const answer = await caller.post('transaction', [
      entry('GET', `Patient/${id}`),
      entry('PUT', `Patient/${id}`, { ...patient('Changed'), id }),
      entry('POST', 'Patient', patient('New')),
    ])
    expect(answer.status).toBe(200)
    expect(answer.bundle.type).toBe('transaction-response')
    expect(statusesOf(answer)).toEqual(['200 OK', '200 OK', '201 Created'])
    const [read, updated, created] = answer.bundle.entry ?? []
    expect(read?.fullUrl).toBe(`${server.base}/Patient/${id}`)
    expect(read?.resource).toMatchObject({ id, meta: { versionId: '2' }, name: [{ family: 'Changed' }] })
    expect(updated).toEqual({
      response: {
        status: '200 OK',
        location: `${server.base}/Patient/${id}/_history/2`,
        etag: 'W/"2"',
        lastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    })
    expect(created?.response).toMatchObject({ status: '201 Created', etag: 'W/"1"' })
    const stored = await caller.send('GET', instanceOf(answer, 2))
    expect(stored.resource).toMatchObject({
      name: [{ family: 'New' }],
      meta: { lastUpdated: created?.response?.lastModified },
    })
  })

  test('deletes first, then creates, then updates and patches, then reads', async () => {
    const identifier = freshIdentifier()
    const old = await caller.send('POST', 'Patient', { ...patient('Old'), identifier: [identifier] })
    const other = await caller.send('POST', 'Patient', patient('Other'))
    const answer = await caller.post('transaction', [
      entry('GET', `Patient?identifier=${identifier.system}|${identifier.value}`),
      entry('GET', `Patient/${other.resource.id}`),
      entry('PATCH', `Patient/${other.resource.id}`, {
        resourceType: 'Binary',
        contentType: 'application/json-patch+json',
        data: Buffer.from('[{"op":"replace","path":"/name/0/family","value":"Patched"}]').toString('base64'),
      }),
      entry('POST', 'Patient', { ...patient('Fresh'), identifier: [identifier] }),
      entry('DELETE', `Patient/${old.resource.id}`),
    ])
    expect(statusesOf(answer)).toEqual(['200 OK', '200 OK', '200 OK', '201 Created', '204 No Content'])
    const found = answer.bundle.entry?.[0]?.resource as { entry?: { resource?: object }[] }
    expect(found.entry).toHaveLength(1)
    expect(found.entry?.[0]?.resource).toMatchObject({ name: [{ family: 'Fresh' }] })
    expect(answer.bundle.entry?.[1]?.resource).toMatchObject({ name: [{ family: 'Patched' }] })
    expect((await caller.send('GET', `Patient/${old.resource.id}`)).status).toBe(410)
  })

  test('patches by a Parameters resource as well', async () => {
    const { resource } = await caller.send('POST', 'Patient', patient('Before'))
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'add' },
            { name: 'path', valueString: 'Patient' },
            { name: 'name', valueString: 'birthDate' },
            { name: 'value', valueDate: '2001-02-03' },
          ],
        },
      ],
    }
    const answer = await caller.post('transaction', [entry('PATCH', `Patient/${resource.id}`, parameters)])
    expect(statusesOf(answer)).toEqual(['200 OK'])
    expect((await caller.send('GET', `Patient/${resource.id}`)).resource).toMatchObject({
      birthDate: '2001-02-03',
    })
  })

  test('connects entries that refer to each other, in circles too', async () => {
    const answer = await caller.post('transaction', [
      entry(
        'POST',
        'Patient',
        { ...patient('Ring'), link: [{ type: 'seealso', other: { reference: 'urn:uuid:b' } }] },
        { fullUrl: 'urn:uuid:a' },
      ),
      entry(
        'POST',
        'Patient',
        { ...patient('Ring'), link: [{ type: 'seealso', other: { reference: 'urn:uuid:a' } }] },
        { fullUrl: 'urn:uuid:b' },
      ),
    ])
    expect(statusesOf(answer)).toEqual(['201 Created', '201 Created'])
    const first = await caller.send('GET', instanceOf(answer, 0))
    expect(first.resource).toMatchObject({ link: [{ other: { reference: instanceOf(answer, 1) } }] })
  })

  test('connects entries also when a read comes between them', async () => {
    const identifier = freshIdentifier()
    const answer = await caller.post('transaction', [
      entry('POST', 'Observation', observation('urn:uuid:late')),
      entry(
        'PUT',
        `Patient?identifier=${identifier.system}|${identifier.value}`,
        { ...patient('Late'), identifier: [identifier] },
        { fullUrl: 'urn:uuid:late' },
      ),
      entry('GET', 'Observation?_count=1'),
    ])
    expect(statusesOf(answer)).toEqual(['201 Created', '201 Created', '200 OK'])
    const stored = await caller.send('GET', instanceOf(answer, 0))
    expect(stored.resource).toMatchObject({ subject: { reference: instanceOf(answer, 1) } })
  })

  test('gives bodies back when asked to, and outcomes when asked for those', async () => {
    const entries = [entry('POST', 'Patient', patient('Prefer'))]
    const silent = await caller.post('transaction', entries)
    expect(silent.bundle.entry?.[0]).not.toHaveProperty('resource')
    const full = await caller.post('transaction', entries, { prefer: 'return=representation' })
    expect(full.bundle.entry?.[0]).toMatchObject({
      fullUrl: `${server.base}/${instanceOf(full, 0)}`,
      resource: { name: [{ family: 'Prefer' }], meta: { versionId: '1' } },
    })
    const told = await caller.post('transaction', entries, { prefer: 'return=OperationOutcome' })
    expect(told.bundle.entry?.[0]?.response?.outcome).toMatchObject({ resourceType: 'OperationOutcome' })
    expect(told.bundle.entry?.[0]).not.toHaveProperty('resource')
  })

  test('keeps decimals and the order of properties', async () => {
    const text =
      '{"resourceType":"Observation","code":{"text":"x"},"status":"final","valueQuantity":{"value":1.0,"unit":"g"}}'
    const answer = await caller.send(
      'POST',
      '',
      `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":${text},"request":{"method":"POST","url":"Observation"}}]}`,
    )
    const { text: stored } = await caller.send('GET', instanceOf(answer, 0))
    expect(stored).toContain('"code":{"text":"x"},"status":"final","valueQuantity":{"value":1.0,"unit":"g"}')
  })

  test('an empty one is answered empty', async () => {
    const answer = await caller.send('POST', '', { resourceType: 'Bundle', type: 'transaction' })
    expect(answer.resource).toEqual({ resourceType: 'Bundle', type: 'transaction-response' })
  })

  test('a thousand creates leave a thousand resources', async () => {
    const identifier = freshIdentifier()
    const entries = Array.from({ length: 1000 }, (_, i) =>
      entry('POST', 'Patient', { ...patient(`Many ${i}`), identifier: [identifier] }),
    )
    const answer = await caller.post('transaction', entries)
    expect(new Set(statusesOf(answer))).toEqual(new Set(['201 Created']))
    const counted = await caller.send(
      'GET',
      `Patient?identifier=${identifier.system}|${identifier.value}&_summary=count`,
    )
    expect(counted.bundle.total).toBe(1000)
  })
})

describe('a transaction is refused as a whole, with the entry that it failed at', () => {
  const marker = freshIdentifier()
  const good = () => entry('POST', 'Patient', { ...patient('Kept'), identifier: [marker] })

  test.each<[string, object[], number, string]>([
    [
      'an invalid resource',
      [good(), entry('POST', 'Patient', { resourceType: 'Patient', birthDate: '2026-02-30' })],
      400,
      'Bundle.entry[1].resource.birthDate',
    ],
    [
      'a resource of another type than the address',
      [good(), entry('POST', 'Patient', { resourceType: 'Observation' })],
      400,
      'Bundle.entry[1].resource.resourceType',
    ],
    [
      'a version that is not current',
      [good(), entry('PUT', 'Patient/if-match', { ...patient('X'), id: 'if-match' }, { ifMatch: 'W/"7"' })],
      412,
      'Bundle.entry[1]',
    ],
    [
      'a patch of what is not there',
      [good(), entry('PATCH', 'Patient/nobody', { resourceType: 'Parameters' })],
      404,
      'Bundle.entry[1]',
    ],
    ['a read of what is not there', [entry('GET', 'Patient/nobody'), good()], 404, 'Bundle.entry[0]'],
    [
      'a reference to nothing',
      [good(), entry('POST', 'Observation', observation('Patient/nobody'))],
      422,
      'Bundle.entry[1].resource.subject',
    ],
    [
      'a reference to no entry',
      [good(), entry('POST', 'Observation', observation('urn:uuid:nobody'))],
      400,
      'Bundle.entry[1].resource.subject.reference',
    ],
    ['no request', [good(), { resource: patient('X') }], 400, 'Bundle.entry[1].request'],
    ['an unknown method', [good(), entry('BREW', 'Patient')], 400, 'Bundle.entry[1].request.method'],
    [
      'an address elsewhere',
      [good(), entry('GET', 'http://example.org/fhir/Patient/1')],
      400,
      'Bundle.entry[1]',
    ],
    ['an unknown type', [good(), entry('GET', 'Unicorn/1')], 404, 'Bundle.entry[1]'],
    ['no body', [good(), entry('POST', 'Patient')], 400, 'Bundle.entry[1]'],
    [
      'a bundle in the bundle',
      [good(), entry('POST', '', { resourceType: 'Bundle', type: 'batch' })],
      400,
      'Bundle.entry[1]',
    ],
    ['an operation', [good(), entry('GET', 'Patient/1/$everything')], 400, 'Bundle.entry[1]'],
    ['an entry that is none', [good(), 'x' as unknown as object], 400, 'Bundle.entry[1]'],
    [
      'a fullUrl given twice',
      [
        entry('POST', 'Patient', patient('X'), { fullUrl: 'urn:uuid:1' }),
        entry('POST', 'Patient', patient('X'), { fullUrl: 'urn:uuid:1' }),
      ],
      400,
      'Bundle.entry[1].fullUrl',
    ],
  ])('%s', async (_, entries, status, expression) => {
    const answer = await caller.post('transaction', entries)
    expect(answer.outcome).toMatchObject({ resourceType: 'OperationOutcome' })
    expect(answer.status).toBe(status)
    expect(expressionsOf(answer)).toEqual([expression])
  })

  test('and nothing of them was kept', async () => {
    const found = await caller.send(
      'GET',
      `Patient?identifier=${marker.system}|${marker.value}&_summary=count`,
    )
    expect(found.bundle.total).toBe(0)
  })

  test('two entries for one resource, both named', async () => {
    const { resource } = await caller.send('POST', 'Patient', patient('Once'))
    const answer = await caller.post('transaction', [
      entry('PUT', `Patient/${resource.id}`, { ...patient('Twice'), id: resource.id }),
      entry('GET', `Patient/${resource.id}`),
      entry('DELETE', `Patient/${resource.id}`),
    ])
    expect(answer.status).toBe(400)
    expect(expressionsOf(answer)).toEqual(['Bundle.entry[0]', 'Bundle.entry[2]'])
    expect((await caller.send('GET', `Patient/${resource.id}`)).resource).toMatchObject({
      name: [{ family: 'Once' }],
    })
  })

  test('5,001 entries, before any is looked at', async () => {
    const answer = await caller.post(
      'transaction',
      new Array(5001).fill({ request: { method: 'GET', url: 'Patient/1' } }),
    )
    expect(answer.status).toBe(413)
    expect(answer.outcome.issue[0]).toMatchObject({ code: 'too-costly', expression: ['Bundle.entry'] })
  })

  test.each(['searchset', 'history', 'document', 'collection', undefined])(
    'a Bundle of type %s',
    async (type) => {
      const answer = await caller.send('POST', '', { resourceType: 'Bundle', type, entry: [] })
      expect(answer.status).toBe(400)
    },
  )

  test('what the token does not allow, with nothing kept of what it does allow', async () => {
    const identifier = freshIdentifier()
    const limited = await callAs(server, { scope: 'system/Patient.c system/Observation.rs' })
    const answer = await limited.post('transaction', [
      entry('POST', 'Patient', { ...patient('Limited'), identifier: [identifier] }),
      entry('POST', 'Observation', observation('Patient/1')),
    ])
    expect(answer.status).toBe(403)
    expect(expressionsOf(answer)).toEqual(['Bundle.entry[1]'])
    const found = await caller.send(
      'GET',
      `Patient?identifier=${identifier.system}|${identifier.value}&_summary=count`,
    )
    expect(found.bundle.total).toBe(0)
  })
})

describe('a transaction of a caller who sees only a part', () => {
  test('may create for itself, references to later entries included, and for nobody else', async () => {
    const mine = await caller.send('POST', 'Patient', patient('Self'))
    const other = await caller.send('POST', 'Patient', patient('Other'))
    const self = await callAs(server, { scope: 'patient/*.cruds', patient: mine.resource.id as string })
    const appointment = (id: unknown, reason: string) => ({
      resourceType: 'Appointment',
      status: 'proposed',
      participant: [{ actor: { reference: `Patient/${id}` }, status: 'accepted' }],
      reasonReference: [{ reference: reason }],
    })
    const condition = (id: unknown) => ({
      resourceType: 'Condition',
      code: { text: 'x' },
      subject: { reference: `Patient/${id}` },
    })
    const entries = (id: unknown) => [
      entry('POST', 'Appointment', appointment(mine.resource.id, 'urn:uuid:c')),
      entry('POST', 'Condition', condition(id), { fullUrl: 'urn:uuid:c' }),
    ]
    const allowed = await self.post('transaction', entries(mine.resource.id))
    expect(statusesOf(allowed)).toEqual(['201 Created', '201 Created'])
    const refused = await self.post('transaction', entries(other.resource.id))
    expect(refused.status).toBe(403)
    expect(expressionsOf(refused)).toEqual(['Bundle.entry[1]'])
    const count = await caller.send('GET', `Appointment?patient=${mine.resource.id}&_summary=count`)
    expect(count.bundle.total).toBe(1)
  })

  test('is told nothing of what it may not see', async () => {
    const mine = await caller.send('POST', 'Patient', patient('Self'))
    const other = await caller.send('POST', 'Patient', patient('Other'))
    const self = await callAs(server, { scope: 'patient/*.cruds', patient: mine.resource.id as string })
    const answer = await self.post('transaction', [entry('GET', `Patient/${other.resource.id}`)])
    expect(answer.status).toBe(404)
  })
})

test('transactions that change the same resources in different orders all come through', async () => {
  const ids = ['r0', 'r1', 'r2', 'r3']
  for (const id of ids) await caller.send('PUT', `Patient/${id}`, { ...patient('Race'), id })
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => {
      const order = i % 2 === 0 ? ids : ids.toReversed()
      return caller.post(
        'transaction',
        order.map((id) => entry('PUT', `Patient/${id}`, { ...patient(`Race ${i}`), id })),
      )
    }),
  )
  expect(answers.map(({ status }) => status)).toEqual(new Array(12).fill(200))
  const stored = await Promise.all(ids.map((id) => caller.send('GET', `Patient/${id}`)))
  expect(stored.map(({ resource }) => (resource.meta as { versionId: string }).versionId)).toEqual([
    '13',
    '13',
    '13',
    '13',
  ])
  expect(new Set(stored.map(({ resource }) => JSON.stringify(resource.name))).size).toBe(1)
})
