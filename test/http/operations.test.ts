import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Refusal } from '#fhir/refusal.ts'
import { describeError } from '#http/log.ts'
import { createMetrics } from '#http/metrics.ts'
import { clientOf } from '../support/client.ts'
import { fhirJson, patientText, startRecordingServer, token } from './recording-server.ts'

describe('what an operator asks, without a token', () => {
  it('/health says that the process lives', async () => {
    await using server = await startRecordingServer()
    await clientOf(server).get('/health').expect(200, { status: 'ok' })
  })

  it('/ready names the check that fails, and nothing of hosts or errors; many askers cost one check', async () => {
    let asked = 0
    let works = false
    await using server = await startRecordingServer({
      parts: {
        checks: {
          database: async () => {
            asked++
            await sleep(100)
            if (!works) throw new Error('connect ECONNREFUSED db.internal:5432')
          },
          migrations: async () => undefined,
        },
      },
    })
    const client = clientOf(server)
    const failed = { status: 'not ready', checks: { database: 'failed', migrations: 'ok' } }
    await Promise.all(Array.from({ length: 20 }, () => client.get('/ready').expect(503, failed)))
    expect(asked).toBeLessThan(20)
    works = true
    const ready = { status: 'ready', checks: { database: 'ok', migrations: 'ok' } }
    await client.get('/ready').expect(200, ready)
  })

  it('a check that hangs counts as failed', async () => {
    await using server = await startRecordingServer({
      parts: { checks: { database: () => new Promise(() => undefined) } },
    })
    await clientOf(server).get('/ready').expect(503)
  })

  it('/metrics counts by interaction and status, and shows pool, outbox and process', async () => {
    const metrics = createMetrics({
      pool: () => ({ poolTotal: 3, poolIdle: 2, poolWaiting: 1 }),
      outbox: async () => 7,
    })
    await using server = await startRecordingServer({ parts: { metrics } })
    const client = clientOf(server)
    await client.get('/fhir/Patient/a').set(token)
    await client.get('/fhir/Patient/a')
    await client.get(`/fhir/${'x'.repeat(30)}`)
    const { text } = await client.get('/metrics')
    for (const line of [
      'almanac_requests_total{interaction="read",status="200"} 1',
      'almanac_requests_total{interaction="read",status="401"} 1',
      'almanac_requests_total{interaction="unknown",status="404"} 1',
      'almanac_request_duration_seconds_count{interaction="read"} 2',
      'almanac_database_connections{state="busy"} 1',
      'almanac_database_connections{state="waiting"} 1',
      'almanac_outbox_pending 7',
      'almanac_requests_in_flight 0',
      'process_cpu_seconds_total',
    ]) {
      expect(text).toContain(line)
    }
    expect(text).not.toContain('xxx')
  })

  it('the public keys are there for whoever checks tokens', async () => {
    await using server = await startRecordingServer({ parts: { keySet: () => '{"keys":[]}' } })
    await clientOf(server).get('/.well-known/jwks.json').expect(200, { keys: [] })
  })
})

