import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Answer, type Caller, callAs, entry } from './caller.ts'

let server: TestServer
let caller: Caller
let superuser: pg.Pool
const standing = ['s0', 's1', 's2', 's3', 's4', 's5']

beforeAll(async () => {
  server = await startTestServer()
  caller = await callAs(server)
  superuser = new pg.Pool({ connectionString: server.databaseUrl, max: 2 })
  superuser.on('error', () => undefined)
  for (const id of standing) await caller.send('PUT', `Patient/${id}`, { resourceType: 'Patient', id })
  await superuser.query(`
    create function explode() returns trigger language plpgsql as $$
      begin raise exception 'a disk is full'; end $$;
    create trigger explode before insert on history for each row
      when (new.text like '%explode%') execute function explode()`)
})
afterAll(async () => {
  await superuser.end()
  await server.close()
})

type Fault =
  | { kind: 'none' | 'invalid' | 'dangling' | 'stale' | 'database' }
  /** All of the server's connections are cut so many milliseconds after the request was sent. */
  | { kind: 'cut'; after: number }

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>(
    { kind: 'none' },
    { kind: 'invalid' },
    { kind: 'dangling' },
    { kind: 'stale' },
    { kind: 'database' },
  ),
  {
    arbitrary: fc.record({ kind: fc.constant('cut' as const), after: fc.integer({ min: 0, max: 60 }) }),
    weight: 2,
  },
)

interface Plan {
  creates: number
  updates: string[]
  deletes: string[]
  /** A read sends the buffer before the end: the transaction then needs several statements. */
  read: boolean
  fault: Fault
}

const plan: fc.Arbitrary<Plan> = fc
  .record({
    creates: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 50, max: 150 })),
    touched: fc.shuffledSubarray(standing),
    split: fc.nat(6),
    read: fc.boolean(),
    fault,
  })
  .map(({ touched, split, ...rest }) => ({
    ...rest,
    updates: touched.slice(split),
    deletes: touched.slice(0, split),
  }))

let runs = 0

test('whatever happens, a transaction leaves all that it did or nothing, and the audit tells which', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (one) => {
      const run = `transaction-run-${++runs}-end`
      for (const id of one.deletes) await caller.send('PUT', `Patient/${id}`, { resourceType: 'Patient', id })
      const before = await versions()
      const entries = entriesOf(one, run)
      const [answer] = await Promise.all([send(entries, run), cutConnections(one.fault)])
      await recover()
      await checkAllOrNothing(one, run, entries.length, before, answer)
    }),
    { numRuns: 60 },
  )
})

function entriesOf({ creates, updates, deletes, read, fault: { kind } }: Plan, run: string): object[] {
  const patient = (more: object = {}) => ({ resourceType: 'Patient', name: [{ family: run }], ...more })
  const entries = [
    ...Array.from({ length: creates }, (_, i) =>
      entry('POST', 'Patient', patient({ multipleBirthInteger: i })),
    ),
    ...updates.map((id) => entry('PUT', `Patient/${id}`, patient({ id }))),
    ...deletes.map((id) => entry('DELETE', `Patient/${id}`)),
  ]
  if (read) entries.push(entry('GET', 'Patient?_count=1'))
  if (kind === 'invalid') entries.push(entry('POST', 'Patient', patient({ gender: 5 })))
  if (kind === 'stale')
    entries.push(entry('PUT', 'Patient/stale', patient({ id: 'stale' }), { ifMatch: 'W/"99"' }))
  if (kind === 'database') entries.push(entry('POST', 'Patient', patient({ language: 'explode' })))
  if (kind === 'dangling') {
    entries.push(
      entry('POST', 'Patient', patient({ managingOrganization: { reference: 'Organization/nowhere' } })),
    )
  }
  return entries
}

function send(entries: object[], run: string): Promise<Answer> {
  return caller.post('transaction', entries, { 'x-request-id': run })
}

async function cutConnections(injected: Fault): Promise<void> {
  if (injected.kind !== 'cut') return
  await new Promise((resolve) => setTimeout(resolve, injected.after))
  await superuser.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'almanac' and pid <> pg_backend_pid()`,
  )
}

/** The server comes back by itself; the first requests after a cut may still find a dead connection. */
async function recover(): Promise<void> {
  for (let i = 0; i < 50; i++) {
    if ((await caller.send('GET', 'Patient/s0')).status < 500) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('The server did not recover')
}

async function versions(): Promise<Map<string, { id: string; version: number; deleted: boolean }>> {
  const { rows } = await superuser.query("select id, version, deleted from history where type = 'Patient'")
  return new Map(rows.map((row) => [`${row.id}/${row.version}`, row]))
}

async function checkAllOrNothing(
  { creates, updates, deletes, fault: { kind } }: Plan,
  run: string,
  count: number,
  before: ReadonlyMap<string, unknown>,
  answer: Answer,
): Promise<void> {
  const made = [...(await versions())].filter(([key]) => !before.has(key)).map(([, row]) => row)
  const expected = creates + updates.length + deletes.length
  if (answer.status === 200) {
    expect(made).toHaveLength(expected)
    expect(answer.bundle.entry ?? []).toHaveLength(count)
  } else if (kind === 'cut') {
    // Cut between the commit and its confirmation, the server cannot know; then all of it is there.
    expect(answer.status).toBe(503)
    expect([0, expected]).toContain(made.length)
  } else {
    expect(answer.status).toBe({ none: 200, invalid: 400, dangling: 422, stale: 412, database: 500 }[kind])
    expect(made).toHaveLength(0)
  }
  for (const { id, version, deleted } of made) {
    const current = await superuser.query('select version from patient where id = $1', [id])
    expect(current.rows).toEqual(deleted ? [] : [{ version }])
    const sent = await superuser.query(
      "select 1 from outbox where type = 'Patient' and id = $1 and version = $2",
      [id, version],
    )
    expect(sent.rowCount).toBe(1)
  }
  // Whether one that only reads was cut before or after its commit, nothing but its events can tell.
  const succeeded = expected === 0 && kind === 'cut' ? [0, count] : [made.length > 0 ? count : 0]
  await checkAudit(run, answer, answer.status === 200 ? [count] : succeeded)
}

/** An event of success for each entry that was carried out, none for what was not; a refusal is told as one. */
async function checkAudit(run: string, answer: Answer, succeeded: readonly number[]): Promise<void> {
  const { rows } = await superuser.query('select text from auditevent where position($1 in text) > 0', [run])
  const events = rows.map(({ text }) => JSON.parse(text) as { outcome: string; subtype: { code: string }[] })
  const isBundle = ({ subtype }: { subtype: { code: string }[] }) =>
    subtype.some(({ code }) => code === 'transaction')
  expect(succeeded).toContain(events.filter((event) => event.outcome === '0' && !isBundle(event)).length)
  const ofBundle = events.filter(isBundle)
  if (answer.status === 200) expect(ofBundle.map(({ outcome }) => outcome)).toEqual(['0'])
  else expect(ofBundle.filter(({ outcome }) => outcome === '0')).toEqual([])
  if (answer.status < 500 && answer.status !== 200)
    expect(ofBundle.map(({ outcome }) => outcome)).toEqual(['4'])
}
