import supertest from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientOf } from '../support/client.ts'
import {
  fhirJson,
  patientText,
  type RecordingServer,
  sendRaw,
  startRecordingServer,
  token,
} from './recording-server.ts'

let server: RecordingServer

beforeAll(async () => {
  server = await startRecordingServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.requests.length = 0
})

const resource = { method: 'POST', body: '{"resourceType":"Patient"}', type: 'application/fhir+json' }
const bundle = (type: string) => ({ ...resource, body: `{"resourceType":"Bundle","type":"${type}"}` })
const form = { method: 'POST', body: 'name=x', type: 'application/x-www-form-urlencoded' }
const patch = { method: 'PATCH', body: '[]', type: 'application/json-patch+json' }

interface Sent {
  readonly method?: string
  readonly body?: string
  readonly type?: string
}

function send(path: string, { method = 'GET', body, type }: Sent = {}) {
  const test = new supertest.Test(server.url, method, path).set(token)
  return body === undefined || type === undefined ? test : test.type(type).send(body)
}

describe('every address of FHIR R4 leads to its interaction', () => {
  it.each<[path: string, sent: Sent, expected: Record<string, unknown>]>([
    ['/fhir/Patient/a', {}, { interaction: 'read', type: 'Patient', id: 'a' }],
    ['/fhir/Patient/a/', {}, { interaction: 'read', type: 'Patient', id: 'a' }],
    ['/fhir/Patient/a', { method: 'HEAD' }, { interaction: 'read', method: 'HEAD' }],
    ['/fhir/Patient/a/_history/3', {}, { interaction: 'vread', id: 'a', versionId: '3' }],
    ['/fhir/Patient/a', { ...resource, method: 'PUT' }, { interaction: 'update', type: 'Patient', id: 'a' }],
    ['/fhir/Patient?active=true', { ...resource, method: 'PUT' }, { interaction: 'update', type: 'Patient' }],
    ['/fhir/Patient/a', patch, { interaction: 'patch', id: 'a' }],
    ['/fhir/Patient?active=true', patch, { interaction: 'patch', type: 'Patient' }],
    ['/fhir/Patient/a', { method: 'DELETE' }, { interaction: 'delete', id: 'a' }],
    ['/fhir/Patient?active=true', { method: 'DELETE' }, { interaction: 'delete', type: 'Patient' }],
    ['/fhir/Patient', resource, { interaction: 'create', type: 'Patient' }],
    ['/fhir/Patient?name=x', {}, { interaction: 'search-type', type: 'Patient', query: [['name', 'x']] }],
    ['/fhir/Patient/_search', form, { interaction: 'search-type', method: 'POST', query: [['name', 'x']] }],
    ['/fhir/_search?_type=Patient', form, { interaction: 'search-system' }],
    ['/fhir?_type=Patient', {}, { interaction: 'search-system', query: [['_type', 'Patient']] }],
    ['/fhir/?_type=Patient', {}, { interaction: 'search-system' }],
    ['/fhir', bundle('batch'), { interaction: 'batch' }],
    ['/fhir/', bundle('transaction'), { interaction: 'transaction' }],
    ['/fhir/_history', {}, { interaction: 'history-system' }],
    ['/fhir/Patient/_history', {}, { interaction: 'history-type', type: 'Patient' }],
    ['/fhir/Patient/a/_history', {}, { interaction: 'history-instance', id: 'a' }],
    ['/fhir/$convert', resource, { interaction: 'operation', operation: 'convert' }],
    ['/fhir/Patient/$match', resource, { interaction: 'operation', type: 'Patient', operation: 'match' }],
    ['/fhir/Patient/a/$everything', {}, { interaction: 'operation', id: 'a', operation: 'everything' }],
    ['/fhir/Patient/a/$meta-add', { method: 'POST' }, { interaction: 'operation', operation: 'meta-add' }],
    ['/c/north/fhir/Patient/a', {}, { interaction: 'read', id: 'a' }],
  ])('%s %j', async (path, sent, expected) => {
    await send(path, sent).expect(200).expect('content-type', fhirJson)
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]).toMatchObject(expected)
  })
})

