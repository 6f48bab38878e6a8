import type { ClientBase } from 'pg'
import { auditTable } from './audit-tables.ts'
import { wholeRows } from './table-ddl.ts'

/** A server that is never restarted looks once a day; a quarter covers any that is not looked after for a while. */
const monthsAhead = 3

/** Makes the partitions of this month and the next ones where they are missing. */
export async function makeAuditPartitions(client: ClientBase, now: Date): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass',
    [auditTable],
  )
  const made: string[] = []
  for (let ahead = 0; ahead <= monthsAhead; ahead++) {
    const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead))
    const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1))
    const name = `${auditTable}_${start.toISOString().slice(0, 7).replace('-', '_')}`
    if (rows.some((row) => row.name === name)) continue
    await makePartition(client, name, `'${start.toISOString()}'`, `'${end.toISOString()}'`)
    made.push(name)
  }
  return made
}

/**
 * Attached when complete: unlike `partition of` that does not lock out those who write meanwhile. Events that found
 * no month of theirs lie in the rest and come along. Statements sent together are one transaction.
 */
async function makePartition(client: ClientBase, name: string, start: string, end: string): Promise<void> {
  const rest = `${auditTable}_rest`
  const within = `updated >= ${start} and updated < ${end}`
  const columns = await writtenColumns(client)
  await client.query(`
    set local lock_timeout = '5s';
    create table ${name} (like ${auditTable} including all) ${wholeRows};
    call almanac_hold_tenant('${name}');
    call almanac_guard_events('${name}');
    grant insert on ${name} to almanac_upkeep;
    grant select, delete on ${rest} to almanac_upkeep;
    set local role almanac_upkeep;
    with strays as (delete from ${rest} where ${within} returning ${columns})
      insert into ${name} (${columns}) select ${columns} from strays;
    reset role;
    revoke insert on ${name} from almanac_upkeep;
    revoke all on ${rest} from almanac_upkeep;
    alter table ${auditTable} attach partition ${name} for values from (${start}) to (${end})`)
}

/** Those that are not generated, which no insert may name. */
async function writtenColumns(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [auditTable],
  )
  return rows[0]?.columns ?? ''
}
