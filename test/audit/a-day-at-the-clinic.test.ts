import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { loadValidator } from '../support/validator.ts'
import { type Exchange, predictEvents } from './edge-recorder.ts'

let server: TestServer
let superuser: pg.Client
let token: string
/** Planted where nothing of it may reach the log. */
const marker = 'MARKER-7f3a91'

beforeAll(async () => {
  server = await startTestServer()
  superuser = new pg.Client({ connectionString: server.databaseUrl })
  await superuser.connect()
  token = await server.token({ scope: 'system/*.cruds' })
})
afterAll(async () => {
  await superuser.end()
  await server[Symbol.asyncDispose]()
})

/** xorshift: a day that can be lived again. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % sides
  }
}

type Sent = Pick<Exchange, 'method' | 'path' | 'body' | 'ifNoneExist' | 'provenance'>

const stored = new Map<string, Resource>()

async function send(requestId: string, request: Sent): Promise<Exchange> {
  const { method, path, body, ifNoneExist, provenance } = request
  const answer = await fetch(`${server.base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      cookie: `session=${marker}`,
      'x-request-id': requestId,
      ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
      ...(ifNoneExist !== undefined && { 'if-none-exist': ifNoneExist }),
      ...(provenance !== undefined && { 'x-provenance': JSON.stringify(provenance) }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const json = text === '' ? undefined : (JSON.parse(text) as Resource)
  const { status, headers } = answer
  return { ...request, status, etag: headers.get('etag'), location: headers.get('location'), answer: json }
}

const people = ['p1', 'p2', 'p3', 'p4']

function anyRequest(roll: (sides: number) => number): Sent {
  const person = people[roll(people.length)] as string
  const visit = `v${roll(6)}`
  const participant = [person, people[roll(people.length)] as string]
    .slice(0, 1 + roll(2))
    .map((id) => ({ actor: { reference: `Patient/${id}` }, status: 'accepted' }))
  const appointment: Resource = {
    resourceType: 'Appointment',
    id: visit,
    status: 'proposed',
    comment: marker,
    participant,
  }
  const observation: Resource = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: marker },
    subject: { reference: `Patient/${person}` },
  }
  const provenance: Resource = {
    resourceType: 'Provenance',
    recorded: '2026-11-21T09:00:00Z',
    agent: [{ who: { reference: `Patient/${roll(4) === 0 ? 'nobody' : person}`, display: marker } }],
  }
  const bundle = (type: string, refused: boolean): Resource => ({
    resourceType: 'Bundle',
    type,
    entry: [
      { resource: observation, request: { method: 'POST', url: 'Observation' } },
      { request: { method: 'GET', url: `Patient/${refused ? 'nobody' : person}` } },
    ],
  })
  const requests: (() => Sent)[] = [
    () => ({ method: 'GET', path: `/Patient/${person}` }),
    () => ({ method: 'GET', path: `/Appointment/${visit}` }),
    () => ({ method: 'GET', path: `/Appointment/${visit}/_history/1` }),
    () => ({ method: 'GET', path: `/Appointment/${visit}/_history` }),
    () => ({ method: 'PUT', path: `/Appointment/${visit}`, body: appointment }),
    () => ({ method: 'DELETE', path: `/Appointment/${visit}` }),
    () => ({ method: 'GET', path: `/Appointment?patient=Patient/${person}` }),
    () => ({ method: 'GET', path: '/Appointment?_count=3' }),
    () => ({ method: 'GET', path: '/Appointment?_include=Appointment:patient&_count=2' }),
    () => ({ method: 'GET', path: '/Slot?status=free' }),
    () => ({ method: 'POST', path: '/Observation', body: observation }),
    () => ({ method: 'POST', path: '/Observation', body: { ...observation, status: marker } }),
    () => ({ method: 'POST', path: '/Observation', body: observation, provenance }),
    () => ({ method: 'PUT', path: `/Appointment/${visit}`, body: appointment, provenance }),
    () => ({ method: 'DELETE', path: `/Appointment/${visit}`, provenance }),
    () => ({ method: 'GET', path: `/Observation?patient=${person}&_count=2` }),
    () => ({ method: 'GET', path: '/Patient?nonsense:modifier=1' }),
    () => ({
      method: 'POST',
      path: '/Patient',
      ifNoneExist: 'identifier=urn:x|1',
      body: {
        resourceType: 'Patient',
        identifier: [{ system: 'urn:x', value: '1' }],
        name: [{ family: marker }],
      },
    }),
    () => ({ method: 'POST', path: '', body: bundle('batch', roll(2) === 0) }),
    () => ({ method: 'POST', path: '', body: bundle('transaction', roll(3) === 0) }),
  ]
  return (requests[roll(requests.length)] as (typeof requests)[number])()
}

/** What is there now, for who was in what is changed or goes. */
async function remember(exchange: Exchange): Promise<void> {
  const [, type, id] = /^\/(\w+)\/([^/?]+)$/.exec(exchange.path) ?? []
  if (type === undefined || exchange.status >= 400) return
  if (exchange.method === 'PUT') stored.set(`${type}/${id}`, exchange.body as Resource)
  if (exchange.method === 'DELETE') stored.delete(`${type}/${id}`)
}

