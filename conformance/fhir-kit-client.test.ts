import { Client } from 'fhir-kit-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../test/support/server.ts'

/** A client that others wrote, on a server as it is shipped: what it cannot do, no client can. */
let server: TestServer
let client: Client

beforeAll(async () => {
  server = await startTestServer()
  client = new Client({ baseUrl: server.base, bearerToken: await server.token({ scope: 'system/*.cruds' }) })
})
afterAll(() => server[Symbol.asyncDispose]())

interface Answer {
  resourceType: string
  id: string
  meta: { versionId: string }
  [element: string]: unknown
}
interface Bundle extends Answer {
  total?: number
  link: { relation: string; url: string }[]
  entry: { resource: Answer; response: { status: string; location?: string }; search?: { mode: string } }[]
}

const bundle = (answer: unknown) => answer as Bundle
const httpOf = (answer: Parameters<typeof Client.httpFor>[0]) => Client.httpFor(answer).response as Response
const statusOf = (answer: Parameters<typeof Client.httpFor>[0]) => httpOf(answer).status
const refusalOf = async (call: Promise<unknown>) => {
  const error = (await call.then(
    () => undefined,
    (thrown) => thrown,
  )) as { response?: { status: number; data: { resourceType: string } } } | undefined
  return error?.response
}
const patient = (family: string, identifier?: string) => ({
  resourceType: 'Patient',
  ...(identifier === undefined ? {} : { identifier: [{ system: 'urn:walk', value: identifier }] }),
  name: [{ family, given: ['Ada'] }],
})
const create = async (body: { resourceType: string }, headers: Record<string, string> = {}) =>
  (await client.create({ resourceType: body.resourceType, body, options: { headers } })) as Answer

test('a client reads the capability statement without a token', async () => {
  const stranger = new Client({ baseUrl: server.base })
  const statement = await stranger.capabilityStatement()
  expect(statement).toMatchObject({
    resourceType: 'CapabilityStatement',
    fhirVersion: '4.0.1',
    kind: 'instance',
  })
})

test('a client creates a patient and reads it back by id and by version', async () => {
  const created = await create(patient('Walker'))
  expect(statusOf(created)).toBe(201)
  expect(httpOf(created).headers.get('location')).toBe(`${server.base}/Patient/${created.id}/_history/1`)
  const read = await client.read({ resourceType: 'Patient', id: created.id })
  expect(read).toMatchObject({ id: created.id, meta: { versionId: '1' }, name: [{ family: 'Walker' }] })
  expect(httpOf(read).headers.get('etag')).toBe('W/"1"')
  const first = await client.vread({ resourceType: 'Patient', id: created.id, version: '1' })
  expect(first).toEqual(read)
})

test('a client updates with If-Match, and a stale version is refused', async () => {
  const { id } = await create(patient('Before'))
  const update = (version: string, family: string) =>
    client.update({
      resourceType: 'Patient',
      id,
      body: { ...patient(family), id } as never,
      options: { headers: { 'If-Match': `W/"${version}"` } },
    })
  expect(await update('1', 'After')).toMatchObject({ meta: { versionId: '2' }, name: [{ family: 'After' }] })
  expect(await refusalOf(update('1', 'Late'))).toMatchObject({
    status: 412,
    data: { resourceType: 'OperationOutcome' },
  })
})

test('a client patches with JSON Patch', async () => {
  const { id } = await create(patient('Patch'))
  const patched = await client.patch({
    resourceType: 'Patient',
    id,
    jsonPatch: [{ op: 'replace', path: '/name/0/family', value: 'Patched' }],
  })
  expect(patched).toMatchObject({
    id,
    meta: { versionId: '2' },
    name: [{ family: 'Patched', given: ['Ada'] }],
  })
})

test('a client deletes: then the patient is gone, and the history tells', async () => {
  const { id } = await create(patient('Gone'))
  await client.delete({ resourceType: 'Patient', id })
  expect(await refusalOf(client.read({ resourceType: 'Patient', id }))).toMatchObject({ status: 410 })
  const history = bundle(await client.resourceHistory({ resourceType: 'Patient', id }))
  expect(history).toMatchObject({ type: 'history', total: 2 })
  expect(history.entry.map(({ response }) => response.status.slice(0, 3))).toEqual(['204', '201'])
})

test('a client follows the next links of a search and sees every patient once', async () => {
  const family = 'Pagewalker'
  const ids = new Set<string>()
  for (let index = 0; index < 7; index++) ids.add((await create(patient(family))).id)
  const seen: string[] = []
  let page: Bundle | undefined = bundle(
    await client.resourceSearch({
      resourceType: 'Patient',
      searchParams: { family, _count: 3, _total: 'accurate' },
    }),
  )
  expect(page.total).toBe(7)
  let pages = 0
  while (page !== undefined) {
    pages++
    seen.push(...page.entry.map(({ resource }) => resource.id))
    const next = client.nextPage({ bundle: page })
    page = next === undefined ? undefined : bundle(await next)
  }
  expect(pages).toBe(3)
  expect(seen).toHaveLength(7)
  expect(new Set(seen)).toEqual(ids)
})

test('a client searches by POST', async () => {
  await create(patient('Postman'))
  const found = bundle(
    await client.resourceSearch({
      resourceType: 'Patient',
      searchParams: { family: 'postman' },
      options: { postSearch: true },
    }),
  )
  expect(found.entry.map(({ resource }) => resource.name)).toEqual([[{ family: 'Postman', given: ['Ada'] }]])
})

