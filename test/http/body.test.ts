import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Outcome, type RecordingServer, startRecordingServer, token } from './recording-server.ts'

const limit = 100_000
let server: RecordingServer

beforeAll(async () => {
  server = await startRecordingServer({ settings: { maxBodyBytes: limit } })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.requests.length = 0
})

function post(
  body: RequestInit['body'] | undefined,
  headers: Record<string, string> = {},
  path = '/fhir/Patient',
  method = 'POST',
) {
  return fetch(server.url + path, {
    method,
    headers: { ...token, 'Content-Type': 'application/fhir+json', ...headers },
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  } as RequestInit)
}

async function expectRefusal(response: Response, status: number, sentence: RegExp): Promise<void> {
  const outcome = (await response.json()) as Outcome
  expect({ status: response.status, said: outcome.issue[0]?.diagnostics }).toEqual({
    status,
    said: expect.stringMatching(sentence),
  })
  expect(outcome.resourceType).toBe('OperationOutcome')
  expect(server.requests).toHaveLength(0)
}

const patient = '{"resourceType":"Patient","name":[{"family":"Müller"}]}'

describe('a body that can be read', () => {
  it.each([
    ['application/fhir+json'],
    ['application/json'],
    ['application/fhir+json; charset=utf-8'],
    ['application/fhir+json;charset="UTF-8"; fhirVersion=4.0'],
    ['Application/FHIR+JSON'],
    ['text/json'],
  ])('arrives as %s', async (type) => {
    expect((await post(patient, { 'Content-Type': type })).status).toBe(200)
    expect(server.requests[0]?.body).toMatchObject({ json: { name: [{ family: 'Müller' }] } })
  })

  it.each([
    ['gzip', gzipSync(patient)],
    ['x-gzip', gzipSync(patient)],
    ['deflate', deflateSync(patient)],
    ['br', brotliCompressSync(patient)],
    ['identity', Buffer.from(patient)],
  ])('arrives compressed with %s', async (encoding, bytes) => {
    expect((await post(new Uint8Array(bytes), { 'Content-Encoding': encoding })).status).toBe(200)
    expect(server.requests[0]?.body).toMatchObject({ json: { name: [{ family: 'Müller' }] } })
  })

  it('arrives in chunks of unknown number', async () => {
    const bytes = new TextEncoder().encode(patient)
    const stream = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]))
        controller.close()
      },
    })
    expect((await post(stream)).status).toBe(200)
    expect(server.requests[0]?.body).toMatchObject({ json: { name: [{ family: 'Müller' }] } })
  })

  it('keeps decimals as they were written', async () => {
    await post('{"resourceType":"Observation","valueQuantity":{"value":1.00}}', {}, '/fhir/Observation')
    expect(JSON.stringify(server.requests[0]?.body?.json)).toContain('"value":1.00')
  })

  it('may be absent where an operation has no parameters, and in a search by POST', async () => {
    expect((await post(undefined, {}, '/fhir/Patient/a/$everything')).status).toBe(200)
    expect((await post(undefined, {}, '/fhir/Patient/_search?name=x')).status).toBe(200)
    expect(server.requests[1]?.query).toEqual([['name', 'x']])
  })

  it('a search by POST joins what address and form say', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    await post('family=M%C3%BCller+B&given=x', type, '/fhir/Patient/_search?_count=5')
    expect(server.requests[0]?.query).toEqual([
      ['_count', '5'],
      ['family', 'Müller B'],
      ['given', 'x'],
    ])
    expect(server.requests[0]?.body).toBeUndefined()
  })

  it('a search by POST says in its form too how it is to be answered', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const pretty = await post('name=x&_format=application/json&_pretty=true', type, '/fhir/Patient/_search')
    expect(pretty.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await pretty.text()).toContain('\n')
    expect(
      (await post('name=x&_format=xml', type, '/fhir/Patient/_search')).headers.get('content-type'),
    ).toMatch(/^application\/fhir\+xml/)
  })

  it('a form that asks for a format not spoken here is refused before anything is searched', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    await expectRefusal(await post('name=x&_format=turtle', type, '/fhir/Patient/_search'), 406, /_format/)
  })

  it('of a GET is nobody’s business', async () => {
    const { request } = await import('node:http')
    const status = await new Promise((resolve) => {
      const req = request(`${server.url}/fhir/Patient/a`, {
        method: 'GET',
        headers: { ...token, 'Content-Length': 3 },
      })
      req.on('response', (response) => resolve(response.resume().statusCode)).end('{{{')
    })
    expect(status).toBe(200)
  })
})

