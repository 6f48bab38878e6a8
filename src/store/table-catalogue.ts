import type { ClientBase } from 'pg'

/** What the database has, read from its catalogue. */
export interface TableCatalogue {
  readonly tables: ReadonlyMap<string, CatalogueTable>
}

export interface CatalogueTable {
  readonly columns: ReadonlyMap<string, string>
  readonly indexes: ReadonlyMap<string, CatalogueIndex>
}

export interface CatalogueIndex {
  /** Between the parentheses, as PostgreSQL prints them. */
  readonly keys: readonly string[]
  readonly method: string
  /** Not so when its making was interrupted. */
  readonly valid: boolean
}

export async function readCatalogue(client: ClientBase): Promise<TableCatalogue> {
  const columns = await client.query<{ table: string; columns: Record<string, string> }>(`
    select c.relname as table,
           json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)
             || case when a.attcollation = 'pg_catalog."C"'::regcollation then ' COLLATE "C"' else '' end) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      and a.attnum > 0 and not a.attisdropped
    group by c.oid, c.relname`)
  const indexes = await client.query<CatalogueIndex & { table: string; name: string }>(`
    select t.relname as table, i.relname as name, m.amname as method, x.indisvalid as valid,
           array(select pg_get_indexdef(x.indexrelid, key, true)
                        || case when o.opcname = 'gin_trgm_ops' then ' gin_trgm_ops' else '' end
                 from generate_series(1, x.indnkeyatts) key
                 join pg_opclass o on o.oid = x.indclass[key - 1] order by key) as keys
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
                    join pg_am m on m.oid = i.relam
    where t.relnamespace = current_schema()::regnamespace`)
  const tables = new Map<string, { columns: Map<string, string>; indexes: Map<string, CatalogueIndex> }>()
  for (const row of columns.rows)
    tables.set(row.table, { columns: new Map(Object.entries(row.columns)), indexes: new Map() })
  for (const { table, name, ...index } of indexes.rows) tables.get(table)?.indexes.set(name, index)
  return { tables }
}
