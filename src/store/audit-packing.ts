import type pg from 'pg'
import { auditTable } from './audit-tables.ts'
import { connectAlone } from './lone-connection.ts'
import { translateError } from './postgres-errors.ts'
import { quoted } from './quoted.ts'

export interface PackedMonth {
  readonly month: string
  /** Bytes, indexes included. */
  readonly before: number
  readonly after: number
}

/**
 * Compresses the events of months that are over, a month at a time: what is written is kept as it is, for the sake of who
 * waits. A month cannot be read meanwhile.
 */
export async function* packAuditMonths(url: string, now: Date): AsyncGenerator<PackedMonth> {
  const client = await connectAlone({
    connectionString: url,
    application_name: 'almanac packing',
    options: '-c lock_timeout=10000',
  })
  try {
    for (const name of await loosePartitions(client, now)) {
      const before = await sizeOf(client, name)
      await pack(client, name)
      yield { month: monthOf(name), before, after: await sizeOf(client, name) }
    }
  } catch (error) {
    throw translateError(error)
  } finally {
    await client.end()
  }
}

function monthOf(partition: string): string {
  return partition.slice(auditTable.length + 1).replace('_', '-')
}

async function loosePartitions(client: pg.Client, now: Date): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and c.relname ~ '_\\d{4}_\\d\\d$' and c.reloptions::text like '%toast_tuple_target%'
     order by 1`,
    [auditTable],
  )
  const current = now.toISOString().slice(0, 7)
  return rows.map(({ name }) => name).filter((name) => monthOf(name) < current)
}

/** Within the row: text that lies elsewhere would cost a look-up each. */
async function pack(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(format('alter %I set storage main', attname), ', ') as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
       and atttypid in ('text'::regtype, 'text[]'::regtype)`,
    [name],
  )
  await client.query(`alter table ${quoted(name)} ${rows[0]?.columns}, reset (toast_tuple_target)`)
  await client.query(`vacuum (full, analyze) ${quoted(name)}`)
}

async function sizeOf(client: pg.Client, name: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    'select pg_total_relation_size($1::regclass) as bytes',
    [name],
  )
  return Number(rows[0]?.bytes)
}
