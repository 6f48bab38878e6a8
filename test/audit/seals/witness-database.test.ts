import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { SealWitness } from '#store/seal-witness.ts'
import { witnessedHeads } from '../../../src/join-witnesses.ts'
import { cloneTemplate, dropDatabase } from '../../support/database.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

/** Sealing waits for the transactions of all tests that run meanwhile. */
vi.setConfig({ testTimeout: 60_000 })

const run = promisify(execFile)
let server: TestServer
let witness: string
let superuser: pg.Client
let keeper: pg.Client

beforeAll(async () => {
  witness = await cloneTemplate()
  server = await startTestServer({ auditWitness: [witness] })
  superuser = new pg.Client({ connectionString: server.databaseUrl })
  keeper = new pg.Client({ connectionString: witness })
  await superuser.connect()
  await keeper.connect()
})
afterAll(async () => {
  await superuser.end()
  await keeper.end()
  await server.close()
  await dropDatabase(witness)
})

const installation = async () => (await server.app.database.setting('installation')) as string

async function newest(): Promise<number> {
  const { rows } = await superuser.query(`select max(number)::int as n from audit_seal where tenant = 'main'`)
  return rows[0].n ?? -1
}

async function verify(): Promise<{ code: number; out: string }> {
  const env = { ...process.env, DATABASE_URL: server.databaseUrl, AUDIT_KEYS: server.auditKeys }
  const args = ['src/commands/audit-verify.ts', '--clinic', 'main', '--witness', witness]
  return run(process.execPath, args, { env }).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    ({ code, stdout, stderr }) => ({ code, out: stdout + stderr }),
  )
}

test('a database elsewhere takes every seal, and verification asks it', async () => {
  await vi.waitFor(
    async () => {
      const heads = await witnessedHeads(witness, await installation())
      expect(heads.get('main')?.number).toBeGreaterThan(0)
      expect(heads.get('main')?.number).toBe(await newest())
    },
    { timeout: 50_000 },
  )
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('main: whole') })
  expect(await witnessedHeads(witness, 'another-installation')).toEqual(new Map())
})

test.each([
  'update almanac_seal_witness set number = number + 1',
  'delete from almanac_seal_witness',
  'truncate almanac_seal_witness',
])('nothing of it is taken back: %s', async (statement) => {
  await expect(keeper.query(statement)).rejects.toThrow('what a witness saw is not changed')
})

test('what it has already is not taken twice; of two pasts the first one counts', async () => {
  await using stack = new AsyncDisposableStack()
  const database = stack.adopt(new SealWitness(witness), (one) => one.close())
  const entry = { installation: 'of-this-test', tenant: 'main', signature: new Uint8Array([1]) }
  const first = [0, 1, 2].map((number) => ({ ...entry, number, statement: `first ${number}` }))
  await database.remember(first)
  await database.remember(first)
  expect(await database.heads('of-this-test')).toMatchObject([{ number: 2, statement: 'first 2' }])
  await database.remember([1, 2, 3].map((number) => ({ ...entry, number, statement: `again ${number}` })))
  expect(await database.heads('of-this-test')).toMatchObject([{ number: 1, statement: 'first 1' }])
})

test('a gap is what one of several servers could not tell before it ended', async () => {
  await using stack = new AsyncDisposableStack()
  const database = stack.adopt(new SealWitness(witness), (one) => one.close())
  const tell = (tenant: string, numbers: readonly number[]) =>
    database.remember(
      numbers.map((number) => ({
        ...{ installation: 'of-several', tenant, number },
        ...{ statement: `${number}`, signature: new Uint8Array([1]) },
      })),
    )
  await tell('whole', [0, 1, 2])
  await tell('gap', [0, 1, 4, 7])
  await tell('late', [3, 4])
  expect(await database.missing('of-several')).toEqual(
    new Map([
      ['whole', 3],
      ['gap', 2],
      ['late', 0],
    ]),
  )
})

test('a role that may only insert and read is enough where the table is there', async () => {
  await keeper.query(
    `create role witness_only login; grant insert, select on almanac_seal_witness to witness_only`,
  )
  const url = new URL(witness)
  url.searchParams.set('options', '-c role=witness_only')
  const database = new SealWitness(url.href)
  try {
    await database.remember([
      { installation: 'narrow', tenant: 'main', number: 0, statement: 's', signature: new Uint8Array([1]) },
    ])
    expect(await database.heads('narrow')).toHaveLength(1)
  } finally {
    await database.close()
    await keeper.query('drop owned by witness_only; drop role witness_only')
  }
})

test('a server tells, when it starts, what the one before it could not', async () => {
  await keeper.query(`drop table almanac_seal_witness; drop function almanac_seal_witness_stays()`)
  await using second = await startTestServer(
    { auditWitness: [witness], auditKeys: server.auditKeys },
    () => server.databaseUrl,
  )
  expect(second.origin).not.toBe(server.origin)
  await vi.waitFor(
    async () => {
      const { rows } = await keeper.query(
        `select count(*)::int as n from almanac_seal_witness where tenant = 'main' and number < 2`,
      )
      expect(rows[0].n).toBe(2)
    },
    { timeout: 50_000 },
  )
})

test('an end that was cut off is found by it', async () => {
  await server.app.close()
  await superuser.query('set session_replication_role = replica')
  await superuser.query(`delete from audit_seal where tenant = 'main' and number = $1`, [await newest()])
  const { code, out } = await verify()
  expect(code).toBe(1)
  expect(out).toContain('truncated')
})
