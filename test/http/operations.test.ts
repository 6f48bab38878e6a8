import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Refusal } from '#fhir/refusal.ts'
import { describeError } from '#http/log.ts'
import { createMetrics } from '#http/metrics.ts'
import { patientText, startRecordingServer, token } from './recording-server.ts'

describe('what an operator asks, without a token', () => {
  it('/health says that the process lives', async () => {
    await using server = await startRecordingServer()
    const response = await fetch(`${server.url}/health`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok' })
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
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${server.url}/ready`)))
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(await answer.json()).toEqual({
        status: 'not ready',
        checks: { database: 'failed', migrations: 'ok' },
      })
    }
    expect(asked).toBeLessThan(20)
    works = true
    const ready = await fetch(`${server.url}/ready`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({ status: 'ready', checks: { database: 'ok', migrations: 'ok' } })
  })

  it('a check that hangs counts as failed', async () => {
    await using server = await startRecordingServer({
      parts: { checks: { database: () => new Promise(() => undefined) } },
    })
    expect((await fetch(`${server.url}/ready`)).status).toBe(503)
  })

  it('/metrics counts by interaction and status, and shows pool, outbox and process', async () => {
    const metrics = createMetrics({
      pool: () => ({ poolTotal: 3, poolIdle: 2, poolWaiting: 1 }),
      outbox: async () => 7,
    })
    await using server = await startRecordingServer({ parts: { metrics } })
    await fetch(`${server.url}/fhir/Patient/a`, { headers: token })
    await fetch(`${server.url}/fhir/Patient/a`)
    await fetch(`${server.url}/fhir/${'x'.repeat(30)}`)
    const text = await (await fetch(`${server.url}/metrics`)).text()
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
    const response = await fetch(`${server.url}/.well-known/jwks.json`)
    expect(await response.json()).toEqual({ keys: [] })
  })
})

describe('the log', () => {
  it('has one line a request: who, what, how it went', async () => {
    await using server = await startRecordingServer()
    await fetch(`${server.url}/fhir/Patient/a`, {
      headers: { ...token, 'X-Request-Id': 'from-the-portal-1' },
    })
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
    const ask = async (id?: string) =>
      (
        await fetch(
          `${server.url}/fhir/Patient/a`,
          id === undefined ? {} : { headers: { 'X-Request-Id': id } },
        )
      ).headers.get('x-request-id')
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
    const headers = {
      ...token,
      'Content-Type': 'application/fhir+json',
      'X-Extra': planted,
      'If-None-Exist': planted,
    }
    const body = `{"resourceType":"Patient","name":[{"family":"${planted}"}]}`
    for (const _ of [...failures])
      await fetch(`${server.url}/fhir/Patient`, { method: 'POST', headers, body })
    await fetch(`${server.url}/fhir/Patient`, { method: 'POST', headers, body: `${body}${planted}` })
    await fetch(`${server.url}/fhir/Patient?name=${planted}`, { headers })
    await fetch(`${server.url}/fhir/Patient?name=${planted}`, {
      headers: { Authorization: `Bearer ${planted}` },
    })
    await fetch(`${server.url}/fhir/${planted}`, { headers })
    await fetch(`${server.url}/${planted}`, { headers })
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
      const { headers } = await fetch(server.url + path, { headers: token })
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'")
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('strict-transport-security')).toContain('max-age')
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })

  it('an app of another origin may call, and may read the headers it needs; no cookie counts', async () => {
    await using server = await startRecordingServer()
    const preflight = await fetch(`${server.url}/fhir/Patient`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://app.example',
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization,if-match',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,if-match')
    const answer = await fetch(`${server.url}/fhir/Patient/a`, {
      headers: { ...token, Origin: 'https://app.example' },
    })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('content-type')).toContain('application/fhir+json')
    const refused = await fetch(`${server.url}/fhir/Patient/a`, {
      headers: { Origin: 'https://app.example' },
    })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('where origins are listed, others get no permission', async () => {
    await using server = await startRecordingServer({ settings: { corsOrigins: ['https://portal.example'] } })
    const ask = async (origin: string) =>
      (await fetch(`${server.url}/fhir/metadata`, { headers: { Origin: origin } })).headers.get(
        'access-control-allow-origin',
      )
    expect(await ask('https://portal.example')).toBe('https://portal.example')
    expect(await ask('https://evil.example')).toBeNull()
  })

  it('an answer above 1 KB is compressed for who asks; a small one is left alone', async () => {
    const long = `{"resourceType":"Patient","text":"${'ü'.repeat(2000)}"}`
    await using server = await startRecordingServer({
      interact: async ({ id }) => ({ status: 200, body: id === 'long' ? long : patientText, etag: 'W/"1"' }),
    })
    for (const encoding of ['gzip', 'br', 'deflate']) {
      const big = await fetch(`${server.url}/fhir/Patient/long`, {
        headers: { ...token, 'Accept-Encoding': encoding },
      })
      expect(big.headers.get('content-encoding')).toBe(encoding)
      expect(big.headers.get('vary')).toBe('Accept-Encoding')
      expect(big.headers.get('etag')).toBe('W/"1"')
      expect(await big.text()).toBe(long)
    }
    const small = await fetch(`${server.url}/fhir/Patient/a`, {
      headers: { ...token, 'Accept-Encoding': 'gzip' },
    })
    expect(small.headers.get('content-encoding')).toBeNull()
    const unasked = await fetch(`${server.url}/fhir/Patient/long`, {
      headers: { ...token, 'Accept-Encoding': 'identity' },
    })
    expect(unasked.headers.get('content-encoding')).toBeNull()
    expect(await unasked.text()).toBe(long)
  })
})