describe('a body of the wrong kind', () => {
  it.each<[type: string, path: string, method: string]>([
    ['application/fhir+turtle', '/fhir/Patient', 'POST'],
    ['application/xml-patch+xml', '/fhir/Patient', 'POST'],
    ['text/plain', '/fhir/Patient', 'POST'],
    ['application/json-patch+json', '/fhir/Patient', 'POST'],
    ['application/x-www-form-urlencoded', '/fhir/Patient', 'POST'],
    ['application/fhir+json', '/fhir/Patient/_search', 'POST'],
    ['multipart/form-data; boundary=x', '/fhir/Patient/_search', 'POST'],
    ['application/merge-patch+json', '/fhir/Patient/a', 'PATCH'],
    ['application/fhir+json; charset=iso-8859-1', '/fhir/Patient', 'POST'],
    ['application/fhir+json; charset=utf-16', '/fhir/Patient', 'POST'],
    ['application/fhir+json; fhirVersion=3.0', '/fhir/Patient', 'POST'],
    [';;;', '/fhir/Patient', 'POST'],
  ])('%s at %s (%s) is 415', async (type, path, method) => {
    await expectRefusal(await post('{}', { 'Content-Type': type }, path, method), 415, /send/)
  })

  it('a patch in another form is told of those that are taken', async () => {
    const type = { 'Content-Type': 'application/merge-patch+json' }
    const response = await post('{}', type, '/fhir/Patient/a', 'PATCH')
    expect(response.headers.get('accept-patch')).toMatch(/^application\/json-patch\+json, /)
    expect((await post('{}', type)).headers.get('accept-patch')).toBeNull()
  })

  it('without a Content-Type is 415', async () => {
    const response = await fetch(`${server.url}/fhir/Patient`, {
      method: 'POST',
      headers: token,
      body: new Uint8Array([123, 125]),
    })
    await expectRefusal(response, 415, /Content-Type is missing/)
  })

  it.each(['gzip, gzip', 'zstd', 'compress'])('Content-Encoding %s is 415', async (encoding) => {
    await expectRefusal(await post('{}', { 'Content-Encoding': encoding }), 415, /Content-Encoding/)
  })

  it('missing is 400', async () => {
    await expectRefusal(await post(undefined), 400, /body is missing/)
    await expectRefusal(await post(undefined, {}, '/fhir/Patient/a', 'PUT'), 400, /body is missing/)
    await expectRefusal(await post(undefined, {}, '/fhir/Patient/a', 'PATCH'), 400, /patch/)
    await expectRefusal(await post(undefined, {}, '/fhir'), 400, /body is missing/)
  })

  it.each([
    '{"resourceType":"Patient"}',
    '{"resourceType":"Bundle","type":"collection"}',
    '[]',
    'null',
    '7',
    '"x"',
  ])('%s at the base is 400', async (body) => {
    await expectRefusal(await post(body, {}, '/fhir'), 400, /Bundle of type batch or transaction/)
  })
})

