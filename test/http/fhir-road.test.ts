import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  fhirJson,
  type Outcome,
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

function send(path: string, { method = 'GET', body, type }: Sent = {}, headers: Record<string, string> = {}) {
  return fetch(server.url + path, {
    method,
    headers: { ...token, ...(type === undefined ? {} : { 'Content-Type': type }), ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

const outcomeOf = async (response: Response) => (await response.json()) as Outcome

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
    const response = await send(path, sent)
    expect(response.status).toBe(200)
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]).toMatchObject(expected)
    expect(response.headers.get('content-type')).toBe(fhirJson)
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
    ['/fhir/Patient/a/Observation', 400],
  ])('%s gives %i', async (path, status) => {
    const response = await send(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe(fhirJson)
    expect((await outcomeOf(response)).resourceType).toBe('OperationOutcome')
    expect(server.requests).toHaveLength(0)
  })
})

describe('a method that an address does not take is refused with those it takes', () => {
  it.each<[method: string, path: string, allow: string]>([
    ['POST', '/fhir/Patient/a', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['DELETE', '/fhir', 'GET, HEAD, POST, OPTIONS'],
    ['PUT', '/fhir/Patient/_search', 'POST, OPTIONS'],
    ['GET', '/fhir/Patient/_search', 'POST, OPTIONS'],
    ['POST', '/fhir/Patient/a/_history', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/fhir/Patient/a/_history/1', 'GET, HEAD, OPTIONS'],
    ['PUT', '/fhir/$convert', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/fhir/metadata', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/fhir/Patient/a', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['DELETE', '/health', 'GET, HEAD'],
  ])(
    '%s %s',
    async (method, path, allow) => {
      const response = await send(path, { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe(allow)
      expect((await outcomeOf(response)).issue[0]?.diagnostics).toContain('This address takes')
    },
    5000,
  )

  it('OPTIONS tells them without a body', async () => {
    const response = await send('/fhir/Patient', { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')
    const patches = 'application/json-patch+json, application/fhir+json, application/fhir+xml'
    expect(response.headers.get('accept-patch')).toBe(patches)
    expect((await send('/fhir/_history', { method: 'OPTIONS' })).headers.get('accept-patch')).toBeNull()
  })
})

describe('what the interaction says is what the caller gets', () => {
  it('the stored text goes out byte for byte, with its length', async () => {
    const response = await send('/fhir/Patient/a')
    expect(await response.text()).toBe(patientText)
    expect(response.headers.get('content-length')).toBe(String(patientText.length))
    expect(response.headers.get('cache-control')).toBe('no-store')
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
    const response = await send('/fhir/Patient/a?_pretty=true')
    expect(await response.text()).toBe(
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
    const created = await fetch(`${other.url}/c/north/fhir/Patient`, {
      method: 'POST',
      headers: { ...token, 'Content-Type': 'application/json' },
      body: '{"resourceType":"Patient"}',
    })
    expect(created.status).toBe(201)
    expect(created.headers.get('etag')).toBe('W/"1"')
    expect(created.headers.get('last-modified')).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
    expect(created.headers.get('location')).toBe(`${other.url}/c/north/fhir/Patient/a/_history/1`)
    const unchanged = await fetch(`${other.url}/fhir/Patient/a`, {
      headers: { ...token, 'If-None-Match': 'W/"1"' },
    })
    expect(unchanged.status).toBe(304)
    expect(unchanged.headers.get('content-type')).toBeNull()
    expect(other.requests[1]?.headers.ifNoneMatch).toBe('W/"1"')
    const deleted = await fetch(`${other.url}/fhir/Patient/a`, { method: 'DELETE', headers: token })
    expect(deleted.status).toBe(204)
    expect(await deleted.text()).toBe('')
  })

  it('an error nobody foresaw is a 500 that tells nothing but where to look', async () => {
    await using other = await startRecordingServer({
      interact: async () => {
        throw new Error('SELECT secret FROM patient')
      },
    })
    const response = await fetch(`${other.url}/fhir/Patient/a`, {
      headers: { ...token, 'X-Request-Id': 'abcd-1234' },
    })
    expect(response.status).toBe(500)
    const text = await response.text()
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
    const response = await fetch(`${other.url}/fhir/Patient/a`, { headers: token })
    expect(response.status).toBe(500)
  })
})

describe('the door', () => {
  it('no token: 401 with a challenge, and the body is not even looked at', async () => {
    const response = await fetch(`${server.url}/fhir/Patient`, { method: 'POST', body: '{{{' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect((await outcomeOf(response)).issue[0]?.code).toBe('login')
  })

  it('metadata and discovery need no token and speak of the base they were asked at', async () => {
    const metadata = await fetch(`${server.url}/c/north/fhir/metadata?mode=terminology`)
    expect(await metadata.json()).toEqual({
      resourceType: 'CapabilityStatement',
      url: `${server.url}/c/north/fhir`,
      mode: 'terminology',
    })
    const discovery = await fetch(`${server.url}/fhir/.well-known/smart-configuration`)
    expect(discovery.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await discovery.json()).toEqual({ base: `${server.url}/fhir` })
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
    expect((await fetch(`${other.url}/fhir/Patient/a`)).status).toBe(503)
    const broken = await fetch(`${other.url}/fhir/Patient`, {
      method: 'POST',
      headers: { ...token, 'Content-Type': 'application/json' },
      body: '{',
    })
    expect(broken.status).toBe(503)
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
    const rush = Array.from({ length: 52 }, () => fetch(`${other.url}/fhir/Patient/a`, { headers: token }))
    expect(new Set((await Promise.all(rush)).map(({ status }) => status))).toEqual(new Set([200]))
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
    const held = [1, 2].map(() => fetch(`${other.url}/fhir/Patient/a`, { headers: token }))
    while (other.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const third = await fetch(`${other.url}/fhir/Patient/a`, { headers: token })
    expect(third.status).toBe(503)
    expect(third.headers.get('retry-after')).toBe('1')
    gate.resolve()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200])
    expect((await fetch(`${other.url}/fhir/Patient/a`, { headers: token })).status).toBe(200)
  })
})