describe('the log', () => {
  it('has one line a request: who, what, how it went', async () => {
    await using server = await startRecordingServer()
    await clientOf(server, token).get('/fhir/Patient/a').set('X-Request-Id', 'from-the-portal-1')
    expect(server.logLines()).toMatchObject([
      {
        level: 'info',
        requestId: 'from-the-portal-1',
        method: 'GET',
        interaction: 'read',
        tenant: 'main',
        type: 'Patient',
        id: 'a',
        status: 200,
        client: 'test-client',
        ms: expect.any(Number),
      },
    ])
  })

  it('the request id is the caller’s when it is sane, and always comes back', async () => {
    await using server = await startRecordingServer()
    const ask = async (id?: string) => {
      const sent = id === undefined ? {} : { 'X-Request-Id': id }
      return (await clientOf(server).get('/fhir/Patient/a').set(sent)).headers['x-request-id']
    }
    expect(await ask('abc.DEF_123-4')).toBe('abc.DEF_123-4')
    for (const id of [undefined, 'short', 'x'.repeat(65), 'with space here', '{"level":"info"}']) {
      expect(await ask(id)).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('never holds a search value, a token or content, whether it went well or not', async () => {
    const planted = 'MARKER-Zaphod'
    const database = Object.assign(new Error(`duplicate key value "${planted}"`), {
      code: '23505',
      detail: `Key (by_identifier)=(${planted}) already exists.`,
      query: `insert into patient values ('${planted}')`,
      constraint: 'patient_pkey',
    })
    const failures = [
      () => new Refusal('conflict', `The value ${planted} is taken.`, { cause: database }),
      () => database,
      () => new SyntaxError(`Unexpected token in "${planted}"`),
      () => new Refusal('invalid', planted, { expression: 'Patient.name' }),
    ]
    await using server = await startRecordingServer({
      interact: async ({ method }) => {
        const failure = method === 'POST' ? failures.shift() : undefined
        if (failure !== undefined) throw failure()
        return { status: 200, body: `{"resourceType":"Patient","name":[{"family":"${planted}"}]}` }
      },
    })
    const headers = { ...token, 'X-Extra': planted, 'If-None-Exist': planted }
    const client = clientOf(server, headers)
    const post = (text: string) => client.post('/fhir/Patient').type('application/fhir+json').send(text)
    const body = `{"resourceType":"Patient","name":[{"family":"${planted}"}]}`
    for (const _ of [...failures]) await post(body)
    await post(`${body}${planted}`)
    await client.get(`/fhir/Patient?name=${planted}`)
    await clientOf(server, { Authorization: `Bearer ${planted}` }).get(`/fhir/Patient?name=${planted}`)
    await client.get(`/fhir/${planted}`)
    await client.get(`/${planted}`)
    expect(server.logLines()).toHaveLength(9)
    expect(server.logText()).not.toContain('MARKER')
    expect(server.logText()).not.toContain('good-token')
    expect(server.logLines()[0]).toMatchObject({
      level: 'warn',
      status: 409,
      err: { kind: 'conflict', cause: { code: '23505', constraint: 'patient_pkey' } },
    })
    expect(server.logLines()[3]).toMatchObject({ err: { expression: ['Patient.name'] } })
  })

  it('tells of a bug what a programmer needs: name, own words and place', () => {
    const described = describeError(new TypeError('Cannot read properties of undefined', { cause: 7 }))
    expect(described).toMatchObject({ name: 'TypeError', message: 'Cannot read properties of undefined' })
    expect(described.at?.[0]).toContain('operations.test.ts')
    expect(described.cause).toEqual({ name: 'number' })
  })
})

describe('what browsers and proxies get', () => {
  it('every answer carries the security headers, and none says what it runs on', async () => {
    await using server = await startRecordingServer()
    for (const path of ['/fhir/Patient/a', '/fhir/metadata', '/health', '/nothing', '/fhir/Nonsense']) {
      const { headers } = await clientOf(server, token)
        .get(path)
        .expect('x-content-type-options', 'nosniff')
        .expect('content-security-policy', "default-src 'none';frame-ancestors 'none'")
        .expect('x-frame-options', 'DENY')
        .expect('strict-transport-security', /max-age/)
      expect(headers).not.toHaveProperty('x-powered-by')
    }
  })

  it('an app of another origin may call, and may read the headers it needs; no cookie counts', async () => {
    await using server = await startRecordingServer()
    const app = clientOf(server, { Origin: 'https://app.example' })
    await app
      .options('/fhir/Patient')
      .set('Access-Control-Request-Method', 'PUT')
      .set('Access-Control-Request-Headers', 'authorization,if-match')
      .expect(204)
      .expect('access-control-allow-methods', /PUT/)
      .expect('access-control-allow-headers', 'authorization,if-match')
    const answer = await app
      .get('/fhir/Patient/a')
      .set(token)
      .expect('access-control-allow-origin', '*')
      .expect('access-control-expose-headers', /ETag/)
      .expect('content-type', fhirJson)
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
    await app.get('/fhir/Patient/a').expect(401).expect('access-control-allow-origin', '*')
  })

  it('where origins are listed, others get no permission', async () => {
    await using server = await startRecordingServer({ settings: { corsOrigins: ['https://portal.example'] } })
    const permitted = async (origin: string) =>
      (await clientOf(server, { Origin: origin }).get('/fhir/metadata')).headers[
        'access-control-allow-origin'
      ]
    expect(await permitted('https://portal.example')).toBe('https://portal.example')
    expect(await permitted('https://evil.example')).toBeUndefined()
  })

  it('an answer above 1 KB is compressed for who asks; a small one is left alone', async () => {
    const long = `{"resourceType":"Patient","text":"${'ü'.repeat(2000)}"}`
    await using server = await startRecordingServer({
      interact: async ({ id }) => ({ status: 200, body: id === 'long' ? long : patientText, etag: 'W/"1"' }),
    })
    const ask = (id: string, encoding: string) =>
      clientOf(server, token).get(`/fhir/Patient/${id}`).set('Accept-Encoding', encoding)
    for (const encoding of ['gzip', 'br', 'deflate']) {
      const { text } = await ask('long', encoding)
        .expect('content-encoding', encoding)
        .expect('vary', 'Accept-Encoding')
        .expect('etag', 'W/"1"')
      expect(text).toBe(long)
    }
    expect((await ask('a', 'gzip')).headers).not.toHaveProperty('content-encoding')
    const unasked = await ask('long', 'identity')
    expect(unasked.headers).not.toHaveProperty('content-encoding')
    expect(unasked.text).toBe(long)
  })
})
