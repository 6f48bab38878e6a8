import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { createXmlFormat } from '#fhir/xml/xml-format.ts'
import { startTestServer } from '../support/server.ts'

const format = createXmlFormat(loadDefinitions())
const fhirXml = 'application/fhir+xml; charset=utf-8'

type Json = Record<string, unknown> & {
  readonly resourceType: string
  readonly id?: string
  readonly entry?: readonly { readonly resource: Json; readonly response: { readonly location: string } }[]
}

let server: Awaited<ReturnType<typeof startTestServer>>
let authorization: string

beforeAll(async () => {
  server = await startTestServer()
  authorization = `Bearer ${await server.token({ scope: 'system/*.cruds' })}`
})
afterAll(() => server.close())

interface Sending {
  readonly method?: string
  readonly body?: string
  readonly headers?: Record<string, string>
}

/** As a client that knows nothing but XML. */
async function send(path: string, { method, body, headers }: Sending = {}) {
  const response = await fetch(`${server.base}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      Authorization: authorization,
      Accept: 'application/fhir+xml',
      ...(body === undefined ? {} : { 'Content-Type': 'application/fhir+xml; charset=UTF-8' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const { status } = response
  return {
    status,
    text,
    headers: response.headers,
    json: () => format.read(text) as Json,
  }
}

const patient = `<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir">
  <!-- the family's own spelling -->
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>Ann &amp; Co</p></div></text>
  <identifier><system value="http://clinic.example/xml"/><value value="X-1"/></identifier>
  <active value="true"/>
  <name><family value="Müller &amp; Söhne"/><given value="Ann"/><given><extension url="http://clinic.example/unknown"><valueBoolean value="true"/></extension></given></name>
  <gender value="female"/>
  <birthDate id="born" value="1974-12-25"/>
</Patient>`

async function create(body = patient): Promise<string> {
  const created = await send('/Patient', { body })
  expect(created.status, created.text).toBe(201)
  return created.json().id as string
}

describe('a client that speaks XML', () => {
  it('creates, reads and updates what a JSON client sees as its own', async () => {
    const created = await send('/Patient', { body: patient })
    expect(created.status).toBe(201)
    expect(created.headers.get('content-type')).toBe(fhirXml)
    expect(created.headers.get('etag')).toBe('W/"1"')
    const { id } = created.json()
    const read = await send(`/Patient/${id}`)
    expect(read.text).toBe(created.text)
    expect(read.text).toContain('<birthDate id="born" value="1974-12-25"/>')
    expect(read.text).toContain('<div xmlns="http://www.w3.org/1999/xhtml"><p>Ann &amp; Co</p></div>')
    const inJson = await send(`/Patient/${id}`, { headers: { Accept: 'application/fhir+json' } })
    expect(inJson.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
    expect(JSON.parse(inJson.text)).toMatchObject({
      active: true,
      name: [
        {
          family: 'Müller & Söhne',
          given: ['Ann', null],
          _given: [null, { extension: [{ url: 'http://clinic.example/unknown', valueBoolean: true }] }],
        },
      ],
      birthDate: '1974-12-25',
      _birthDate: { id: 'born' },
    })
    const changed = read.text.replace('value="1974-12-25"', 'value="1974-12-26"')
    const updated = await send(`/Patient/${id}`, {
      method: 'PUT',
      body: changed,
      headers: { 'If-Match': 'W/"1"' },
    })
    expect(updated.status, updated.text).toBe(200)
    expect(updated.headers.get('etag')).toBe('W/"2"')
    expect((await send(`/Patient/${id}/_history/1`)).text).toBe(created.text)
  })

  it('searches by GET and POST, and follows the pages', async () => {
    const ids = await Promise.all([create(), create(), create()])
    const found = await send(`/Patient?identifier=http://clinic.example/xml|X-1&_count=2&_total=accurate`)
    expect(found.status).toBe(200)
    expect(found.headers.get('content-type')).toBe(fhirXml)
    const { total, entry, link } = found.json() as Json & {
      link: { relation: string; url: string }[]
      total: number
    }
    expect(total).toBeGreaterThanOrEqual(ids.length)
    expect(entry).toHaveLength(2)
    const next = link.find(({ relation }) => relation === 'next')?.url.slice(server.base.length) ?? ''
    expect((await send(next)).json().resourceType).toBe('Bundle')
    const posted = await send('/Patient/_search', {
      method: 'POST',
      body: `_id=${ids.join()}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect(
      posted
        .json()
        .entry?.map(({ resource }) => resource.id)
        .sort(),
    ).toEqual(ids.sort())
  })

  it('runs transactions and batches, whose references are settled as in JSON', async () => {
    const bundle = `<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/>
      <entry><fullUrl value="urn:uuid:7b3a1ea4-6f4b-4d3c-9a51-0f8c3b1f2a10"/>
        <resource><Patient><name><family value="Newcomer"/></name></Patient></resource>
        <request><method value="POST"/><url value="Patient"/></request></entry>
      <entry><resource><Observation><status value="final"/><code><text value="weight"/></code>
          <subject><reference value="urn:uuid:7b3a1ea4-6f4b-4d3c-9a51-0f8c3b1f2a10"/></subject>
          <valueQuantity><value value="72.50"/><unit value="kg"/></valueQuantity></Observation></resource>
        <request><method value="POST"/><url value="Observation"/></request></entry>
    </Bundle>`
    const done = await send('', { body: bundle })
    expect(done.status, done.text).toBe(200)
    const [first, second] = done.json().entry?.map(({ response }) => response) ?? []
    const observation = await send(`/${second?.location.split('/_history')[0]?.replace(/^.*\/fhir\//, '')}`)
    const person = first?.location.match(/Patient\/[^/]+/)?.[0]
    expect(observation.text).toContain(`<reference value="${person}"/>`)
    expect(observation.text).toContain('<value value="72.50"/>')
    const batch = await send('', {
      body: bundle.replace('"transaction"', '"batch"').replace('"final"', '"no"'),
    })
    expect(batch.status).toBe(200)
    expect(batch.json().type).toBe('batch-response')
  })

  it('reads histories, deletions and the server’s own words', async () => {
    const id = await create()
    await send(`/Patient/${id}`, { method: 'DELETE' })
    const history = await send(`/Patient/${id}/_history`)
    expect(history.json().entry).toHaveLength(2)
    expect(await send(`/Patient/${id}`)).toMatchObject({ status: 410 })
    const metadata = await send('/metadata')
    expect(metadata.headers.get('content-type')).toBe(fhirXml)
    expect(metadata.json()).toMatchObject({ resourceType: 'CapabilityStatement' })
    expect(metadata.json().format).toContain('application/fhir+xml')
    expect((await send('/AuditEvent?_count=3')).json().entry).toHaveLength(3)
  })

  it('calls operations with Parameters, and patches with them', async () => {
    const id = await create()
    const everything = await send(`/Patient/${id}/$everything`)
    expect(everything.json()).toMatchObject({ resourceType: 'Bundle', type: 'searchset' })
    const validated = await send('/Patient/$validate', { body: patient })
    expect(validated.json().resourceType).toBe('OperationOutcome')
    const patch = (
      path: string,
    ) => `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>
      <part><name value="type"/><valueCode value="replace"/></part>
      <part><name value="path"/><valueString value="${path}"/></part>
      <part><name value="value"/><valueDate value="1980-01-01"/></part></parameter></Parameters>`
    const patched = await send(`/Patient/${id}`, { method: 'PATCH', body: patch('Patient.birthDate') })
    expect(patched.status, patched.text).toBe(200)
    expect(patched.text).toContain('value="1980-01-01"')
    const refused = await send(`/Patient/${id}`, { method: 'PATCH', body: patch('Patient.nonsense(') })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(refused.json().resourceType).toBe('OperationOutcome')
  })

  it('may leave If-None-Exist, Prefer and HEAD as they are', async () => {
    const headers = { 'If-None-Exist': 'identifier=http://clinic.example/xml|only-once' }
    const body = patient.replace('X-1', 'only-once')
    expect((await send('/Patient', { body, headers })).status).toBe(201)
    expect((await send('/Patient', { body, headers })).status).toBe(200)
    const minimal = await send('/Patient', { body, headers: { Prefer: 'return=minimal' } })
    expect([minimal.status, minimal.text]).toEqual([201, ''])
    const outcome = await send('/Patient', { body, headers: { Prefer: 'return=OperationOutcome' } })
    expect(outcome.json().resourceType).toBe('OperationOutcome')
    const id = await create()
    const head = await send(`/Patient/${id}`, { method: 'HEAD' })
    const { text } = await send(`/Patient/${id}`, { headers: { 'Accept-Encoding': 'identity' } })
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
    expect(head.headers.get('content-type')).toBe(fhirXml)
  })
})

describe('the format of an answer', () => {
  it('is what _format says, whatever is accepted, and _pretty indents it', async () => {
    const id = await create()
    const wish = { headers: { Accept: 'application/fhir+json' } }
    for (const name of ['xml', 'application/fhir%2Bxml', 'application/fhir+xml']) {
      const { headers } = await send(`/Patient/${id}?_format=${name}`, wish)
      expect(headers.get('content-type')).toBe(fhirXml)
    }
    const generic = await send(`/Patient/${id}?_format=text/xml`, wish)
    expect(generic.headers.get('content-type')).toBe('text/xml; charset=utf-8')
    const pretty = await send(`/Patient/${id}?_pretty=true`)
    expect(pretty.text).toMatch(
      /^<\?xml [^\n]+\?>\n<Patient [^\n]+>\n {2}<id value="[^\n]+"\/>\n {2}<meta>\n {4}</,
    )
    const tight = await send(`/Patient/${id}`)
    expect(pretty.json()).toEqual(tight.json())
    expect((await send(`/Patient/${id}?_format=json`)).text.startsWith('{"resourceType"')).toBe(true)
  })

  it('follows the body where nothing is said, and can differ from it', async () => {
    const quiet = await send('/Patient', { body: patient, headers: { Accept: '*/*' } })
    expect(quiet.headers.get('content-type')).toBe(fhirXml)
    const json = await send('/Patient', { body: patient, headers: { Accept: 'application/fhir+json' } })
    expect(JSON.parse(json.text)).toMatchObject({ resourceType: 'Patient', active: true })
    const body = '{"resourceType":"Patient","active":false}'
    const xml = await send('/Patient', { body, headers: { 'Content-Type': 'application/json' } })
    expect(xml.json()).toMatchObject({ active: false })
  })

  it('can be a generic name, by which it is then called; compressed for who asks', async () => {
    const id = await create()
    const got = await send(`/Patient/${id}`, {
      headers: { Accept: 'application/xml', 'Accept-Encoding': 'gzip' },
    })
    expect(got.headers.get('content-type')).toBe('application/xml; charset=utf-8')
    const found = await send('/Patient?_count=5', { headers: { 'Accept-Encoding': 'gzip' } })
    expect(found.headers.get('content-encoding')).toBe('gzip')
    expect(found.json().type).toBe('searchset')
  })
})

describe('whoever speaks XML is refused in XML', () => {
  const refused = async (path: string, sending: Sending, status: number) => {
    const answer = await send(path, sending)
    expect(answer.status, answer.text).toBe(status)
    expect(answer.headers.get('content-type')).toBe(fhirXml)
    const { resourceType, issue } = answer.json() as Json & {
      issue: { diagnostics: string; expression?: string[] }[]
    }
    expect(resourceType).toBe('OperationOutcome')
    return issue.map(({ diagnostics, expression }) => `${expression ?? '-'}: ${diagnostics}`)
  }

  it('before its body is looked at, too', async () => {
    await refused('/Patient/nobody', {}, 404)
    await refused('/Patient', { headers: { Authorization: 'Bearer nonsense' } }, 401)
    await refused('/Nonsense', {}, 404)
    await refused('/metadata', { method: 'DELETE' }, 405)
    await refused('/Patient/%zz', {}, 400)
    await refused('/Patient?nonsense=1', { headers: { Prefer: 'handling=strict' } }, 400)
  })

  it('for XML that is no resource, with every place that must be mended', async () => {
    const wrong = patient
      .replace('<gender value="female"/>', '<gender code="female"/><shoeSize value="7"/>')
      .replace('<active value="true"/>', '<active value="yes"/>')
    expect(await refused('/Patient', { body: wrong }, 400)).toEqual([
      'Patient.active: Patient.active must be true or false.',
      "Patient.gender: Patient.gender has no attribute 'code'.",
      'Patient.gender: Patient.gender is empty; leave the element out.',
      "Patient: Patient has no element 'shoeSize'; check its spelling and its place.",
    ])
  })

  it('for what is no XML, or hides a DTD, or is no UTF-8', async () => {
    await refused('/Patient', { body: '<Patient xmlns="http://hl7.org/fhir"><active>' }, 400)
    await refused('/Patient', { body: '{"resourceType":"Patient"}' }, 400)
    const entity = `<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]>${patient.slice(39).replace('Ann', '&x;')}`
    const [issue] = await refused('/Patient', { body: entity }, 400)
    expect(issue).toContain('DTD')
    await refused('/Patient', { body: patient.replace('UTF-8', 'ISO-8859-1') }, 400)
    await refused('/Patient', { body: '', method: 'POST' }, 400)
  })

  it('for a rule that JSON would break as well', async () => {
    const issues = await refused('/Patient', { body: patient.replace('1974-12-25', '1974-13-25') }, 400)
    expect(issues.join()).toContain('Patient.birthDate')
    await refused('/Observation', { body: patient }, 400)
    await refused('/Patient/other', { method: 'PUT', body: patient }, 400)
  })

  it('for an XML Patch, which is not offered', async () => {
    const id = await create()
    const body = '<diff><replace sel="Patient/active/@value">false</replace></diff>'
    const headers = { 'Content-Type': 'application/xml-patch+xml' }
    expect(await refused(`/Patient/${id}`, { method: 'PATCH', body, headers }, 415)).toHaveLength(1)
    await refused(`/Patient/${id}`, { method: 'PATCH', body }, 400)
  })
})

describe('a narrative that is no XML', () => {
  it('can be stored from JSON only if it is well formed, so that XML readers never miss a resource', async () => {
    const body = JSON.stringify({
      resourceType: 'Patient',
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><b>half</div>' },
    })
    const sent = await send('/Patient', { body, headers: { 'Content-Type': 'application/fhir+json' } })
    expect(sent.status).toBeGreaterThanOrEqual(400)
  })
})
