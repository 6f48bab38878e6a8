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

const patient = (identifier: object, family = 'Cond') => ({
  resourceType: 'Patient',
  identifier: [identifier],
  name: [{ family }],
})
const criteria = ({ system, value }: { system: string; value: string }) => `identifier=${system}|${value}`
const observation = (reference: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference },
})

describe('conditional references', () => {
  test('lead to the one resource that matches', async () => {
    const identifier = freshIdentifier()
    const { resource } = await caller.send('POST', 'Patient', patient(identifier))
    const answer = await caller.post('transaction', [
      entry('POST', 'Observation', observation(`Patient?${criteria(identifier)}`)),
    ])
    const stored = await caller.send('GET', instanceOf(answer, 0))
    expect(stored.resource).toMatchObject({ subject: { reference: `Patient/${resource.id}` } })
  })

  test('lead to what the transaction itself creates or updates', async () => {
    const created = freshIdentifier()
    const updated = freshIdentifier()
    const answer = await caller.post('transaction', [
      entry('POST', 'Observation', observation(`Patient?${criteria(created)}`)),
      entry('POST', 'Observation', observation(`Patient?${criteria(updated)}`)),
      entry('POST', 'Patient', patient(created)),
      entry('PUT', 'Patient/put-here', { ...patient(updated), id: 'put-here' }),
    ])
    expect(statusesOf(answer)).toEqual(['201 Created', '201 Created', '201 Created', '201 Created'])
    expect((await caller.send('GET', instanceOf(answer, 0))).resource).toMatchObject({
      subject: { reference: instanceOf(answer, 2) },
    })
    expect((await caller.send('GET', instanceOf(answer, 1))).resource).toMatchObject({
      subject: { reference: 'Patient/put-here' },
    })
  })

  test('stand apart from what the transaction deletes', async () => {
    const identifier = freshIdentifier()
    const { resource } = await caller.send('POST', 'Patient', patient(identifier))
    const answer = await caller.post('transaction', [
      entry('DELETE', `Patient/${resource.id}`),
      entry('POST', 'Patient', patient(identifier)),
      entry('POST', 'Observation', observation(`Patient?${criteria(identifier)}`)),
    ])
    expect(answer.status).toBe(200)
    expect((await caller.send('GET', instanceOf(answer, 2))).resource).toMatchObject({
      subject: { reference: instanceOf(answer, 1) },
    })
  })

  test('by other criteria than an identifier are searched one by one', async () => {
    const family = freshIdentifier().value
    const { resource } = await caller.send('POST', 'Patient', patient(freshIdentifier(), family))
    const answer = await caller.post('transaction', [
      entry('POST', 'Observation', observation(`Patient?family:exact=${family}&active:missing=true`)),
    ])
    expect((await caller.send('GET', instanceOf(answer, 0))).resource).toMatchObject({
      subject: { reference: `Patient/${resource.id}` },
    })
  })

  test('a hundred and twenty of them find each its own', async () => {
    const identifiers = Array.from({ length: 120 }, freshIdentifier)
    const created = await caller.post(
      'transaction',
      identifiers.map((one) => entry('POST', 'Patient', patient(one))),
    )
    const answer = await caller.post(
      'transaction',
      identifiers.map((one) => entry('POST', 'Observation', observation(`Patient?${criteria(one)}`))),
      { prefer: 'return=representation' },
    )
    const subjects = answer.bundle.entry?.map(
      ({ resource }) => (resource?.subject as { reference: string } | undefined)?.reference,
    )
    expect(subjects).toEqual(identifiers.map((_, i) => instanceOf(created, i)))
  })

  test('that match nothing, or several, refuse the transaction and say where', async () => {
    const identifier = freshIdentifier()
    const nothing = await caller.post('transaction', [
      entry('POST', 'Patient', patient(freshIdentifier())),
      entry('POST', 'Observation', observation(`Patient?${criteria(identifier)}`)),
    ])
    expect(nothing.status).toBe(422)
    expect(expressionsOf(nothing)).toEqual(['Bundle.entry[1].resource.subject.reference'])
    await caller.send('POST', 'Patient', patient(identifier))
    const several = await caller.post('transaction', [
      entry('POST', 'Patient', patient(identifier)),
      entry('POST', 'Observation', observation(`Patient?${criteria(identifier)}`)),
    ])
    expect(several.status).toBe(412)
    expect(expressionsOf(several)).toEqual(['Bundle.entry[1].resource.subject.reference'])
  })

  test('are no way to ask what one may not search', async () => {
    const identifier = freshIdentifier()
    await caller.send('POST', 'Patient', patient(identifier))
    const writer = await callAs(server, { scope: 'system/Observation.c' })
    const answer = await writer.post('transaction', [
      entry('POST', 'Observation', observation(`Patient?${criteria(identifier)}`)),
    ])
    expect(answer.status).toBe(403)
  })

  test('with an unknown parameter are refused', async () => {
    const answer = await caller.post('transaction', [
      entry('POST', 'Observation', observation('Patient?shoe-size=44')),
    ])
    expect(answer.status).toBe(400)
    expect(expressionsOf(answer)).toEqual(['Bundle.entry[0].resource.subject.reference'])
  })
})