describe('an address that FHIR does not know is told so', () => {
  it.each<[path: string, status: number]>([
    ['/fhir/Nonsense', 404],
    ['/fhir/patient/1', 404],
    ['/fhir/constructor', 404],
    ['/fhir/Patient/a/b/c', 404],
    ['/fhir/Patient/a/_history/1/2', 404],
    ['/fhir/Patient//a', 400],
    ['/fhir/$', 404],
    ['/c/nowhere/fhir/Patient/a', 404],
    ['/c/main/fhir/Patient/a', 404],
    ['/fhirx/Patient', 404],
    ['/nothing', 404],
    ['/fhir/Location/a/Observation', 404],
    ['/fhir/Patient/a/Nonsense', 404],
  ])('%s gives %i', async (path, status) => {
    const { body } = await send(path).expect(status).expect('content-type', fhirJson)
    expect(body.resourceType).toBe('OperationOutcome')
    expect(server.requests).toHaveLength(0)
  })
})

describe('a method that an address does not take is refused with those it takes', () => {
  it.each<[method: string, path: string, allow: string]>([
    ['POST', '/fhir/Patient/a', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['DELETE', '/fhir', 'GET, HEAD, POST, OPTIONS'],
    ['PUT', '/fhir/Patient/_search', 'POST, OPTIONS'],
    ['GET', '/fhir/Patient/_search', 'POST, OPTIONS'],
    ['POST', '/fhir/Patient/a/Observation', 'GET, HEAD, OPTIONS'],
    ['GET', '/fhir/Patient/a/Observation/_search', 'POST, OPTIONS'],
    ['POST', '/fhir/Patient/a/_history', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/fhir/Patient/a/_history/1', 'GET, HEAD, OPTIONS'],
    ['PUT', '/fhir/$convert', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/fhir/metadata', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/fhir/Patient/a', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['DELETE', '/health', 'GET, HEAD'],
  ])(
    '%s %s',
    async (method, path, allow) => {
      const { body } = await send(path, { method }).expect(405).expect('allow', allow)
      expect(body.issue[0].diagnostics).toContain('This address takes')
    },
    5000,
  )

  it('OPTIONS tells them without a body', async () => {
    await send('/fhir/Patient', { method: 'OPTIONS' })
      .expect(204)
      .expect('allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')
      .expect('accept-patch', 'application/json-patch+json, application/fhir+json, application/fhir+xml')
    const { headers } = await send('/fhir/_history', { method: 'OPTIONS' })
    expect(headers).not.toHaveProperty('accept-patch')
  })
})

describe('what the interaction says is what the caller gets', () => {
  it('the stored text goes out byte for byte, with its length', async () => {
    const { text } = await send('/fhir/Patient/a')
      .expect('content-length', String(patientText.length))
      .expect('cache-control', 'no-store')
    expect(text).toBe(patientText)
  })

  it('HEAD has the headers of GET and no body', async () => {
    const raw = await sendRaw(
      server.port,
      'HEAD /fhir/Patient/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer good-token\r\nConnection: close\r\n\r\n',
    )
    expect(raw).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(raw).toContain(`Content-Length: ${patientText.length}\r\n`)
    expect(raw.endsWith('\r\n\r\n')).toBe(true)
  })

  it('_pretty indents and leaves numbers as they were written', async () => {
    expect((await send('/fhir/Patient/a?_pretty=true')).text).toBe(
      '{\n  "resourceType": "Patient",\n  "id": "a",\n  "multipleBirthInteger": 1.0\n}',
    )
  })

  it('version, time and place come as headers; 304 and 204 are bare', async () => {
    await using other = await startRecordingServer({
      interact: async ({ interaction, base }) =>
        interaction === 'create'
          ? {
              status: 201,
              etag: 'W/"1"',
              lastModified: new Date(0),
              location: `${base}/Patient/a/_history/1`,
            }
          : interaction === 'delete'
            ? { status: 204, etag: 'W/"2"' }
            : { status: 304, etag: 'W/"1"' },
    })
    const client = clientOf(other, token)
    await client
      .post('/c/north/fhir/Patient')
      .send({ resourceType: 'Patient' })
      .expect(201)
      .expect('etag', 'W/"1"')
      .expect('last-modified', 'Thu, 01 Jan 1970 00:00:00 GMT')
      .expect('location', `${other.url}/c/north/fhir/Patient/a/_history/1`)
    const unchanged = await client.get('/fhir/Patient/a').set('If-None-Match', 'W/"1"').expect(304)
    expect(unchanged.headers).not.toHaveProperty('content-type')
    expect(other.requests[1]?.headers.ifNoneMatch).toBe('W/"1"')
    expect((await client.delete('/fhir/Patient/a').expect(204)).text).toBe('')
  })

  it('an error nobody foresaw is a 500 that tells nothing but where to look', async () => {
    await using other = await startRecordingServer({
      interact: async () => {
        throw new Error('SELECT secret FROM patient')
      },
    })
    const { text } = await clientOf(other, token)
      .get('/fhir/Patient/a')
      .set('X-Request-Id', 'abcd-1234')
      .expect(500)
    expect(text).toContain('abcd-1234')
    expect(text).not.toMatch(/SELECT|secret|node:/)
    expect(other.logText()).not.toContain('secret')
    expect(other.logLines()[0]).toMatchObject({
      level: 'error',
      status: 500,
      err: { name: 'Error' },
    })
  })

  it('an answer that cannot be written down becomes a 500, not a hanging connection', async () => {
    await using other = await startRecordingServer({
      interact: async () => ({ status: 200, etag: 'bro\nken' }),
    })
    await clientOf(other, token).get('/fhir/Patient/a').expect(500)
  })
})

describe('the door', () => {
  it('no token: 401 with a challenge, and the body is not even looked at', async () => {
    const { body } = await clientOf(server)
      .post('/fhir/Patient')
      .send('{{{')
      .expect(401)
      .expect('www-authenticate', 'Bearer')
    expect(body.issue[0].code).toBe('login')
  })

  it('metadata and discovery need no token and speak of the base they were asked at', async () => {
    await clientOf(server)
      .get('/c/north/fhir/metadata?mode=terminology')
      .expect({
        resourceType: 'CapabilityStatement',
        url: `${server.url}/c/north/fhir`,
        mode: 'terminology',
      })
    await clientOf(server)
      .get('/fhir/.well-known/smart-configuration')
      .expect('content-type', 'application/json; charset=utf-8')
      .expect({ base: `${server.url}/fhir` })
  })

  it('a refusal before the interaction is told to the audit trail; what it does not take is answered 503', async () => {
    const refused: unknown[] = []
    await using other = await startRecordingServer({
      parts: {
        recordRefused: async (request) => {
          refused.push(request)
          throw new Error('no database')
        },
      },
    })
    await clientOf(other).get('/fhir/Patient/a').expect(503)
    await clientOf(other, token).post('/fhir/Patient').type('application/json').send('{').expect(503)
    expect(refused).toMatchObject([
      { tenant: 'main', interaction: 'read', type: 'Patient', id: 'a', refusal: { kind: 'login' } },
      { tenant: 'main', interaction: 'create', principal: { clientId: 'test-client' } },
    ])
  })

  it('a rush waits at the door, and all of it is answered', async () => {
    await using other = await startRecordingServer({
      settings: { maxInFlight: 2, maxWaiting: 50 },
      interact: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        return { status: 200, body: patientText }
      },
    })
    const client = clientOf(other, token)
    await Promise.all(Array.from({ length: 52 }, () => client.get('/fhir/Patient/a').expect(200)))
  })

  it('past the limit of requests in flight callers are told when to come back', async () => {
    const gate = Promise.withResolvers<void>()
    await using other = await startRecordingServer({
      settings: { maxInFlight: 2, maxWaiting: 0 },
      interact: async () => {
        await gate.promise
        return { status: 200, body: patientText }
      },
    })
    const read = () => clientOf(other, token).get('/fhir/Patient/a')
    const held = Promise.all([read().expect(200), read().expect(200)])
    while (other.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await read().expect(503).expect('retry-after', '1')
    gate.resolve()
    await held
    await read().expect(200)
  })
})
