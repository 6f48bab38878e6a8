import { shippedTypes } from '#fhir/shipped/shipped-types.ts'
import { auditTable } from './audit-tables.ts'
import { definitionTypes } from './definition-types.ts'
import { quoted } from './quoted.ts'
import type { TableColumn, TableIndex, TypeTable } from './type-tables.ts'

/** For SQL: the text as jsonb, made when read where PostgreSQL can (18 on), so that writes do not pay for it. */
export type ContentColumn = 'virtual' | 'stored'

export function createTable(table: TypeTable, content: ContentColumn): string {
  const search = table.columns.map(columnDefinition)
  if (table.name === auditTable)
    return `create table ${auditTable} (${[...keyColumns, 'text text', sealedBy, 'form uuid', 'v text[]', ...search, wholeOrFormed, 'primary key (tenant, id, updated)'].join(', ')}) partition by range (updated);
create table ${auditTable}_rest partition of ${auditTable} default ${wholeRows};
create index ${auditTable}_xid on ${auditTable} (xid);
grant select, insert on ${auditTable} to almanac_server;
grant select, delete on ${auditTable} to almanac_upkeep;
${grantFilling(table.columns)};
call almanac_hold_tenant('${auditTable}');
call almanac_hold_tenant('${auditTable}_rest');
create trigger guard_event before update or delete on ${auditTable} for each row execute function almanac_guard_event();
call almanac_guard_events('${auditTable}');
call almanac_guard_events('${auditTable}_rest');
grant select, delete on ${auditTable} to almanac_retention;
create policy retention on ${auditTable} to almanac_retention using (true);`
  const name = quoted(table.name)
  const whole = `content jsonb generated always as (text::jsonb) ${content}`
  return `create table ${name} (${[...keyColumns, 'method text not null', 'text text not null', whole, ...search, 'primary key (tenant, id)'].join(', ')}) ${wholeRows};
grant select, insert, update, delete on ${name} to almanac_server;
grant select, update on ${name} to almanac_upkeep;
call almanac_hold_tenant('${table.name}');${callIf(shippedTypes, 'almanac_show_shipped', table)}${callIf(definitionTypes, 'almanac_tell_changes', table)}`
}

/** A resource of two or three kilobytes stays in its row as it is: compressing each was a tenth of PostgreSQL's work. */
export const wholeRows = 'with (toast_tuple_target = 4096)'

/** What is committed and below the oldest transaction under way is complete: so the sealer finds what is new. */
const sealedBy = 'xid xid8 not null default pg_current_xact_id()'

const wholeOrFormed =
  'constraint whole_or_formed check ((text is null) = (form is not null) and (form is null) = (v is null))'

function callIf(types: ReadonlySet<string>, procedure: string, { type, name }: TypeTable): string {
  return types.has(type) ? `\ncall ${procedure}('${name}');` : ''
}

const keyColumns = [
  'tenant text COLLATE "C" not null',
  'id text COLLATE "C" not null',
  'version integer not null',
  'updated timestamptz not null',
]

function columnDefinition(column: TableColumn): string {
  return `${column.name} ${column.sqlType}`
}

/** Search columns may be filled anew; what an event says may not be touched. */
function grantFilling(columns: readonly TableColumn[]): string {
  return `grant update (${columns.map(({ name }) => name).join(', ')}) on ${auditTable} to almanac_upkeep`
}

export function addColumns(table: TypeTable, columns: readonly TableColumn[]): string {
  const added = columns.map((column) => `add column if not exists ${columnDefinition(column)}`)
  const alter = `alter table ${quoted(table.name)} ${added.join(', ')}`
  return table.name === auditTable ? `${alter}; ${grantFilling(columns)}` : alter
}

export interface IndexPlace {
  /** Default: the type's table. */
  readonly on?: string
  readonly name?: string
  readonly concurrently?: boolean
  /** A partitioned table's own entry, to which the partitions' indexes are attached. */
  readonly only?: boolean
}

export function createIndex(table: TypeTable, index: TableIndex, place: IndexPlace = {}): string {
  const { on = table.name, name = index.name, concurrently = false, only = false } = place
  return [
    `create index ${concurrently ? 'concurrently ' : ''}${quoted(name)}`,
    `on ${only ? 'only ' : ''}${quoted(on)} using ${index.method} (${index.keys.join(', ')})`,
    // A search reads the list of pending entries from end to end, so it must stay short.
    index.method === 'gin' ? 'with (gin_pending_list_limit = 512)' : '',
    index.where === undefined ? '' : `where ${index.where}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}
