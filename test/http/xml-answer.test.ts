import { expect, it } from 'vitest'
import { clientOf } from '../support/client.ts'
import { fhirJson, startRecordingServer, token } from './recording-server.ts'

const xml = { ...token, Accept: 'application/fhir+xml' }
const fhirXml = 'application/fhir+xml; charset=utf-8'
const broken = '{"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div><b></div>"}}'

it('what an older release let in and XML cannot hold is 406 for a reader, with its place', async () => {
  await using server = await startRecordingServer({ interact: async () => ({ status: 200, body: broken }) })
  const read = await clientOf(server, xml).get('/fhir/Patient/a').expect(406).expect('content-type', fhirXml)
  expect(read.text).toContain('<expression value="Patient.text.div"/>')
  expect((await clientOf(server, token).get('/fhir/Patient/a')).text).toBe(broken)
})

it('a write that is done is never told as refused: it is answered in JSON', async () => {
  await using server = await startRecordingServer({
    interact: async () => ({ status: 201, body: broken, etag: 'W/"1"' }),
  })
  const created = await clientOf(server, xml)
    .post('/fhir/Patient')
    .type('application/fhir+json')
    .send(broken)
    .expect(201)
    .expect('content-type', fhirJson)
    .expect('etag', 'W/"1"')
  expect(created.text).toBe(broken)
})

it('the road behind the door sees the JSON alone', async () => {
  await using server = await startRecordingServer()
  await clientOf(server, xml)
    .post('/fhir/Observation')
    .type('text/xml; charset=utf-8')
    .send(
      '\ufeff<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="1.50"/></valueQuantity></Observation>',
    )
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
  const client = clientOf(server, xml)
  expect((await client.delete('/fhir/Patient/a').expect(204)).text).toBe('')
  await client.get('/fhir/Patient/a').expect(500).expect('content-type', fhirXml)
  const metadata = async (path: string) => (await client.get(path)).text
  const main = await metadata('/fhir/metadata')
  expect(main).toContain('<CapabilityStatement xmlns="http://hl7.org/fhir">')
  expect(await metadata('/fhir/metadata')).toBe(main)
  expect(await metadata('/fhir/metadata?_pretty=true')).toContain('\n  <')
  expect(await metadata('/c/north/fhir/metadata')).not.toBe(main)
  expect(await metadata('/fhir/metadata')).toBe(main)
})
