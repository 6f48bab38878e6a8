import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ExportedChain, type Manifest } from '#audit/seals/exported-chain.ts'
import { readTrustedKeys } from '#audit/seals/key-folder.ts'
import { runsOf, type SealedCount } from '#audit/seals/runs.ts'
import { verifyChain } from '#audit/seals/verify-chain.ts'
import { type Call, callerOf } from '../access/caller.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

/** Sealing waits for the transactions of all tests that run meanwhile. */
vi.setConfig({ testTimeout: 60_000 })

let server: TestServer
let auditor: Call
let token: string
let place: string

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'almanac-test-trail-'))
  server = await startTestServer({ timeZone: 'UTC' })
  const system = await callerOf(server, { scope: 'system/*.cruds' })
  for (const id of ['p1', 'p2']) await system('PUT', `/Patient/${id}`, { resourceType: 'Patient', id })
  await system('GET', '/Patient?family=O%22Neil%0D%0A,=HYPERLINK')
  const wish = { scope: 'user/AuditEvent.rs', fhirUser: 'Practitioner/a1', roles: ['auditor'] }
  auditor = await callerOf(server, wish)
  token = await server.token(wish)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(place, { recursive: true, force: true })
})

async function openAdministration() {
  const client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
  return {
    query: (text: string) => client.query(text),
    [Symbol.asyncDispose]: () => client.end(),
  }
}

async function part(name: string, more = ''): Promise<Response> {
  return await fetch(`${server.base}/AuditEvent/$trail?part=${name}${more}`, {
    headers: { authorization: `Bearer ${token}` },
  })
}

/** As soon as the server has sealed the last of the writes. */
async function manifestOf(): Promise<Manifest & { keys: Record<string, string> }> {
  return await vi.waitFor(
    async () => {
      const answer = await part('manifest')
      expect(answer.status).toBe(200)
      const manifest = (await answer.json()) as Manifest & { keys: Record<string, string> }
      expect(manifest.events).toBeGreaterThan(4)
      return manifest
    },
    { timeout: 50_000, interval: 300 },
  )
}

test('an auditor takes the trail along and verifies it with no server', async () => {
  const manifest = await manifestOf()
  const upTo = `&upTo=${manifest.head.number}`
  mkdirSync(join(place, 'keys'))
  for (const [kid, pem] of Object.entries(manifest.keys))
    writeFileSync(join(place, 'keys', `${kid}.pub.pem`), pem)
  writeFileSync(join(place, 'manifest.json'), JSON.stringify(manifest))
  for (const name of ['events', 'seals']) {
    const answer = await part(name, upTo)
    expect(answer.headers.get('content-type')).toBe('application/fhir+ndjson')
    writeFileSync(join(place, `${name}.ndjson`), await answer.text())
  }
  const chain = await ExportedChain.open(place)
  const keys = readTrustedKeys(join(place, 'keys'))
  const verdict = await verifyChain(chain, 'main', { keys, known: manifest.head, now: new Date() })
  expect(verdict).toMatchObject({
    faults: [],
    events: manifest.events,
    head: { number: manifest.head.number },
  })
})

test('the table for people has a line for each event, and none of them is a formula', async () => {
  const { head, events } = await manifestOf()
  const answer = await part('csv', `&upTo=${head.number}`)
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const lines = (await answer.text()).split('\r\n').filter((line) => line !== '')
  expect(lines.length - 1).toBeGreaterThanOrEqual(events)
  expect(lines.filter((line) => /(?:^|,)[=+@]/.test(line))).toEqual([])
})

test('only so many are at it at once, and whoever comes too many is told when to come back', async () => {
  await using database = await openAdministration()
  await database.query('begin; lock table audit_seal in access exclusive mode')
  const answers: Response[] = []
  const asked = Array.from({ length: 8 }, async () => answers.push(await part('manifest')))
  await vi.waitFor(() => expect(answers).toHaveLength(5), { timeout: 30_000 })
  for (const { status, headers } of answers) expect([status, headers.get('retry-after')]).toEqual([503, '30'])
  await database.query('rollback')
  await Promise.all(asked)
  expect(answers.slice(5).map(({ status }) => status)).toEqual([200, 200, 200])
})

test('how to verify comes along', async () => {
  expect(await (await part('how-to')).text()).toContain('openssl pkeyutl -verify')
})

test('months that were not asked for stay out, and the chain is still whole', async () => {
  const answer = await part('events', '&until=2001-01')
  expect(await answer.text()).toBe('')
  expect(await (await part('seals', '&until=2001-01')).text()).not.toContain('"leaves"')
})

test('taking the trail along is in the trail', async () => {
  await (await part('events')).text()
  const { body } = await auditor(
    'GET',
    '/AuditEvent?subtype=audit-exported&agent=Practitioner/a1&_sort=-date',
  )
  expect(body.entry[0].resource).toMatchObject({
    type: { code: '110101' },
    entity: expect.arrayContaining([
      expect.objectContaining({ description: expect.stringMatching(/^events, \d+ events$/) }),
    ]),
  })
})

test.each([
  ['a doctor', { scope: 'user/*.cruds', fhirUser: 'Practitioner/d1' }],
  ['a patient', { scope: 'patient/*.rs', patient: 'p1', fhirUser: 'Patient/p1' }],
])('%s does not get it', async (_, wish) => {
  const call = await callerOf(server, wish)
  expect((await call('GET', '/AuditEvent/$trail?part=events')).status).toBe(403)
})

test.each([
  ['part=all', 400],
  ['since=January', 400],
  ['upTo=-1', 404],
])('%s is refused with %i', async (query, status) => {
  expect((await auditor('GET', `/AuditEvent/$trail?${query}`)).status).toBe(status)
})

test('small seals are read together, large ones in pieces, and no event twice', async () => {
  const months = ['2026-01', '2026-01', '2026-02', '2026-01', '2026-01', '2026-01']
  const counts = [3, 1_990, 5, 4_500, 2_000, 1]
  const seals: SealedCount[] = counts.map((count, at) => ({ number: at + 1, month: months[at] ?? '', count }))
  const read: string[] = []
  const source = (async function* () {
    yield* seals
  })()
  for await (const { month, first, last, from, to } of runsOf(source))
    for (const seal of seals.filter(({ number }) => number >= first && number <= last)) {
      expect(seal.month).toBe(month)
      for (let at = from; at <= Math.min(to, seal.count); at++) read.push(`${seal.number}.${at}`)
    }
  expect(read).toEqual(
    seals.flatMap(({ number, count }) => Array.from({ length: count }, (_, at) => `${number}.${at + 1}`)),
  )
})
