import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Clinic, expectRefusal, openClinic } from './clinic.ts'

let clinic: Clinic
let versions: number

beforeAll(async () => {
  clinic = await openClinic()
  await clinic.create({ resourceType: 'Patient', name: [{ family: 'Warm' }] })
})
afterAll(() => clinic[Symbol.asyncDispose]())

const patient = { resourceType: 'Patient', name: [{ family: 'MARKER-Zaphod' }] }
const megabyte = 1024 * 1024

describe('a write that is refused leaves nothing', () => {
  beforeEach(async () => {
    versions = await clinic.countVersions()
  })
  afterEach(async () => {
    expect(await clinic.countVersions()).toBe(versions)
    expect(clinic.server.log()).not.toContain('MARKER')
  })

  it.each<[what: string, body: string | Uint8Array<ArrayBuffer>, status: number]>([
    ['malformed JSON', '{"resourceType":"Patient","name":[{"family":"MARKER"', 400],
    [
      'deep nesting',
      `{"resourceType":"Patient","extension":${'[{"extension":'.repeat(200)}[]${'}]'.repeat(200)}}`,
      400,
    ],
    ['nesting without end', '['.repeat(1_000_000), 400],
    ['a key given twice', '{"resourceType":"Patient","gender":"male","gender":"female"}', 400],
    ['__proto__', '{"resourceType":"Patient","__proto__":{"resourceType":"Observation"}}', 400],
    ['NUL', '{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}', 400],
    ['half a surrogate pair', '{"resourceType":"Patient","name":[{"family":"\\udc00"}]}', 400],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['an array', '[]', 400],
    ['null', 'null', 400],
    ['no resourceType', '{"name":[]}', 400],
    ['a resourceType that is no text', '{"resourceType":7}', 400],
    ['an unknown type', '{"resourceType":"Nonsense"}', 400],
    ['a type of every object', '{"resourceType":"constructor"}', 400],
    ['another type than the address', '{"resourceType":"Observation","status":"final","code":{}}', 400],
    ['an impossible date', '{"resourceType":"Patient","birthDate":"2026-02-30"}', 400],
    ['an impossible month', '{"resourceType":"Patient","birthDate":"2026-13"}', 400],
    ['an impossible time', '{"resourceType":"Patient","deceasedDateTime":"2026-01-01T25:00:00Z"}', 400],
    ['a date that is no text', '{"resourceType":"Patient","birthDate":20260101}', 400],
    ['an id of our choosing in meta', '{"resourceType":"Patient","meta":7}', 400],
    ['a reference that is none', '{"resourceType":"Patient","generalPractitioner":[{"reference":7}]}', 400],
  ])('%s', async (_what, body, status) => {
    await expectRefusal(await clinic.send('/Patient', { body }), status === 400 ? [400, 422] : status)
  })

  it('a date that no calendar has is named by its place', async () => {
    const body = { resourceType: 'Patient', birthDate: '2026-02-30' }
    await expectRefusal(await clinic.send('/Patient', { body }), [400, 422], {
      expression: 'Patient.birthDate',
    })
  })

  it('an id in the body that is not the address’s', async () => {
    const body = { ...patient, id: 'other' }
    await expectRefusal(await clinic.send('/Patient/one', { method: 'PUT', body }), 400, { expression: /id/ })
    await expectRefusal(await clinic.send('/Patient/one', { method: 'PUT', body: patient }), 400, {
      expression: /id/,
    })
  })

  it('an id of 65 characters, with a slash, or not of this world', async () => {
    for (const id of ['a'.repeat(65), 'a%2Fb', 'a b', 'ä', "1'--", '$x$', '%F0%9F%98%80', 'a%00']) {
      const path = `/Patient/${id}`
      await expectRefusal(
        await clinic.send(path, { method: 'PUT', body: { ...patient, id } }),
        [400, 404, 405],
      )
    }
  })

  it('a wrong content type, charset or encoding', async () => {
    const as = (headers: Record<string, string>) => clinic.send('/Patient', { body: patient, headers })
    await expectRefusal(await as({ 'Content-Type': 'text/plain' }), 415, { expression: 'http.Content-Type' })
    await expectRefusal(await as({ 'Content-Type': 'application/fhir+turtle' }), 415)
    await expectRefusal(await as({ 'Content-Type': 'application/fhir+json; charset=latin1' }), 415)
    await expectRefusal(await as({ 'Content-Encoding': 'sevenzip' }), 415)
  })

  it('more than 10 MB, open or packed', async () => {
    const long = `{"resourceType":"Patient","text":{"status":"generated","div":"${'x'.repeat(10 * megabyte)}"}}`
    await expectRefusal(await clinic.send('/Patient', { body: long }), 413, { sentence: /smaller/ })
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(1000 * megabyte, ' '), { level: 1 }))
    expect(bomb.length).toBeLessThan(10 * megabyte)
    await expectRefusal(
      await clinic.send('/Patient', { body: bomb, headers: { 'Content-Encoding': 'gzip' } }),
      413,
    )
  })

  it('a reference to nothing', async () => {
    const body = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'weight' },
      subject: { reference: 'Patient/nobody-has-this-id' },
    }
    await expectRefusal(await clinic.send('/Observation', { body }), 422, {
      expression: 'Observation.subject',
    })
  })

  it('an unknown type, an unknown operation, an unknown interaction', async () => {
    await expectRefusal(await clinic.send('/Nonsense', { body: { resourceType: 'Nonsense' } }), 404)
    await expectRefusal(
      await clinic.send('/Patient/$nonsense', { body: { resourceType: 'Parameters' } }),
      [400, 404],
    )
    await expectRefusal(await clinic.send('/Patient/one', { method: 'POST', body: patient }), 405)
  })

  it('conditions that cannot be read', async () => {
    const headers = (name: string, value: string) => ({ headers: { [name]: value } })
    const put = { method: 'PUT', body: { ...patient, id: 'one' } }
    for (const etag of ['3', 'W/"x"', '"', "W/\"1' or '1'='1\"", 'W/"99999999999999999999"']) {
      await expectRefusal(
        await clinic.send('/Patient/one', { ...put, ...headers('If-Match', etag) }),
        [400, 404, 412],
      )
    }
    for (const criteria of ['nonsense=1', 'identifier=%zz', 'birthdate=2026-02-30', '_sort=name']) {
      const sent = { body: patient, ...headers('If-None-Exist', criteria) }
      await expectRefusal(await clinic.send('/Patient', sent), [400, 412])
    }
    await expectRefusal(
      await clinic.send('/Patient?nonsense=1', { method: 'PUT', body: patient }),
      [400, 412],
    )
    await expectRefusal(await clinic.send('/Patient', { method: 'DELETE' }), [400, 405, 412])
  })

  it('patches that are none', async () => {
    const id = (
      await clinic.query<{ id: string }>("select id from history where type = 'Patient' limit 1")
    )[0]?.id
    const patch = (body: string, type = 'application/json-patch+json') =>
      clinic.send(`/Patient/${id}`, { method: 'PATCH', body, headers: { 'Content-Type': type } })
    for (const body of [
      '{}',
      '[{"op":"explode","path":"/name"}]',
      '[{"op":"replace","path":"name","value":1}]',
      '[{"op":"remove","path":"/nothing/there"}]',
      '[{"op":"add","path":"/__proto__/polluted","value":true}]',
      '[{"op":"add","path":"/constructor/prototype/polluted","value":true}]',
      '[{"op":"replace","path":"/resourceType","value":"Observation"}]',
      '[{"op":"replace","path":"/id","value":"other"}]',
      '[{"op":"add","path":"/birthDate","value":"2026-02-30"}]',
      '[{"op":"test","path":"/gender","value":"never"}]',
    ]) {
      await expectRefusal(await patch(body), [400, 409, 412, 422])
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    const fhirPatch = (path: string) =>
      JSON.stringify({
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'operation',
            part: [
              { name: 'type', valueCode: 'replace' },
              { name: 'path', valueString: path },
              { name: 'value', valueString: 'x' },
            ],
          },
        ],
      })
    for (const path of [
      'Patient.name.where(',
      'Observation.code',
      `Patient.name.matches('${'(a+)+'.repeat(20)}$')`,
      '1/0',
      '',
    ]) {
      await expectRefusal(await patch(fhirPatch(path), 'application/fhir+json'), [400, 422])
    }
  })
})

describe('a write at the edge of what is allowed is taken', () => {
  it('a resource of nearly 10 MB', async () => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'x'.repeat(9 * megabyte)}</div>`
    const id = await clinic.create({ ...patient, text: { status: 'generated', div } })
    const back = (await (await clinic.send(`/Patient/${id}`)).json()) as { text: { div: string } }
    expect(back.text.div.length).toBe(div.length)
  })

  it('every letter that is one', async () => {
    const family =
      '𝕏 \u202e \u0085 ﷽ \\ \' " $1 %s {{x}} %{x} <script>alert(1)</script>; drop table patient; --'
    const id = await clinic.create({ resourceType: 'Patient', name: [{ family }] })
    const back = (await (await clinic.send(`/Patient/${id}`)).json()) as { name: { family: string }[] }
    expect(back.name[0]?.family).toBe(family)
  })

  it('an id of 64 characters', async () => {
    const id = 'A.-9'.repeat(16)
    const response = await clinic.send(`/Patient/${id}`, { method: 'PUT', body: { ...patient, id } })
    expect(response.status).toBe(201)
  })
})
