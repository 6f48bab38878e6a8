import type { ClientBase } from 'pg'
import { auditTable } from './audit-tables.ts'
import { quoted } from './quoted.ts'
import { addColumns, type ContentColumn, createIndex, createTable } from './table-ddl.ts'
import type { Missing } from './table-drift.ts'

/** A new table at once; a column or index of a table in use without holding up those who use it. */
export async function makeMissing(client: ClientBase, missing: Missing): Promise<void> {
  const { table } = missing
  switch (missing.kind) {
    case 'table': {
      const indexes = table.indexes.map((index) => createIndex(table, index))
      await client.query([createTable(table, await contentColumn(client)), ...indexes].join(';\n'))
      return
    }
    case 'columns': {
      const codes = [...new Set(missing.columns.map(({ parameter }) => parameter.code))]
      await client.query('begin')
      await client.query("set local lock_timeout = '30s'")
      await client.query(addColumns(table, missing.columns))
      await client.query('set local role almanac_upkeep')
      // Rows that are there already lack the value: until they have it, searches by it are refused.
      await client.query(
        `insert into reindex (type, parameter) select $1, unnest($2::text[])
         where exists (select 1 from ${quoted(table.name)})
         on conflict (type, parameter) do update set after_tenant = null, after_id = null`,
        [table.type, codes],
      )
      await client.query('commit')
      return
    }
    case 'index': {
      const { index, broken } = missing
      if (table.name === auditTable) return makePartitionedIndex(client, missing)
      if (broken) await client.query(`drop index concurrently if exists ${quoted(index.name)}`)
      await client.query(createIndex(table, index, { concurrently: true }))
    }
  }
}

async function contentColumn(client: ClientBase): Promise<ContentColumn> {
  const { rows } = await client.query(
    "select current_setting('server_version_num')::int >= 180000 as virtual",
  )
  return rows[0]?.virtual === true ? 'virtual' : 'stored'
}

/** A partitioned table takes no index concurrently: its partitions do, one by one. */
async function makePartitionedIndex(
  client: ClientBase,
  { table, index, broken }: Missing & { kind: 'index' },
): Promise<void> {
  if (broken) await client.query(`drop index if exists ${quoted(index.name)}`)
  const { rows } = await client.query<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass',
    [auditTable],
  )
  await client.query(createIndex(table, index, { only: true }))
  for (const partition of rows) {
    const name = `${partition.name}_${index.name}`.slice(0, 63)
    await client.query(`drop index concurrently if exists ${quoted(name)}`)
    await client.query(createIndex(table, index, { on: partition.name, name, concurrently: true }))
    await client.query(`alter index ${quoted(index.name)} attach partition ${quoted(name)}`)
  }
}
