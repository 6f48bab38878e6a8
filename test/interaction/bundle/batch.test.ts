import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Caller, callAs, entry, freshIdentifier, instanceOf, statusesOf } from './caller.ts'

let server: TestServer
let caller: Caller
beforeAll(async () => {
  server = await startTestServer({ bundleLimit: 300 })
  caller = await callAs(server)
})
afterAll(() => server.close())

const patient = (family = 'Batch') => ({ resourceType: 'Patient', name: [{ family }] })

describe('a batch', () => {
  test('answers each entry for itself, in order; what fails leaves the others alone', async () => {
    const { resource } = await caller.send('POST', 'Patient', patient('There'))
    const answer = await caller.post('batch', [
      entry('POST', 'Patient', { resourceType: 'Patient', birthDate: 'never' }),
      entry('GET', `Patient/${resource.id}`),
      entry('GET', 'Patient/nobody'),
      entry('POST', 'Patient', patient('Good')),
      entry('PUT', `Patient/${resource.id}`, { ...patient(), id: resource.id }, { ifMatch: 'W/"9"' }),
      entry('GET', `Patient?_id=${resource.id}`),
      entry('HEAD', `Patient/${resource.id}`),
      entry('BREW', 'Patient'),
      entry('POST', '', { resourceType: 'Bundle', type: 'batch' }),
      entry('GET', 'metadata'),
      entry('POST', 'Patient/_search'),
    ])
    expect(answer.status).toBe(200)
    expect(answer.bundle.type).toBe('batch-response')
    expect(statusesOf(answer)).toEqual([
      '400 Bad Request',
      '200 OK',
      '404 Not Found',
      '201 Created',
      '412 Precondition Failed',
      '200 OK',
      '200 OK',
      '400 Bad Request',
      '400 Bad Request',
      '400 Bad Request',
      '400 Bad Request',
    ])
    const [invalid, read, , , , found, head] = answer.bundle.entry ?? []
    expect(invalid?.response?.outcome?.issue[0]?.expression).toEqual(['Bundle.entry[0].resource.birthDate'])
    expect(read).toMatchObject({
      fullUrl: `${server.base}/Patient/${resource.id}`,
      resource: { name: [{ family: 'There' }] },
    })
    expect(found?.resource).toMatchObject({ resourceType: 'Bundle', type: 'searchset' })
    expect(head).not.toHaveProperty('resource')
    expect((await caller.send('GET', instanceOf(answer, 3))).resource).toMatchObject({
      name: [{ family: 'Good' }],
    })
  })

  test('takes operations too', async () => {
    const { resource } = await caller.send('POST', 'Patient', patient())
    const answer = await caller.post('batch', [entry('GET', `Patient/${resource.id}/$meta`)])
    expect(answer.bundle.entry?.[0]?.resource).toMatchObject({ resourceType: 'Parameters' })
  })

  test('asks permission for each entry', async () => {
    const reader = await callAs(server, { scope: 'system/Patient.rs' })
    const { resource } = await caller.send('POST', 'Patient', patient())
    const answer = await reader.post('batch', [
      entry('GET', `Patient/${resource.id}`),
      entry('DELETE', `Patient/${resource.id}`),
    ])
    expect(statusesOf(answer)).toEqual(['200 OK', '403 Forbidden'])
  })

  test('shows a patient only what is theirs, in reads and in searches', async () => {
    const mine = await caller.send('POST', 'Patient', patient('Mine'))
    const other = await caller.send('POST', 'Patient', patient('Other'))
    const self = await callAs(server, { scope: 'patient/*.rs', patient: mine.resource.id as string })
    const answer = await self.post('batch', [
      entry('GET', `Patient/${mine.resource.id}`),
      entry('GET', `Patient/${other.resource.id}`),
      entry('GET', 'Patient?_summary=count'),
    ])
    expect(statusesOf(answer)).toEqual(['200 OK', '404 Not Found', '200 OK'])
    expect(answer.bundle.entry?.[2]?.resource).toMatchObject({ total: 1 })
  })

  test('leaves an audit event for each entry, permitted or refused', async () => {
    const identifier = freshIdentifier()
    const { resource } = await caller.send('POST', 'Patient', patient())
    const requestId = identifier.value
    await caller.post(
      'batch',
      [
        entry('GET', `Patient/${resource.id}`),
        entry('GET', `Patient/nobody-${requestId}`),
        entry('DELETE', `Patient/${resource.id}`),
      ],
      { 'x-request-id': requestId },
    )
    const { bundle } = await caller.send('GET', 'AuditEvent?_count=200&_sort=-date')
    const texts = bundle.entry?.map((one) => JSON.stringify(one.resource)) ?? []
    expect(
      texts.filter((text) => text.includes(`Patient/${resource.id}`) && text.includes(requestId)),
    ).toHaveLength(2)
    expect(texts.filter((text) => text.includes(`Patient/nobody-${requestId}`))).toHaveLength(1)
  })

  test('has a limit to its entries', async () => {
    const many = (count: number) => Array.from({ length: count }, () => entry('GET', 'Patient/nobody'))
    expect((await caller.post('batch', many(300))).status).toBe(200)
    expect((await caller.post('batch', many(301))).status).toBe(413)
  })
})
