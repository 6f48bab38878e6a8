import pg, { type ClientBase } from 'pg'
import type { Definitions } from '#fhir/definitions.ts'
import { makeAuditPartitions } from './audit-partitions.ts'
import { auditTable } from './audit-tables.ts'
import { makeEventView } from './event-view.ts'
import { markLeakproof } from './leakproof.ts'
import { connectAlone, outliveCuts } from './lone-connection.ts'
import { loadMigrations, type Migration } from './migration-files.ts'
import { translateMigrationError } from './postgres-errors.ts'
import { readCatalogue } from './table-catalogue.ts'
import { compareTables, type Missing } from './table-drift.ts'
import { makeMissing } from './table-making.ts'
import { deriveTables, type TypeTable } from './type-tables.ts'

export interface MigrateOptions {
  /** Of a user who owns the database: the server itself then works as the role almanac_server. */
  readonly url: string
  readonly definitions: Definitions
  /** Migrations of the rooms above, beside the store's own. */
  readonly folders?: readonly URL[]
  readonly now?: Date
}

export interface MigrationReport {
  /** What was made, for the log. */
  readonly made: readonly string[]
  /** What someone should look at: drift, missing marks. */
  readonly warnings: readonly string[]
}

/** One server at a time; the others wait and then find all done. The number is the ASCII of "almanac". */
const migrationLock = '27422990268556643'

export async function migrate(options: MigrateOptions): Promise<MigrationReport> {
  const { definitions, folders, now = new Date() } = options
  const client = new pg.Client({ connectionString: options.url, connectionTimeoutMillis: 10_000 })
  outliveCuts(client)
  try {
    await client.connect()
    await client.query(`select pg_advisory_lock(${migrationLock})`)
    // A hundred steps wait for the disk once: what a cut loses of them, the next start makes.
    await client.query('set synchronous_commit = off')
    const applied = await applyMigrations(client, loadMigrations(folders))
    const { made, differences } = await makeTables(client, options.url, deriveTables(definitions))
    const partitions = await makeAuditPartitions(client, now)
    const unmarked = await markLeakproof(client)
    const all = [...applied, ...made, ...partitions]
    if (all.length > 0) await bringToDisk(client)
    return {
      made: all,
      warnings: [
        ...differences,
        ...(unmarked.length === 0
          ? []
          : [
              `Searches will be slow: a superuser must mark functions as leakproof, see docs/database.md (${unmarked.join(', ')})`,
            ]),
      ],
    }
  } catch (error) {
    throw translateMigrationError(error)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Any write that waits for the disk: the log before it goes there first. */
async function bringToDisk(client: ClientBase): Promise<void> {
  await client.query('set synchronous_commit = on')
  await client.query(`comment on table migration is 'Steps that this database has taken'`)
}

async function applyMigrations(client: ClientBase, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(
    `create table if not exists migration (
       number integer primary key, name text not null, applied timestamptz not null default now())`,
  )
  const { rows } = await client.query<{ number: number }>('select number from migration')
  const known = new Set(rows.map(({ number }) => number))
  const applied: string[] = []
  for (const { number, name, sql } of migrations) {
    if (known.has(number)) continue
    await inTransaction(client, async () => {
      await client.query('insert into migration (number, name) values ($1, $2)', [number, name])
      await client.query(sql)
    })
    applied.push(`migration ${number} ${name}`)
  }
  return applied
}

async function makeTables(client: ClientBase, url: string, tables: readonly TypeTable[]) {
  const { missing, differences } = compareTables(tables, await readCatalogue(client))
  await makeWholeTables(
    client,
    url,
    missing.filter((part) => part.kind === 'table'),
  )
  for (const part of missing) if (part.kind !== 'table') await makeMissing(client, part)
  const events = tables.find(({ name }) => name === auditTable)
  const view = events === undefined ? [] : await makeEventView(client, events)
  return { made: [...missing.map(describe), ...view], differences }
}

/** All tables of a new database, half of them by a second connection: it is processor time that they take. */
async function makeWholeTables(client: ClientBase, url: string, parts: readonly Missing[]): Promise<void> {
  if (parts.length === 0) return
  const second = await connectAlone({ connectionString: url, options: '-c synchronous_commit=off' })
  try {
    const waiting = [...parts]
    const made = [client, second].map((each) =>
      inTransaction(each, async () => {
        for (let part = waiting.shift(); part !== undefined; part = waiting.shift())
          await makeMissing(each, part)
      }),
    )
    for (const half of await Promise.allSettled(made)) if (half.status === 'rejected') throw half.reason
  } finally {
    await second.end()
  }
}

function describe(part: Missing): string {
  if (part.kind === 'table') return `table ${part.table.name}`
  if (part.kind === 'index') return `index ${part.index.name}`
  return `columns ${part.columns.map(({ name }) => `${part.table.name}.${name}`).join(', ')}`
}

async function inTransaction(client: ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
