import { execFile } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ExportedChain } from '#audit/seals/exported-chain.ts'
import { howToVerify } from '#audit/seals/how-to-verify.ts'
import { readTrustedKeys } from '#audit/seals/key-folder.ts'
import { verifyChain } from '#audit/seals/verify-chain.ts'
import { lastWitnessed } from '#audit/seals/witness.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { makeAuditPartitions } from '#store/audit-partitions.ts'
import { reindex } from '#store/reindex.ts'
import { auditEvent } from '../store/changes.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** Sealing waits for the transactions of all tests that run meanwhile. */
vi.setConfig({ testTimeout: 60_000 })

let server: TestServer
let superuser: pg.Client
let place: string
let witness: string

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'almanac-test-audit-'))
  witness = join(place, 'witness.ndjson')
  server = await startTestServer({ auditWitness: [`file://${witness}`] }, fillOldMonths)
  superuser = new pg.Client({ connectionString: server.databaseUrl })
  await superuser.connect()
  for (let round = 0; round < 3; round++) {
    for (let count = 0; count < 3; count++) await record(new Date())
    await sealed()
  }
})
afterAll(async () => {
  await superuser.end()
  await server[Symbol.asyncDispose]()
  rmSync(place, { recursive: true, force: true })
})

/** Before the first seal, as an import does it: afterwards they would be back-dated. */
async function fillOldMonths(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await makeAuditPartitions(client, new Date('2015-03-01'))
  for (const [id, when] of [
    ['old-1', '2015-03-03T10:00:00.000Z'],
    ['old-2', '2015-03-20T10:00:00.000Z'],
    ['old-3', '2015-04-03T10:00:00.000Z'],
  ] as const)
    await client.query(
      `insert into audit_row (tenant, id, version, updated, text) values ('main', $1, 1, $2::timestamptz, $3)`,
      [id, when, JSON.stringify(auditEvent(id, new Date(when)))],
    )
  await client.end()
  const contextOf = () => ({ localBases: [], timeZone: 'UTC' })
  await reindex({ url, definitions: loadDefinitions(), contextOf, type: 'AuditEvent' })
  return url
}

async function record(when: Date): Promise<string> {
  const id = randomUUIDv7()
  await server.app.database.recordAudit('main', auditEvent(id, when))
  return id
}

/** Waits until the server has sealed all that there is, and the witness has heard of it. */
async function sealed(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await superuser.query(
        `select count(*)::int as events, (select max(number)::int from audit_seal where tenant = 'main') as newest
         from auditevent where xid >= coalesce((select max(until::text::bigint) from audit_seal), 0)::text::xid8`,
      )
      expect(rows[0].events).toBe(0)
      expect((await lastWitnessed(witness)).get('main')?.number).toBe(rows[0].newest)
    },
    { timeout: 50_000 },
  )
}

async function command(name: string, ...args: string[]): Promise<{ code: number; out: string }> {
  const env = {
    ...process.env,
    DATABASE_URL: server.databaseUrl,
    AUDIT_KEYS: server.auditKeys,
    CLINICS: 'north',
    NODE_ENV: 'test',
  }
  try {
    const { stdout, stderr } = await run(
      process.execPath,
      [join(root, `src/commands/audit-${name}.ts`), ...args],
      {
        env,
      },
    )
    return { code: 0, out: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout + stderr }
  }
}

const verifyFolder = async (folder: string) => {
  const chain = await ExportedChain.open(folder)
  const keys = readTrustedKeys(server.auditKeys)
  return verifyChain(chain, chain.tenant, { keys, known: chain.head, now: chain.exported })
}

let exported: string

test('a log that nobody touched verifies, and that it was verified is in the log', async () => {
  const { code, out } = await command('verify', '--clinic', 'main', '--witness', witness)
  expect(out).toMatch(/^main: whole\. \d+ events sealed by \d+ entries/)
  expect(code).toBe(0)
  const { rows } = await superuser.query(
    `select text::json as event from auditevent where text like '%audit-verified%'`,
  )
  expect(rows[0].event).toMatchObject({ outcome: '0', type: { code: '110101' } })
})

test('a witness that is not there is told of in a sentence', async () => {
  const { code, out } = await command('verify', '--witness', join(place, 'nobody.ndjson'))
  expect(out).toBe(`The witness's file ${join(place, 'nobody.ndjson')} cannot be read (ENOENT).\n`)
  expect(code).toBe(2)
})

test('an export verifies with no database at all', async () => {
  exported = join(place, 'export')
  expect((await command('export', '--out', exported, '--csv')).code).toBe(0)
  const { code, out } = await command('verify', '--export', exported)
  expect(out).toContain('main: whole.')
  expect(code).toBe(0)
  const table = readFileSync(join(exported, 'events.csv'), 'utf8').trimEnd().split('\r\n')
  const events = readFileSync(join(exported, 'events.ndjson'), 'utf8').trimEnd().split('\n')
  expect(table).toHaveLength(events.length + 1)
})