describe('conditional entries', () => {
  test('create only what is not there, and references follow what was found', async () => {
    const known = freshIdentifier()
    const fresh = freshIdentifier()
    const { resource } = await caller.send('POST', 'Patient', patient(known))
    const answer = await caller.post('transaction', [
      entry('POST', 'Patient', patient(known), { fullUrl: 'urn:uuid:k', ifNoneExist: criteria(known) }),
      entry('POST', 'Patient', patient(fresh), { fullUrl: 'urn:uuid:f', ifNoneExist: criteria(fresh) }),
      entry('POST', 'Observation', observation('urn:uuid:k')),
      entry('POST', 'Observation', observation('urn:uuid:f')),
    ])
    expect(statusesOf(answer)).toEqual(['200 OK', '201 Created', '201 Created', '201 Created'])
    expect(instanceOf(answer, 0)).toBe(`Patient/${resource.id}`)
    expect((await caller.send('GET', instanceOf(answer, 2))).resource).toMatchObject({
      subject: { reference: `Patient/${resource.id}` },
    })
    expect((await caller.send('GET', instanceOf(answer, 3))).resource).toMatchObject({
      subject: { reference: instanceOf(answer, 1) },
    })
  })

  test('the same conditional create twice in one transaction makes one resource', async () => {
    const identifier = freshIdentifier()
    const create = (fullUrl: string) =>
      entry('POST', 'Patient', patient(identifier), { fullUrl, ifNoneExist: criteria(identifier) })
    const answer = await caller.post('transaction', [
      create('urn:uuid:1'),
      create('urn:uuid:2'),
      entry('POST', 'Observation', observation('urn:uuid:2')),
    ])
    expect(statusesOf(answer)).toEqual(['201 Created', '200 OK', '201 Created'])
    expect(instanceOf(answer, 1)).toBe(instanceOf(answer, 0))
    expect((await caller.send('GET', instanceOf(answer, 2))).resource).toMatchObject({
      subject: { reference: instanceOf(answer, 0) },
    })
    expect((await caller.send('GET', `Patient?${criteria(identifier)}&_summary=count`)).bundle.total).toBe(1)
  })

  test('the same conditional create in many transactions at once makes one resource', async () => {
    const identifier = freshIdentifier()
    const other = freshIdentifier()
    const both = [identifier, other].map((one) =>
      entry('POST', 'Patient', patient(one), { ifNoneExist: criteria(one) }),
    )
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => caller.post('transaction', i % 2 ? both : both.toReversed())),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    for (const one of [identifier, other]) {
      expect((await caller.send('GET', `Patient?${criteria(one)}&_summary=count`)).bundle.total).toBe(1)
    }
  })

  test('update, patch and delete what matches', async () => {
    const [a, b, c, d] = Array.from({ length: 4 }, freshIdentifier) as { system: string; value: string }[]
    const made = await caller.post(
      'transaction',
      [a, b, c].map((one) => entry('POST', 'Patient', patient(one as object))),
    )
    const patch = [{ op: 'add', path: '/active', value: true }]
    const answer = await caller.post('transaction', [
      entry('PUT', `Patient?${criteria(a as never)}`, patient(a as object, 'Changed')),
      entry('PATCH', `Patient?${criteria(b as never)}`, {
        resourceType: 'Binary',
        contentType: 'application/json-patch+json',
        data: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }),
      entry('DELETE', `Patient?${criteria(c as never)}`),
      entry('PUT', `Patient?${criteria(d as never)}`, patient(d as object, 'New')),
    ])
    expect(statusesOf(answer)).toEqual(['200 OK', '200 OK', '204 No Content', '201 Created'])
    expect([0, 1].map((i) => instanceOf(answer, i))).toEqual([0, 1].map((i) => instanceOf(made, i)))
    expect((await caller.send('GET', instanceOf(made, 0))).resource).toMatchObject({
      name: [{ family: 'Changed' }],
    })
    expect((await caller.send('GET', instanceOf(made, 1))).resource).toMatchObject({ active: true })
    expect((await caller.send('GET', instanceOf(made, 2))).status).toBe(410)
    expect((await caller.send('GET', instanceOf(answer, 3))).resource).toMatchObject({
      name: [{ family: 'New' }],
    })
  })

  test('a conditional patch of nothing is not found, of several a failed precondition', async () => {
    const identifier = freshIdentifier()
    const patch = entry('PATCH', `Patient?${criteria(identifier)}`, { resourceType: 'Parameters' })
    expect((await caller.post('transaction', [patch])).status).toBe(404)
    await caller.send('POST', 'Patient', patient(identifier))
    await caller.send('POST', 'Patient', patient(identifier))
    const several = await caller.post('transaction', [patch])
    expect(several.status).toBe(412)
    expect(expressionsOf(several)).toEqual(['Bundle.entry[0]'])
  })

  test('ifMatch and ifNoneMatch are heeded', async () => {
    const { resource } = await caller.send('POST', 'Patient', patient(freshIdentifier()))
    const put = (more: object) =>
      entry('PUT', `Patient/${resource.id}`, { ...patient(freshIdentifier()), id: resource.id }, { ...more })
    expect((await caller.post('transaction', [put({ ifMatch: 'W/"2"' })])).status).toBe(412)
    expect(statusesOf(await caller.post('transaction', [put({ ifMatch: 'W/"1"' })]))).toEqual(['200 OK'])
    const unchanged = await caller.post('transaction', [
      entry('GET', `Patient/${resource.id}`, undefined, { ifNoneMatch: 'W/"2"' }),
    ])
    expect(statusesOf(unchanged)).toEqual(['304 Not Modified'])
    expect(unchanged.bundle.entry?.[0]).not.toHaveProperty('resource')
  })

  test.each([
    ['two conditional updates with the same criteria, of what is there', 'PUT', 'PUT', true],
    ['two conditional updates with the same criteria, of what is not', 'PUT', 'PUT', false],
    ['a conditional update and a conditional delete of one resource', 'PUT', 'DELETE', true],
  ])('%s are refused', async (_, first, second, there) => {
    const identifier = freshIdentifier()
    if (there) await caller.send('POST', 'Patient', patient(identifier))
    const one = (method: string) =>
      entry(method, `Patient?${criteria(identifier)}`, method === 'PUT' ? patient(identifier) : undefined)
    const answer = await caller.post('transaction', [one(first), one(second)])
    expect(answer.status).toBe(400)
    expect(expressionsOf(answer)).toEqual(['Bundle.entry[0]', 'Bundle.entry[1]'])
  })

  test('a conditional create does not find what the transaction deletes, by id or by criteria', async () => {
    for (const by of ['id', 'criteria']) {
      const identifier = freshIdentifier()
      const { resource } = await caller.send('POST', 'Patient', patient(identifier))
      const answer = await caller.post('transaction', [
        entry('POST', 'Patient', patient(identifier), {
          fullUrl: 'urn:uuid:n',
          ifNoneExist: criteria(identifier),
        }),
        entry('POST', 'Observation', observation('urn:uuid:n')),
        entry('DELETE', by === 'id' ? `Patient/${resource.id}` : `Patient?${criteria(identifier)}`),
      ])
      expect(statusesOf(answer)).toEqual(['201 Created', '201 Created', '204 No Content'])
      const stored = await caller.send('GET', instanceOf(answer, 1))
      expect(stored.resource).toMatchObject({ subject: { reference: instanceOf(answer, 0) } })
    }
  })

  test('a conditional update and a plain one of the same resource are refused', async () => {
    const identifier = freshIdentifier()
    const { resource } = await caller.send('POST', 'Patient', patient(identifier))
    const answer = await caller.post('transaction', [
      entry('PUT', `Patient?${criteria(identifier)}`, patient(identifier)),
      entry('PUT', `Patient/${resource.id}`, { ...patient(identifier), id: resource.id }),
    ])
    expect(answer.status).toBe(400)
  })
})
