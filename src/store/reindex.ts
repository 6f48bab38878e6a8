import pg, { type ClientBase } from 'pg'
import type { Definitions } from '#fhir/definitions.ts'
import { createExtractor, type ExtractionContext } from '#fhir/extract.ts'
import { Refusal } from '#fhir/refusal.ts'
import { outliveCuts } from './lone-connection.ts'
import { translateError } from './postgres-errors.ts'
import { quoted } from './quoted.ts'
import { type PendingGroup, ReindexBatches, type Step } from './reindex-batches.ts'
import { RowEncoding } from './row-encoding.ts'
import { deriveTables, type TypeTable } from './type-tables.ts'

export interface ReindexOptions {
  /** Of a user who owns the database. */
  readonly url: string
  readonly definitions: Definitions
  readonly contextOf: (tenant: string) => ExtractionContext
  /** These, filled again whatever they hold; without both: what a migration left to be filled. */
  readonly type?: string
  readonly parameter?: string
  /** Rows a transaction: few enough to hold no writer up. */
  readonly batchRows?: number
  /** Stops after the batch under way; the next run goes on from there. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ReindexProgress) => void
}

export interface ReindexProgress {
  readonly type: string
  readonly parameters: readonly string[]
  /** In this run. */
  readonly rows: number
  /** All rows of the type, as counted at the start. */
  readonly total: number
}

export interface ReindexReport {
  readonly filled: readonly string[]
  /** `Type.code` of what is not done because of the signal. */
  readonly pending: readonly string[]
}

const reindexLock = '7310579612'

/**
 * Fills columns of search parameters from the stored resources while the server serves. Its place is kept in the
 * table `reindex` with every batch; a row that is written meanwhile has its value from the writer and is left alone.
 */
export async function reindex(options: ReindexOptions): Promise<ReindexReport> {
  const { definitions, signal } = options
  const tables = deriveTables(definitions)
  const client = new pg.Client({ connectionString: options.url, connectionTimeoutMillis: 10_000 })
  outliveCuts(client)
  try {
    await client.connect()
    await takeLock(client)
    await client.query('set role almanac_upkeep')
    await request(client, wanted(tables, options))
    const batches = new ReindexBatches(client, new RowEncoding(tables, createExtractor(definitions)), options)
    const filled: string[] = []
    for (const table of tables) {
      for (
        let group = await batches.nextGroup(table.type);
        group !== undefined && signal?.aborted !== true;
        group = await batches.nextGroup(table.type)
      )
        if (await fillGroup(batches, table, group, options))
          filled.push(...group.parameters.map((code) => `${table.type}.${code}`))
    }
    const { rows } = await client.query<{ name: string }>(
      `select type || '.' || parameter as name from reindex order by 1`,
    )
    await client.query('reset role')
    const types = new Set(filled.map((name) => name.split('.')[0]))
    for (const { type, name } of tables) if (types.has(type)) await client.query(`analyze ${quoted(name)}`)
    return { filled, pending: rows.map(({ name }) => name) }
  } catch (error) {
    throw translateError(error)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** True when all its rows are through. */
async function fillGroup(
  batches: ReindexBatches,
  table: TypeTable,
  group: PendingGroup,
  { signal, onProgress }: ReindexOptions,
): Promise<boolean> {
  const total = await batches.countRows(table.type)
  let rows = 0
  for (let current: PendingGroup | undefined = group; current !== undefined; ) {
    if (signal?.aborted === true) return false
    const step: Step = await batches.fillNext(table, current)
    rows += step.rows
    onProgress?.({ type: table.type, parameters: group.parameters, rows, total })
    current = step.next
  }
  return true
}

async function takeLock(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ mine: boolean }>(
    `select pg_try_advisory_lock(${reindexLock}) as mine`,
  )
  if (rows[0]?.mine !== true)
    throw new Refusal('conflict', 'A reindex is running already: wait for it, or stop it first.')
}

function wanted(
  tables: readonly TypeTable[],
  { type, parameter }: ReindexOptions,
): readonly [string, string][] {
  if (type === undefined && parameter === undefined) return []
  const found = tables
    .filter((table) => type === undefined || table.type === type)
    .flatMap((table) =>
      [...new Set(table.columns.map((column) => column.parameter.code))]
        .filter((code) => parameter === undefined || code === parameter)
        .map((code): [string, string] => [table.type, code]),
    )
  if (found.length === 0)
    throw new Refusal(
      'not-found',
      `No search parameter ${parameter ?? ''} of ${type ?? 'any type'} has columns to fill.`,
    )
  return found
}

/** What was asked for before keeps its place. */
async function request(client: ClientBase, parameters: readonly [string, string][]): Promise<void> {
  await client.query(
    'insert into reindex (type, parameter) select * from unnest($1::text[], $2::text[]) on conflict do nothing',
    [parameters.map(([type]) => type), parameters.map(([, code]) => code)],
  )
}
