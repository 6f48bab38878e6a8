import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import { shippedFingerprint } from '../../src/fhir/shipped/fingerprint.ts'
import { migrationFolders } from '../../src/migration-folders.ts'
import { migrate } from '../../src/store/migrate.ts'
import { type DatabaseOptions, openDatabase } from '../../src/store/open-database.ts'
import type { Database } from '../../src/store/store.ts'

export interface TestDatabase extends AsyncDisposable {
  /** Of the superuser. */
  readonly url: string
  readonly database: Database
  /** As the superuser, whom row level security does not hold. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** What failed without a caller to tell. */
  readonly faults: readonly string[]
  /** Fails when a connection was not given back. */
  drop(): Promise<void>
}

const template = 'almanac_template'
export const testBase = 'http://127.0.0.1/fhir'
export const testTimeZone = 'Europe/Berlin'

/** A clone of a migrated template: the cluster's first test makes it. */
export async function createTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<TestDatabase> {
  const url = await cloneTemplate()
  const faults: string[] = []
  const database = await openDatabase({
    url,
    definitions: loadDefinitions(),
    poolSize: 10,
    localBases: () => [testBase],
    timeZone: () => testTimeZone,
    onFault: (sentence) => faults.push(sentence),
    ...options,
  })
  const superuser = new pg.Pool({ connectionString: url, max: 2 })
  superuser.on('error', () => undefined)
  const drop = async () => {
    const { poolTotal, poolIdle } = database.stats()
    await database.close()
    await superuser.end()
    await dropDatabase(url)
    if (poolTotal !== poolIdle)
      throw new Error(`${poolTotal - poolIdle} database connections were not given back`)
  }
  return {
    url,
    database,
    faults,
    drop,
    [Symbol.asyncDispose]: drop,
    query: async (text, values = []) => (await superuser.query(text, [...values])).rows,
  }
}

/** For whoever opens the database differently: a whole server, or a migration. */
export async function cloneTemplate(): Promise<string> {
  return inAdministration(async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [template])
    if (rowCount === 0) await makeTemplate(client)
    return createDatabase(client, `template ${template} strategy file_copy`)
  })
}

/** With nothing in it, not even migrations. */
export function createEmptyDatabase(): Promise<string> {
  return inAdministration((client) => createDatabase(client, ''))
}

export function dropDatabase(url: string): Promise<void> {
  return inAdministration(async (client) => {
    await client.query(`drop database if exists ${nameOf(url)} with (force)`)
  })
}

async function makeTemplate(client: pg.Client): Promise<void> {
  const url = await createDatabase(client, '')
  await migrate({ url, definitions: loadDefinitions(), folders: migrationFolders })
  await markShipped(url)
  await client.query(`alter database ${nameOf(url)} rename to ${template}`)
}

/** Three thousand definitions more would make every clone slower: tests that read them ship them. */
async function markShipped(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const value = JSON.stringify(shippedFingerprint())
  await client.query(`insert into setting (name, value) values ('shipped definitions', $1)`, [value])
  await client.end()
}

async function createDatabase(client: pg.Client, how: string): Promise<string> {
  const url = urlOf(`test_${randomBytes(6).toString('hex')}`)
  await client.query(`create database ${nameOf(url)} ${how}`)
  return url
}

/** One at a time: a template cannot be copied while it is made, nor twice at once while connections linger. */
async function inAdministration<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(7310)')
    return await work(client)
  } finally {
    await client.end()
  }
}

function urlOf(name: string): string {
  return inject('postgresUrl').replace(/\/[^/]*$/, `/${name}`)
}

function nameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}
