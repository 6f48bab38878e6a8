import { expect, it } from 'vitest'
import { startRecordingServer, token } from './recording-server.ts'

const xml = { ...token, Accept: 'application/fhir+xml' }
const fhirXml = 'application/fhir+xml; charset=utf-8'
const broken = '{"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div><b></div>"}}'

it('what an older release let in and XML cannot hold is 406 for a reader, with its place', async () => {
  await using server = await startRecordingServer({ interact: async () => ({ status: 200, body: broken }) })
  const read = await fetch(`${server.url}/fhir/Patient/a`, { headers: xml })
  expect(read.status).toBe(406)
  expect(read.headers.get('content-type')).toBe(fhirXml)
  expect(await read.text()).toContain('<expression value="Patient.text.div"/>')
  const asJson = await fetch(`${server.url}/fhir/Patient/a`, { headers: token })
  expect(await asJson.text()).toBe(broken)
})

it('a write that is done is never told as refused: it is answered in JSON', async () => {
  await using server = await startRecordingServer({
    interact: async () => ({ status: 201, body: broken, etag: 'W/"1"' }),
  })
  const created = await fetch(`${server.url}/fhir/Patient`, {
    method: 'POST',
    headers: { ...xml, 'Content-Type': 'application/fhir+json' },
    body: broken,
  })
  expect(created.status).toBe(201)
  expect(created.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
  expect(created.headers.get('etag')).toBe('W/"1"')
  expect(await created.text()).toBe(broken)
})

it('the road behind the door sees the JSON alone', async () => {
  await using server = await startRecordingServer()
  await fetch(`${server.url}/fhir/Observation`, {
    method: 'POST',
    headers: { ...xml, 'Content-Type': 'text/xml; charset=utf-8' },
    body: '\ufeff<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="1.50"/></valueQuantity></Observation>',
  })
  expect(server.requests[0]?.body?.mediaType).toBe('application/fhir+json')
  expect(JSON.stringify(server.requests[0]?.body?.json)).toBe(
    '{"resourceType":"Observation","valueQuantity":{"value":1.50}}',
  )
})

it('a fault of the server, an answer without a body, and /metadata for each who asks', async () => {
  let turn = 0
  await using server = await startRecordingServer({
    interact: async () => {
      if (turn++ > 0) throw new TypeError('a bug')
      return { status: 204 }
    },
    parts: {
      capabilities: ({ base }) => ({
        status: 200,
        body: JSON.stringify({ resourceType: 'CapabilityStatement', url: base }),
      }),
    },
  })
  const empty = await fetch(`${server.url}/fhir/Patient/a`, { method: 'DELETE', headers: xml })
  expect([empty.status, await empty.text()]).toEqual([204, ''])
  const fault = await fetch(`${server.url}/fhir/Patient/a`, { headers: xml })
  expect([fault.status, fault.headers.get('content-type')]).toEqual([500, fhirXml])
  const metadata = async (path: string) => (await fetch(server.url + path, { headers: xml })).text()
  const main = await metadata('/fhir/metadata')
  expect(main).toContain('<CapabilityStatement xmlns="http://hl7.org/fhir">')
  expect(await metadata('/fhir/metadata')).toBe(main)
  expect(await metadata('/fhir/metadata?_pretty=true')).toContain('\n  <')
  expect(await metadata('/c/north/fhir/metadata')).not.toBe(main)
  expect(await metadata('/fhir/metadata')).toBe(main)
})