describe('a body that cannot be read', () => {
  const deep = `{"resourceType":"Patient","a":${'['.repeat(5000)}${']'.repeat(5000)}}`
  it.each<[what: string, body: string | Buffer, sentence: RegExp]>([
    ['malformed JSON', '{"resourceType":"Patient",', /JSON/],
    ['two values', '{}{}', /JSON/],
    ['a bare word', 'Patient', /JSON/],
    ['not a number', '{"a":NaN}', /JSON/],
    ['deep nesting', deep, /deep|level|nest/],
    [
      'a key given twice',
      '{"resourceType":"Patient","active":true,"active":false}',
      /twice|duplicate|more than once/,
    ],
    ['__proto__', '{"resourceType":"Patient","__proto__":{"polluted":true}}', /__proto__|key|name/],
    [
      'an escaped __proto__',
      '{"resourceType":"Patient","__pr\\u006fto__":{"polluted":true}}',
      /__proto__|key|name/,
    ],
    ['a NUL character', '{"resourceType":"Patient","id":"a\\u0000"}', /NUL|U\+0000|control/i],
    ['a raw NUL byte', '{"resourceType":"Patient","id":"\0"}', /JSON|NUL/],
    ['half a surrogate pair', '{"resourceType":"Patient","id":"\\ud800"}', /surrogate/],
    ['invalid UTF-8', Buffer.from([123, 34, 0xff, 0xfe, 34, 58, 49, 125]), /UTF-8/],
    ['overlong UTF-8', Buffer.from([123, 34, 0xc0, 0x80, 34, 58, 49, 125]), /UTF-8/],
  ])('%s is 400', async (_what, body, sentence) => {
    await expectRefusal(await post(typeof body === 'string' ? body : new Uint8Array(body)), 400, sentence)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('what it quotes of the body does not come back', async () => {
    const response = await post('{"resourceType":"Patient","name":[{"family":"Zaphod" "Beeblebrox"}]}')
    expect(await response.text()).not.toMatch(/Zaphod|Beeblebrox/)
  })

  it.each(['gzip', 'deflate', 'br'])('broken %s is 400', async (encoding) => {
    await expectRefusal(await post('not compressed', { 'Content-Encoding': encoding }), 400, /decompressed/)
  })

  it('gzip cut off in the middle is 400', async () => {
    const cut = new Uint8Array(gzipSync(patient).subarray(0, 30))
    await expectRefusal(await post(cut, { 'Content-Encoding': 'gzip' }), 400, /decompressed/)
  })

  it('a form with broken percent signs, NUL or bytes that are not UTF-8 is 400', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    for (const form of ['name=%zz', 'name=%C3%28', 'name=a%00b', '%=1']) {
      await expectRefusal(await post(form, type, '/fhir/Patient/_search'), 400, /percent|NUL/)
    }
    await expectRefusal(
      await post(new Uint8Array([110, 61, 0xff]), type, '/fhir/Patient/_search'),
      400,
      /UTF-8/,
    )
  })
})

describe('a body that is too long', () => {
  it('is 413 by its announced length', async () => {
    await expectRefusal(await post('x'.repeat(limit + 1)), 413, /longer than 100000 bytes/)
  })

  it('is 413 when chunks add up, without reading them to the end', async () => {
    let sent = 0
    const stream = new ReadableStream({
      pull(controller) {
        if (sent++ > 60) controller.close()
        else controller.enqueue(new Uint8Array(16 * 1024))
      },
    })
    await expectRefusal(await post(stream), 413, /longer/)
  })

  it.each([
    ['gzip', gzipSync(Buffer.alloc(200_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(200_000_000))],
    ['deflate', deflateSync(Buffer.alloc(200_000_000))],
  ])('is 413 when %s makes it so: a bomb does not go off', async (encoding, bomb) => {
    const bytes = bomb.length > limit ? bomb.subarray(0, limit) : bomb
    const before = process.memoryUsage().rss
    await expectRefusal(await post(new Uint8Array(bytes), { 'Content-Encoding': encoding }), 413, /longer/)
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
  })

  it('all bodies together have a limit too: 503, and room again when they are gone', async () => {
    const gate = Promise.withResolvers<void>()
    await using other = await startRecordingServer({
      settings: { maxBodyBytes: 70_000, maxBufferedBytes: 1 },
      interact: async () => {
        await gate.promise
        return { status: 200 }
      },
    })
    const body = `{"resourceType":"Patient","text":"${'x'.repeat(65_000)}"}`
    const sendTo = () =>
      fetch(`${other.url}/fhir/Patient`, {
        method: 'POST',
        headers: { ...token, 'Content-Type': 'application/json' },
        body,
      })
    const held = [sendTo(), sendTo()]
    while (other.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const third = await sendTo()
    expect(third.status).toBe(503)
    expect(third.headers.get('retry-after')).toBe('1')
    gate.resolve()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200])
    expect((await sendTo()).status).toBe(200)
  })
})