test('a client gets an appointment with its patient by _include', async () => {
  const { id } = await create(patient('Included'))
  const appointment = await create({
    resourceType: 'Appointment',
    status: 'proposed',
    participant: [{ actor: { reference: `Patient/${id}` }, status: 'accepted' }],
  } as never)
  const found = bundle(
    await client.resourceSearch({
      resourceType: 'Appointment',
      searchParams: { patient: `Patient/${id}`, _include: 'Appointment:patient' },
    }),
  )
  expect(found.entry.map(({ resource, search }) => [resource.id, search?.mode])).toEqual([
    [appointment.id, 'match'],
    [id, 'include'],
  ])
})

test('a client reads the history of a type and of the system', async () => {
  const { id } = await create(patient('Historian'))
  const ofType = bundle(await client.typeHistory({ resourceType: 'Patient' }))
  expect(ofType.entry[0]?.resource.id).toBe(id)
  const ofSystem = bundle(await client.systemHistory())
  expect(ofSystem).toMatchObject({ resourceType: 'Bundle', type: 'history' })
})

test('a conditional create makes one patient, however often it is sent', async () => {
  const headers = { 'If-None-Exist': 'identifier=urn:walk|once' }
  const first = await create(patient('Once', 'once'), headers)
  const second = await create(patient('Once', 'once'), headers)
  expect([statusOf(first), statusOf(second)]).toEqual([201, 200])
  const found = bundle(
    await client.resourceSearch({ resourceType: 'Patient', searchParams: { identifier: 'urn:walk|once' } }),
  )
  expect(found.entry.map(({ resource }) => resource.id)).toEqual([first.id])
})

test('a conditional update creates, then updates the same patient', async () => {
  const send = (family: string) =>
    client.update({
      resourceType: 'Patient',
      searchParams: { identifier: 'urn:walk|cond' },
      body: patient(family, 'cond') as never,
    })
  const created = (await send('First')) as Answer
  const updated = (await send('Second')) as Answer
  expect([statusOf(created), statusOf(updated)]).toEqual([201, 200])
  expect(updated).toMatchObject({ id: created.id, meta: { versionId: '2' }, name: [{ family: 'Second' }] })
})

test('a conditional delete deletes the one that matches', async () => {
  const { id } = await create(patient('Deletable', 'cond-delete'))
  await client.request('Patient?identifier=urn:walk|cond-delete', { method: 'DELETE' })
  expect(await refusalOf(client.read({ resourceType: 'Patient', id }))).toMatchObject({ status: 410 })
})

test('a batch answers each entry by itself', async () => {
  const answer = bundle(
    await client.batch({
      body: {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [
          { resource: patient('Batched'), request: { method: 'POST', url: 'Patient' } },
          { request: { method: 'GET', url: 'Patient/no-such-patient' } },
        ],
      },
    }),
  )
  expect(answer.type).toBe('batch-response')
  expect(answer.entry.map(({ response }) => response.status.slice(0, 3))).toEqual(['201', '404'])
})

const transaction = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })

test('a transaction creates what refers to each other', async () => {
  const answer = bundle(
    await client.transaction({
      body: transaction(
        {
          fullUrl: 'urn:uuid:6f1c2f0c-7a39-4b3f-8d5e-0d3b1f7d5a01',
          resource: patient('Transacted'),
          request: { method: 'POST', url: 'Patient' },
        },
        {
          resource: {
            resourceType: 'Observation',
            status: 'final',
            code: { text: 'weight' },
            subject: { reference: 'urn:uuid:6f1c2f0c-7a39-4b3f-8d5e-0d3b1f7d5a01' },
          },
          request: { method: 'POST', url: 'Observation' },
        },
      ),
    }),
  )
  expect(answer.entry.map(({ response }) => response.status.slice(0, 3))).toEqual(['201', '201'])
  const [patientAt = '', observationAt = ''] = answer.entry.map(({ response }) => response.location)
  const idOf = (location: string) => /(\w+\/[^/]+)\/_history\/1$/.exec(location)?.[1] ?? location
  const observation = await client.request(idOf(observationAt))
  expect(observation.subject).toEqual({ reference: idOf(patientAt) })
})

test('a transaction with one bad entry leaves nothing', async () => {
  const refused = await refusalOf(
    client.transaction({
      body: transaction(
        { resource: patient('Nothing'), request: { method: 'POST', url: 'Patient' } },
        { request: { method: 'DELETE', url: 'Cheese/1' } },
      ),
    }),
  )
  expect(refused).toMatchObject({ data: { resourceType: 'OperationOutcome' } })
  const found = bundle(
    await client.resourceSearch({ resourceType: 'Patient', searchParams: { family: 'Nothing' } }),
  )
  expect(found.entry ?? []).toEqual([])
})

test('a client invokes $everything', async () => {
  const { id } = await create(patient('Everyone'))
  const everything = bundle(
    await client.operation({ name: 'everything', resourceType: 'Patient', id, method: 'GET' }),
  )
  expect(everything.entry.map(({ resource }) => resource.id)).toContain(id)
})

test('a client without a token is told how to get in', async () => {
  const stranger = new Client({ baseUrl: server.base })
  const refused = await refusalOf(stranger.resourceSearch({ resourceType: 'Patient', searchParams: {} }))
  expect(refused).toMatchObject({ status: 401, data: { resourceType: 'OperationOutcome' } })
})
