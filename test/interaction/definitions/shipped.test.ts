import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { listShipped } from '#fhir/shipped/list-shipped.ts'
import { shipDefinitions } from '#interaction/definitions/ship-definitions.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Caller, callAs } from '../bundle/caller.ts'

let server: TestServer
let caller: Caller
beforeAll(async () => {
  server = await startTestServer()
  caller = await callAs(server)
  await ship('first')
}, 60_000)
afterAll(() => server.close())

const ship = (fingerprint: string) =>
  shipDefinitions({ database: server.app.database, list: listShipped, fingerprint, clock: () => new Date() })

const ids = (bundle: Awaited<ReturnType<Caller['send']>>['bundle']) =>
  (bundle.entry ?? []).map(({ resource }) => resource?.id)

describe('what the server ships', () => {
  test('is read by id in every clinic, as a FHIR resource', async () => {
    const north = await callAs(server, { scope: 'system/*.rs', clinic: 'north' })
    for (const who of [caller, north]) {
      const { status, resource, headers } = await who.send('GET', 'StructureDefinition/Patient')
      expect(status).toBe(200)
      expect(headers.get('etag')).toBe('W/"1"')
      expect(resource).toMatchObject({
        url: 'http://hl7.org/fhir/StructureDefinition/Patient',
        type: 'Patient',
      })
    }
    for (const path of [
      'ValueSet/administrative-gender',
      'CodeSystem/administrative-gender',
      'CompartmentDefinition/patient',
    ])
      expect((await caller.send('GET', path)).status, path).toBe(200)
    expect((await caller.send('GET', 'OperationDefinition/ValueSet-expand')).resource.code).toBe('expand')
    expect((await caller.send('GET', 'SearchParameter/Patient-birthdate')).status).toBe(404)
    expect((await caller.send('GET', 'SearchParameter/individual-birthdate')).resource.code).toBe('birthdate')
    expect((await caller.send('GET', 'StructureDefinition/Patient/_history/1')).status).toBe(200)
    expect((await caller.send('GET', 'StructureDefinition/Patient/_history')).bundle.total).toBe(1)
  })

  test.each([
    ['StructureDefinition?url=http://hl7.org/fhir/StructureDefinition/Slot', ['Slot']],
    ['StructureDefinition?name:exact=Slot', ['Slot']],
    ['StructureDefinition?_id=Slot', ['Slot']],
    ['StructureDefinition?type=Slot&derivation=specialization', ['Slot']],
    ['SearchParameter?code=near', ['Location-near']],
    ['ValueSet?url=http://hl7.org/fhir/ValueSet/slotstatus', ['slotstatus']],
    ['CodeSystem?system=http://hl7.org/fhir/slotstatus', ['slotstatus']],
    ['CompartmentDefinition?code=Patient', ['patient']],
  ])('is found by %s', async (query, expected) => {
    expect(ids((await caller.send('GET', query)).bundle)).toEqual(expected)
  })

  test('comes beside a clinic’s own in one paged search', async () => {
    const own = {
      resourceType: 'CompartmentDefinition',
      url: 'urn:own',
      name: 'Own',
      status: 'draft',
      code: 'Patient',
      search: true,
    }
    const { resource } = await caller.send('POST', 'CompartmentDefinition', own)
    const seen: unknown[] = []
    let next: string | undefined = 'CompartmentDefinition?_count=2&_sort=-_id&_total=accurate'
    while (next !== undefined) {
      const { bundle } = await caller.send('GET', next)
      expect(bundle.total).toBe(6)
      seen.push(...ids(bundle))
      next = bundle.link?.find(({ relation }) => relation === 'next')?.url
    }
    expect(seen).toEqual(['relatedperson', 'practitioner', 'patient', 'encounter', 'device', resource.id])
    const north = await callAs(server, { scope: 'system/*.rs', clinic: 'north' })
    expect((await north.send('GET', 'CompartmentDefinition?_total=accurate')).bundle.total).toBe(5)
  })

  test('is no part of a search or history of the whole clinic', async () => {
    const { bundle } = await caller.send('GET', '?_count=50')
    expect(ids(bundle)).not.toContain('Patient')
    expect((await caller.send('GET', 'ValueSet/_history')).bundle.entry).toBeUndefined()
  })

  test('cannot be changed by anyone', async () => {
    const { resource } = await caller.send('GET', 'ValueSet/administrative-gender')
    for (const [method, path, body] of [
      ['PUT', 'ValueSet/administrative-gender', resource],
      ['DELETE', 'ValueSet/administrative-gender', undefined],
      ['PUT', 'ValueSet?url=http://hl7.org/fhir/ValueSet/administrative-gender', resource],
      ['DELETE', 'ValueSet?url=http://hl7.org/fhir/ValueSet/administrative-gender', undefined],
    ] as const) {
      const answer = await caller.send(method, path, body)
      expect(answer.status, `${method} ${path}`).toBe(405)
      expect(answer.headers.get('allow')).toBe('GET, HEAD')
      expect(answer.outcome.issue[0]?.diagnostics).toContain('shipped with the server')
    }
    expect((await caller.send('GET', 'ValueSet/administrative-gender')).headers.get('etag')).toBe('W/"1"')
  })

  test('makes no new version when nothing has changed', async () => {
    expect(await ship('second')).toBe(true)
    expect(await ship('second')).toBe(false)
    expect((await caller.send('GET', 'StructureDefinition/Patient')).headers.get('etag')).toBe('W/"1"')
  })

  test('is withdrawn when it is no longer shipped, and comes back as a further version', async () => {
    const { database } = server.app
    const without = () => [...listShipped()].filter(({ id }) => id !== 'Location-near')
    await shipDefinitions({ database, list: without, fingerprint: 'less', clock: () => new Date() })
    expect((await caller.send('GET', 'SearchParameter/Location-near')).status).toBe(410)
    await ship('again')
    expect((await caller.send('GET', 'SearchParameter/Location-near')).headers.get('etag')).toBe('W/"3"')
  })

  test('names every type that the server knows', () => {
    const shipped = new Set([...listShipped()].map(({ resourceType, id }) => `${resourceType}/${id}`))
    for (const type of loadDefinitions().resourceTypes)
      expect(shipped).toContain(`StructureDefinition/${type}`)
  })
})
