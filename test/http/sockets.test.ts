import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  patientText,
  type RecordingServer,
  sendRaw,
  startRecordingServer,
  token,
} from './recording-server.ts'

let server: RecordingServer

beforeAll(async () => {
  server = await startRecordingServer({
    settings: { maxBodyBytes: 100_000 },
    limits: { headersTimeout: 300, requestTimeout: 700, maxHeaderSize: 8192 },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const auth = 'Host: localhost\r\nAuthorization: Bearer good-token\r\n'
const json = 'Content-Type: application/fhir+json\r\n'

async function stillServes(): Promise<void> {
  const response = await fetch(`${server.url}/fhir/Patient/a`, { headers: token })
  expect(await response.text()).toBe(patientText)
}

describe('traffic that no client library would send', () => {
  it.each<[what: string, bytes: string, status: number, sentence: string]>([
    ['garbage', 'hello there\r\n\r\n', 400, 'not an HTTP request'],
    ['TLS to the plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc', 400, 'not an HTTP request'],
    ['no Host', 'GET /fhir/Patient/a HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'Host header is missing'],
    [
      'two Hosts',
      `GET /fhir/Patient/a HTTP/1.1\r\nHost: a\r\n${auth}Connection: close\r\n\r\n`,
      400,
      'host is there more than once',
    ],
    [
      'two tokens',
      `GET /fhir/Patient/a HTTP/1.1\r\n${auth}Authorization: Bearer other\r\nConnection: close\r\n\r\n`,
      400,
      'authorization is there more than once',
    ],
    [
      'two conditions',
      `PUT /fhir/Patient/a HTTP/1.1\r\n${auth}If-Match: W/"1"\r\nIf-Match: W/"2"\r\nConnection: close\r\n\r\n`,
      400,
      'if-match is there more than once',
    ],
    [
      'two lengths',
      `POST /fhir/Patient HTTP/1.1\r\n${auth}${json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`,
      400,
      'not an HTTP request',
    ],
    [
      'length and chunks (request smuggling)',
      `POST /fhir/Patient HTTP/1.1\r\n${auth}${json}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX`,
      400,
      'not an HTTP request',
    ],
    [
      'a chunk of no size',
      `POST /fhir/Patient HTTP/1.1\r\n${auth}${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
      400,
      'not an HTTP request',
    ],
    [
      'headers without end',
      `GET /fhir/Patient/a HTTP/1.1\r\n${auth}X: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      '_search',
    ],
    [
      'an address without end',
      `GET /fhir/Patient?name=${'x'.repeat(20_000)} HTTP/1.1\r\n${auth}\r\n`,
      431,
      '_search',
    ],
    [
      'a bad percent sign in the path',
      `GET /fhir/Patient/%zz HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      400,
      'percent-encoded',
    ],
    [
      'bytes in the path that are no UTF-8',
      `GET /fhir/Patient/%C3%28 HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      400,
      'percent-encoded',
    ],
    ['NUL in the path', `GET /fhir/Patient/a%00b HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`, 400, 'NUL'],
    [
      'a slash in an id',
      `GET /fhir/Patient/a%2Fb HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      400,
      'not a FHIR id',
    ],
    [
      'dots for an id',
      `GET /fhir/Patient/.. HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      400,
      'not a FHIR id',
    ],
    [
      'an id of 65 characters',
      `GET /fhir/Patient/${'a'.repeat(65)} HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      400,
      'not a FHIR id',
    ],
    [
      'SQL for an id',
      `GET /fhir/Patient/1'%20OR%20'1'='1 HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      400,
      'not a FHIR id',
    ],
    [
      'SQL for a type',
      `GET /fhir/Patient;drop%20table%20patient/1 HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      404,
      'not a resource type',
    ],
    [
      'an address of this server in full',
      `GET http://elsewhere.example/fhir/Nope HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      404,
      'Nope',
    ],
    [
      'an expectation nobody has',
      `GET /nothing HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`,
      404,
      'FHIR is at',
    ],
  ])('%s', async (_what, bytes, status, sentence) => {
    const answer = await sendRaw(server.port, bytes)
    expect(answer.slice(0, 13)).toBe(`HTTP/1.1 ${status} `)
    const outcome = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))
    expect(outcome.resourceType).toBe('OperationOutcome')
    expect(outcome.issue[0].diagnostics).toContain(sentence)
    expect(answer).not.toMatch(/node:|HPE_|\.ts:/)
    await stillServes()
  })

  it('an id of 64 characters is one', async () => {
    const response = await fetch(`${server.url}/fhir/Patient/${'a'.repeat(64)}`, { headers: token })
    expect(response.status).toBe(200)
  })

  it('several requests at once on one connection are answered in order', async () => {
    const one = (id: string, close = '') => `GET /fhir/Patient/${id} HTTP/1.1\r\n${auth}${close}\r\n`
    const answer = await sendRaw(server.port, one('a') + one('x_y') + one('a', 'Connection: close\r\n'))
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '400',
      '200',
    ])
  })
})

describe('a caller who is slow, or leaves', () => {
  it('headers that trickle in are ended with 408', async () => {
    const answer = await sendRaw(server.port, `GET /fhir/Patient/a HTTP/1.1\r\n${auth}X-Slow: `)
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(answer).toContain('OperationOutcome')
  })

  it('a body that trickles in is ended with 408, and never reaches the interaction', async () => {
    const before = server.requests.length
    const answer = await sendRaw(
      server.port,
      `POST /fhir/Patient HTTP/1.1\r\n${auth}${json}Content-Length: 100\r\n\r\n{"re`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(answer).toContain('too slowly')
    expect(server.requests).toHaveLength(before)
    await stillServes()
  })

  it('a caller who half-closes after asking still gets the answer', async () => {
    const answer = await sendRaw(server.port, `GET /fhir/Patient/a HTTP/1.1\r\n${auth}\r\n`, {
      halfClose: true,
    })
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain(patientText)
  })

  it('a caller who half-closes in the middle of a body is let go', async () => {
    const before = server.requests.length
    await sendRaw(
      server.port,
      `POST /fhir/Patient HTTP/1.1\r\n${auth}${json}Content-Length: 100\r\n\r\n{"re`,
      {
        halfClose: true,
      },
    )
    expect(server.requests).toHaveLength(before)
    await stillServes()
  })

  it('two hundred callers who hang up at every stage leave nothing behind', async () => {
    const stages = [
      'GET /fhir/Pat',
      `GET /fhir/Patient/a HTTP/1.1\r\n${auth}\r\n`,
      `POST /fhir/Patient HTTP/1.1\r\n${auth}${json}Content-Length: 100\r\n\r\n{"re`,
      `POST /fhir/Patient HTTP/1.1\r\n${auth}${json}Content-Length: 2\r\n\r\n{}`,
    ]
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const socket: Socket = connect(server.port, '127.0.0.1')
        socket.on('error', () => undefined)
        await new Promise((resolve) => socket.once('connect', resolve))
        socket.write(stages[index % stages.length] as string)
        await sleep(index % 10)
        socket.resetAndDestroy()
      }),
    )
    const inFlight = async () => {
      const metrics = await (await fetch(`${server.url}/metrics`)).text()
      return /^almanac_requests_in_flight (\d+)$/m.exec(metrics)?.[1]
    }
    await expect.poll(inFlight, { timeout: 10_000 }).toBe('0')
    await stillServes()
  })

  it('a caller who leaves while the work is done harms nobody, and the log says so', async () => {
    const gate = Promise.withResolvers<void>()
    await using other = await startRecordingServer({
      interact: async () => {
        await gate.promise
        return { status: 200, body: patientText }
      },
    })
    const leaving = new AbortController()
    const asked = fetch(`${other.url}/fhir/Patient/a`, { headers: token, signal: leaving.signal }).catch(
      () => 'left',
    )
    while (other.requests.length < 1) await sleep(5)
    leaving.abort()
    expect(await asked).toBe('left')
    await sleep(30)
    gate.resolve()
    await sleep(30)
    expect(other.logLines()).toMatchObject([{ status: 499, interaction: 'read' }])
  })

  it('a body refused for its length does not cost the connection', async () => {
    const socket = connect(server.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += String(chunk)
    })
    socket.write(`POST /fhir/Patient HTTP/1.1\r\n${auth}${json}Content-Length: 200000\r\n\r\n`)
    socket.write('x'.repeat(200_000))
    socket.write(`GET /fhir/Patient/a HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`)
    await new Promise((resolve) => socket.once('close', resolve))
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['413', '200'])
  })
})