async function eventsOf(requestId: string): Promise<readonly Resource[]> {
  const { rows } = await superuser.query<{ event: Resource }>(
    'select text::json as event from auditevent where strpos(text, $1) > 0',
    [`"${requestId}"`],
  )
  return rows.map(({ event }) => event)
}

interface Told {
  subtype: { code: string }[]
  action: string
  outcome: string
  entity: { what?: { reference?: string }; role?: { code: string } }[]
}

function tell(event: Resource): string {
  const { subtype, action, outcome, entity } = event as unknown as Told
  const of = (code: string) => entity.find(({ role }) => role?.code === code)?.what?.reference
  const what = of('4')?.replace(/^Provenance\/[^/]+/, 'Provenance/?') ?? '-'
  return `${subtype[0]?.code} ${action} ${outcome} ${what} ${of('1')?.slice('Patient/'.length) ?? '-'}`
}

test('after a day of anything at all, the log holds what the wire saw, no more and no less', async () => {
  const roll = dice(20261121)
  for (const id of people) {
    const body: Resource = { resourceType: 'Patient', id, name: [{ family: marker }] }
    await send(`before-${id}`, { method: 'PUT', path: `/Patient/${id}`, body })
    stored.set(`Patient/${id}`, body)
  }
  const predicted = new Map<string, readonly string[]>()
  for (let count = 0; count < 150; count++) {
    const requestId = `day-${count}-${roll(1e6)}`
    const request = anyRequest(roll)
    const before = new Map(stored)
    const exchange = await send(requestId, request)
    predicted.set(`${requestId} ${request.method} ${request.path}`, predictEvents(exchange, before))
    await remember(exchange)
  }
  const found = new Map<string, readonly string[]>()
  for (const key of predicted.keys())
    found.set(key, (await eventsOf(key.split(' ')[0] as string)).map(tell).sort())
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(predicted))
  const { rows } = await superuser.query(
    `select count(*)::int as others from auditevent where text not like '%"day-%' and text not like '%"before-%' and text like '%restful-interaction%'`,
  )
  expect(rows[0].others).toBe(0)
})

test('nothing of a body, a cookie or a token is in the log, plain or in base64', async () => {
  const { rows } = await superuser.query<{ text: string }>('select text from auditevent')
  const signature = token.split('.')[2] as string
  for (const { text } of rows) {
    const queries = [...text.matchAll(/"query":"([^"]+)"/g)].map(([, query = '']) =>
      Buffer.from(query, 'base64').toString(),
    )
    for (const secret of [marker, signature, token.slice(0, 60)])
      expect([text, ...queries].join('\n').includes(secret)).toBe(false)
  }
})

test('every event of the day is a right AuditEvent, by R4 and by the profile of this server', async () => {
  const validator = loadValidator(loadDefinitions())
  const profile = 'https://almanac.example/fhir/StructureDefinition/clinic-audit-event'
  const { rows } = await superuser.query<{ event: Resource }>(
    `select text::json as event from auditevent where text like '%restful-interaction%'`,
  )
  const wrong = rows.flatMap(({ event }) =>
    validator
      .validate(event, { profiles: [profile] })
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(({ diagnostics }) => diagnostics),
  )
  expect([...new Set(wrong)]).toEqual([])
})
