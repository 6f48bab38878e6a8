import pg from 'pg'
import { expect } from 'vitest'
import { startTestServer } from '../../support/server.ts'
import type { Outcome } from '../recording-server.ts'

type TestServer = Awaited<ReturnType<typeof startTestServer>>

/** The whole server, a caller who may do everything, and a look behind its back into the database. */
export interface Clinic extends AsyncDisposable {
  readonly server: TestServer
  readonly base: string
  readonly port: number
  readonly authorization: string
  send(path: string, sent?: Sent): Promise<Response>
  /** Creates through the API, as any client would, and gives the id. */
  create(resource: { resourceType: string; [element: string]: unknown }): Promise<string>
  /** Rows of resources and versions, AuditEvents left out: they are to grow with every attempt. */
  countVersions(): Promise<number>
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Objects are sent as FHIR JSON. */
  readonly body?: object | string | Uint8Array<ArrayBuffer>
}

export async function openClinic(...how: Parameters<typeof startTestServer>): Promise<Clinic> {
  const server = await startTestServer(...how)
  const authorization = `Bearer ${await server.token({ scope: 'system/*.cruds' })}`
  const database = new pg.Pool({ connectionString: server.databaseUrl, max: 2 })
  database.on('error', () => undefined)
  const send = (path: string, { method, headers, body }: Sent = {}) =>
    fetch(path.startsWith('http') ? path : `${server.base}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        Authorization: authorization,
        ...(body === undefined ? {} : { 'Content-Type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    })
  return {
    server,
    base: server.base,
    port: Number(new URL(server.base).port),
    authorization,
    send,
    async create(resource) {
      const response = await send(`/${resource.resourceType}`, { body: resource })
      expect(response.status, server.log()).toBe(201)
      return ((await response.json()) as { id: string }).id
    },
    async countVersions() {
      const { rows } = await database.query<{ count: number }>('select count(*)::int as count from history')
      return rows[0]?.count ?? 0
    },
    async query<Row extends object>(text: string, values: unknown[] = []) {
      return (await database.query<Row>(text, values)).rows
    },
    async [Symbol.asyncDispose]() {
      await database.end()
      await server.close()
    },
  }
}

/** SQL, stacks, places in our code, hosts of the database: nothing of these may reach a caller. */
const leaks =
  /\b(select|insert into|update|delete from) .*\b(from|values|set|where)\b|postgres|pg_|relation "|syntax error at|\.ts:\d|node_modules|node:internal| {4}at /i

export function expectNoLeak(text: string): void {
  expect(text).not.toMatch(leaks)
}

/** The right status, an OperationOutcome with a sentence, and nothing that is nobody's business. */
export async function expectRefusal(
  response: Response,
  status: number | readonly number[],
  said?: { sentence?: RegExp; expression?: string | RegExp },
): Promise<Outcome> {
  const text = await response.text()
  expect(typeof status === 'number' ? [status] : status, text.slice(0, 1000)).toContain(response.status)
  expectNoLeak(text)
  const outcome = JSON.parse(text) as Outcome
  expect(outcome.resourceType).toBe('OperationOutcome')
  expect(outcome.issue[0]?.diagnostics).toMatch(/\w+ \w+.*[.?:]/)
  if (said?.sentence !== undefined) expect(text).toMatch(said.sentence)
  if (said?.expression !== undefined) {
    expect(outcome.issue.flatMap(({ expression }) => expression ?? []).join(' ')).toMatch(said.expression)
  }
  return outcome
}
