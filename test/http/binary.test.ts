import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../support/server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
let authorization: string

beforeAll(async () => {
  server = await startTestServer()
  authorization = `Bearer ${await server.token({ scope: 'system/*.cruds' })}`
})
afterAll(() => server.close())

interface Sending {
  readonly method?: string
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Record<string, string>
}

async function send(path: string, { method, body, headers }: Sending = {}) {
  const response = await fetch(`${server.base}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { Authorization: authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  return { status: response.status, headers: response.headers, bytes, text }
}

/** Every byte there is: nothing of it is UTF-8. */
const scan = Uint8Array.from({ length: 2048 }, (_, at) => (at * 7) % 256)
const asResource = { Accept: 'application/fhir+json' }

async function store(body: string | Uint8Array<ArrayBuffer>, type: string, headers = {}) {
  const { status, text } = await send('/Binary', {
    body,
    headers: { 'Content-Type': type, ...asResource, ...headers },
  })
  expect([status, text]).toEqual([201, expect.stringContaining('"Binary"')])
  return JSON.parse(text) as { id: string; contentType: string; data: string; securityContext?: unknown }
}

describe('what a Binary holds goes in and out as it is', () => {
  it('a scan is stored by its own media type and comes back byte for byte', async () => {
    const { id, contentType, data } = await store(scan, 'application/dicom')
    expect([contentType, data]).toEqual(['application/dicom', Buffer.from(scan).toString('base64')])
    for (const accept of ['application/dicom', '*/*', 'text/html, application/xml;q=0.9, */*;q=0.8']) {
      const read = await send(`/Binary/${id}`, { headers: { Accept: accept } })
      expect(read.headers.get('content-type')).toBe('application/dicom')
      expect(read.headers.get('etag')).toBe('W/"1"')
      expect(read.bytes).toEqual(scan)
    }
    expect((await send(`/Binary/${id}/_history/1`)).bytes).toEqual(scan)
    const head = await send(`/Binary/${id}`, { method: 'HEAD' })
    expect([head.headers.get('content-length'), head.bytes.length]).toEqual(['2048', 0])
    expect((await send(`/Binary/${id}`, { headers: { 'If-None-Match': 'W/"1"' } })).status).toBe(304)
  })

  it('who asks for the resource gets the resource', async () => {
    const { id } = await store(scan, 'application/dicom')
    for (const accept of ['application/fhir+json', 'application/json', 'application/fhir+json, */*;q=0.1']) {
      const read = await send(`/Binary/${id}`, { headers: { Accept: accept } })
      expect(JSON.parse(read.text)).toMatchObject({ resourceType: 'Binary', id })
    }
    expect((await send(`/Binary/${id}`, { headers: { Accept: 'application/fhir+xml' } })).text).toMatch(
      /<Binary/,
    )
    expect(JSON.parse((await send(`/Binary/${id}?_format=json`)).text)).toMatchObject({ id })
    expect(JSON.parse((await send(`/Binary/${id}?_summary=true`)).text).data).toBeUndefined()
  })

  it('a Binary resource is taken as one, anything else in JSON or XML as content', async () => {
    const resource = { resourceType: 'Binary', contentType: 'text/plain', data: 'SGFsbG8=' }
    for (const type of ['application/fhir+json', 'application/json']) {
      expect(await store(JSON.stringify(resource), type)).toMatchObject(resource)
    }
    const xml =
      '<Binary xmlns="http://hl7.org/fhir"><contentType value="text/plain"/><data value="SGFsbG8="/></Binary>'
    for (const type of ['application/fhir+xml', 'text/xml'])
      expect(await store(xml, type)).toMatchObject(resource)
    const patient = '{"resourceType":"Patient"}'
    const { id, contentType } = await store(patient, 'application/fhir+json; charset=utf-8')
    expect(contentType).toBe('application/fhir+json; charset=utf-8')
    expect((await send(`/Binary/${id}`)).text).toBe(patient)
    const letter = '<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2"/></ClinicalDocument>'
    const stored = await store(letter, 'text/xml')
    expect((await send(`/Binary/${stored.id}`)).text).toBe(letter)
  })

  it('an update replaces the content and makes a version', async () => {
    const { id } = await store('one', 'text/plain')
    const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'If-Match': 'W/"1"' }
    expect((await send(`/Binary/${id}`, { method: 'PUT', body: 'zwei', headers })).status).toBe(200)
    const read = await send(`/Binary/${id}`)
    expect([read.text, read.headers.get('etag')]).toEqual(['zwei', 'W/"2"'])
    expect((await send(`/Binary/${id}`, { method: 'PUT', body: 'drei', headers })).status).toBe(412)
  })

  it('the security context travels in its header', async () => {
    const made = await send('/Patient', {
      body: '{"resourceType":"Patient"}',
      headers: { 'Content-Type': 'application/fhir+json' },
    })
    const reference = `Patient/${(JSON.parse(made.text) as { id: string }).id}`
    const { id, securityContext } = await store('x', 'text/plain', { 'X-Security-Context': reference })
    expect(securityContext).toEqual({ reference })
    expect((await send(`/Binary/${id}`)).headers.get('x-security-context')).toBe(reference)
    expect(
      (await send(`/Binary/${id}`, { headers: asResource })).headers.get('x-security-context'),
    ).toBeNull()
  })

  it('refusals are OperationOutcomes, and nothing slips in', async () => {
    const missing = await send('/Binary/none', { headers: { Accept: 'application/pdf' } })
    expect([missing.status, JSON.parse(missing.text).resourceType]).toEqual([404, 'OperationOutcome'])
    const refused = async (body: string, type: string) =>
      (await send('/Binary', { body, headers: { 'Content-Type': type } })).status
    expect(await refused('x', 'nonsense')).toBe(415)
    expect(await refused('{"resourceType":"Binary"', 'application/fhir+json')).toBe(400)
    expect(await refused('x'.repeat(11 * 1024 * 1024), 'text/plain')).toBe(413)
    const lines = { resourceType: 'Binary', contentType: 'text/plain;x=\u00e9', data: 'SGFsbG8=' }
    const { id } = await store(JSON.stringify(lines), 'application/fhir+json')
    const read = await send(`/Binary/${id}`)
    expect([read.text, read.headers.get('content-type')]).toEqual(['Hallo', 'application/octet-stream'])
  })

  it('its permission is that of the resource', async () => {
    const { id } = await store('x', 'text/plain')
    const other = `Bearer ${await server.token({ scope: 'system/Patient.cruds' })}`
    const headers = { Authorization: other, 'Content-Type': 'text/plain' }
    expect((await send(`/Binary/${id}`, { headers })).status).toBe(403)
    expect((await send('/Binary', { body: 'x', headers })).status).toBe(403)
  })
})