type Change = (lines: string[]) => void
const changes: [string, string, Change, string][] = [
  [
    'a changed byte',
    'events.ndjson',
    (lines) => void lines.splice(2, 1, lines[2]?.replace('Practitioner/1', 'Practitioner/2') ?? ''),
    'altered',
  ],
  ['a line left out', 'events.ndjson', (lines) => void lines.splice(3, 1), 'missing'],
  [
    'a line put in',
    'events.ndjson',
    (lines) => void lines.push(lines[3]?.replace(/"id":"[^"]+"/, '"id":"new"') ?? ''),
    'inserted',
  ],
  ['the end cut off', 'seals.ndjson', (lines) => void lines.pop(), 'truncated'],
  ['an entry left out', 'seals.ndjson', (lines) => void lines.splice(1, 1), 'entry-missing'],
]

test.each(changes)('%s of an export is found', async (_, file, change, kind) => {
  const folder = join(place, 'changed')
  cpSync(exported, folder, { recursive: true })
  const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n')
  change(lines)
  writeFileSync(join(folder, file), `${lines.join('\n')}\n`)
  expect((await verifyFolder(folder)).faults[0]?.kind).toBe(kind)
  rmSync(folder, { recursive: true })
})

test('lines of an export in another order are the same events', async () => {
  const folder = join(place, 'shuffled')
  cpSync(exported, folder, { recursive: true })
  const lines = readFileSync(join(folder, 'events.ndjson'), 'utf8').trimEnd().split('\n')
  writeFileSync(join(folder, 'events.ndjson'), `${lines.toReversed().join('\n')}\n`)
  expect((await verifyFolder(folder)).faults).toEqual([])
})

/** The commands of HOW-TO-VERIFY.md, as they stand there. */
test('an export verifies by hand, with jq, sha256sum and openssl', async (context) => {
  for (const tool of ['jq', 'sha256sum', 'openssl', 'xxd'])
    if (
      await run('which', [tool]).then(
        () => false,
        () => true,
      )
    )
      context.skip(`${tool} is not here`)
  const recipe = readFileSync(join(exported, 'HOW-TO-VERIFY.md'), 'utf8')
  const commands = recipe
    .split('\n')
    .filter((line) => line.startsWith('       '))
    .map((line) => line.slice(7))
  const kid = readFileSync(join(server.auditKeys, 'current'), 'utf8')
  const script = commands.join('\n').replaceAll('KID', kid)
  const { stdout } = await run('bash', ['-e', '-c', script], { cwd: exported })
  const [keyHash, verified, genesisHash, previous, leafHash, leaf, root] = stdout.trim().split('\n')
  expect(keyHash?.slice(0, 32)).toBe(kid)
  expect(verified).toBe('Signature Verified Successfully')
  expect(genesisHash?.slice(0, 64)).toBe(previous)
  expect(leafHash?.slice(0, 64)).toBe(leaf)
  const seal = JSON.parse(readFileSync(join(exported, 'seals.ndjson'), 'utf8').split('\n')[1] ?? '')
  expect(root).toBe(JSON.parse(seal.statement).root)
  const { stdout: canonical } = await run(
    'bash',
    ['-c', `grep '^{"action"' events.ndjson > own && jq -cS . own | cmp - own && echo same`],
    {
      cwd: exported,
    },
  )
  expect(canonical.trim()).toBe('same')
})

test('a new key is signed in by the old one', async () => {
  expect((await command('key', '--rotate')).code).toBe(0)
  await record(new Date())
  await sealed()
  const { rows } = await superuser.query(`select kind from audit_seal where tenant = 'main' order by number`)
  expect(rows.map(({ kind }) => kind)).toContain('rotation')
  const { rows: told } = await superuser.query(
    `select text::json->'outcome' as outcome from auditevent where text like '%"audit-key-rotated"%'`,
  )
  expect(new Set(told.map(({ outcome }) => outcome))).toEqual(new Set(['0']))
  expect((await command('verify', '--clinic', 'main')).code).toBe(0)
})

test('a month past its period is compressed, held, let go and dropped, and the log is whole', async () => {
  expect((await command('pack')).out).toMatch(/^2015-03: [\d.]+ MB, now [\d.]+ MB\n2015-04: /)
  const { rows: packed } = await superuser.query(
    `select from auditevent where text like '%"command"%' and text like '%2015-03%'`,
  )
  expect(packed.length).toBeGreaterThan(0)
  const months = ['--since', '2015-01', '--until', '2015-12']
  const hold = (await command('purge', '--hold', 'a lawsuit', ...months)).out.trim()
  expect((await command('purge', '--drop')).out).toContain('main 2015-03: 2 events stay: a lawsuit')
  expect((await command('purge', '--lift', hold)).code).toBe(0)
  expect((await command('purge', '--drop')).out).toBe(
    'main 2015-03: 2 events dropped\nmain 2015-04: 1 events dropped\n',
  )
  const { rows: left } = await superuser.query(
    `select to_regclass('audit_row_2015_03') as partition,
            (select count(*)::int from auditevent where id like 'old-%') as events,
            (select count(*)::int from audit_seal where kind = 'tombstone' and length(signature) = 64) as tombstones`,
  )
  expect(left).toEqual([{ partition: null, events: 0, tombstones: 2 }])
  const { out, code } = await command('verify', '--clinic', 'main')
  expect(out).toMatch(/^main: whole\./)
  expect(code).toBe(0)
  const { rows: told } = await superuser.query(
    `select count(*)::int as events from auditevent where text like '%"audit-purged"%' or text like '%"audit-hold-changed"%'`,
  )
  expect(told).toEqual([{ events: 4 }])
})

test('docs/audit.md has the recipe that the tests run', () => {
  const page = readFileSync(join(root, 'docs/audit.md'), 'utf8')
  const [, recipe] = /<!-- recipe -->\n([\s\S]*?)\n<!-- \/recipe -->/.exec(page) ?? []
  expect(howToVerify).toContain(recipe)
})