describe('closing the server', () => {
  it('takes no new callers, finishes what is being worked on, and ends idle connections', async () => {
    const gate = Promise.withResolvers<void>()
    const other = await startRecordingServer({
      interact: async () => {
        await gate.promise
        return { status: 200, body: patientText }
      },
    })
    const idle = connect(other.port, '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))
    const idleEnded = new Promise((resolve) => idle.once('close', resolve))
    idle.resume()
    const asked = fetch(`${other.url}/fhir/Patient/a`, { headers: token })
    while (other.requests.length < 1) await sleep(5)
    const closed = other.listening.close()
    await expect(fetch(`${other.url}/health`)).rejects.toThrow()
    gate.resolve()
    expect(await (await asked).text()).toBe(patientText)
    await closed
    await idleEnded
  })

  it('cuts off whoever is not done in time', async () => {
    const other = await startRecordingServer({
      interact: () => new Promise(() => undefined),
      limits: { drainTimeout: 100 },
    })
    const asked = fetch(`${other.url}/fhir/Patient/a`, { headers: token }).catch(() => 'cut off')
    while (other.requests.length < 1) await sleep(5)
    await other.listening.close()
    expect(await asked).toBe('cut off')
  })

  it('a port that is taken is an error at once', async () => {
    await expect(
      startRecordingServer().then(async (first) => {
        await using _held = first
        const { listen } = await import('#http/listen.ts')
        await listen(() => undefined, { host: '127.0.0.1', port: first.port })
      }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
