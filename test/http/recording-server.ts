import { connect } from 'node:net'
import { Writable } from 'node:stream'
import type { pino } from 'pino'
import type { Principal } from '#access/principal.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { createXmlLoader } from '#fhir/xml/load-xml-format.ts'
import { createHttpApp } from '#http/app.ts'
import { type ConnectionLimits, type Listening, listen } from '#http/listen.ts'
import { createLogger } from '#http/log.ts'
import { createMetrics } from '#http/metrics.ts'
import { defaultHttpSettings, type HttpParts, type HttpSettings } from '#http/parts.ts'
import type { FhirRequest, FhirResponse, Interact } from '#interaction/exchange.ts'

/** The room alone, with an interaction that writes down what reached it. */
export interface RecordingServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly requests: FhirRequest[]
  readonly logLines: () => Record<string, unknown>[]
  readonly logText: () => string
  readonly listening: Listening
}

export interface RecordingOptions {
  readonly interact?: Interact
  readonly settings?: Partial<HttpSettings>
  readonly limits?: Partial<ConnectionLimits>
  readonly parts?: Partial<HttpParts>
}

export const patientText = '{"resourceType":"Patient","id":"a","multipleBirthInteger":1.0}'

const anybody = { tenant: 'main', clientId: 'test-client', scopes: [], tokenId: 't' } as unknown as Principal

export async function startRecordingServer(options: RecordingOptions = {}): Promise<RecordingServer> {
  const requests: FhirRequest[] = []
  const chunks: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  const respond =
    options.interact ?? (async (): Promise<FhirResponse> => ({ status: 200, body: patientText }))
  const app = createHttpApp({
    interact: (request, principal) => {
      requests.push(request)
      return respond(request, principal)
    },
    authenticate: (authorization) => {
      if (authorization === 'Bearer good-token') return anybody
      throw new Refusal('login', 'A bearer token is needed.', { headers: { 'WWW-Authenticate': 'Bearer' } })
    },
    capabilities: ({ base, query }) => ({
      status: 200,
      body: JSON.stringify({
        resourceType: 'CapabilityStatement',
        url: base,
        mode: query.find(([name]) => name === 'mode')?.[1] ?? 'full',
      }),
    }),
    openApi: ({ base }) => ({ status: 200, body: JSON.stringify({ openapi: '3.1.0', servers: [base] }) }),
    version: '1.2.3',
    loadXml: () => createXmlLoader(loadDefinitions())(),
    smartConfiguration: (base) => JSON.stringify({ base: base.url }),
    isClinic: (name) => name === 'north',
    isResourceType: (name) => name === 'Patient' || name === 'Observation' || name === 'Binary',
    checks: {},
    metrics: createMetrics({ pool: () => ({ poolTotal: 3, poolIdle: 2, poolWaiting: 1 }) }),
    logger: createLogger('info', sink as unknown as pino.DestinationStream),
    settings: { ...defaultHttpSettings, ...options.settings },
    ...options.parts,
  })
  const listening = await listen(app, {
    host: '127.0.0.1',
    port: 0,
    limits: { drainTimeout: 2000, ...options.limits },
  })
  return {
    url: listening.url,
    port: Number(new URL(listening.url).port),
    requests,
    listening,
    logText: () => chunks.join(''),
    logLines: () =>
      chunks
        .join('')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    [Symbol.asyncDispose]: () => listening.close(),
  }
}

export interface Outcome {
  readonly resourceType: 'OperationOutcome'
  readonly issue: readonly {
    readonly severity: string
    readonly code: string
    readonly diagnostics: string
    readonly expression?: readonly string[]
  }[]
}

export const token = { Authorization: 'Bearer good-token' }
export const fhirJson = 'application/fhir+json; charset=utf-8'

/** Sends bytes as they are, which no HTTP client would, and gives all that came back until the server closed. */
export function sendRaw(
  port: number,
  text: string | Buffer,
  options: { halfClose?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const received: Uint8Array[] = []
    socket.setTimeout(8000, () => reject(new Error('the server left the connection open')))
    socket.on('data', (chunk) => received.push(Buffer.from(chunk)))
    socket.on('error', reject)
    socket.on('end', () => {
      socket.destroy()
      resolve(Buffer.concat(received).toString())
    })
    socket.write(text)
    if (options.halfClose === true) socket.end()
  })
}
