import type { ClientBase } from 'pg'
import { auditForms, auditTable, auditView as view } from './audit-tables.ts'
import { isOfForm } from './event-places.ts'
import { quoted } from './quoted.ts'
import type { TypeTable } from './type-tables.ts'

interface StoredColumn {
  readonly name: string
  readonly type: string
  readonly collated: boolean
}

/** Made anew when a column came along; it goes to the end, so that views which others made of this one stay. */
export async function makeEventView(client: ClientBase, table: TypeTable): Promise<readonly string[]> {
  const stored = await columnsOf(client, auditTable)
  const forms = new Set((await columnsOf(client, auditForms)).map(({ name }) => name))
  const ofForms = table.columns.filter(isOfForm).map(({ name }) => name)
  const lacking = ofForms.filter((name) => !forms.has(name))
  const shown = new Set((await columnsOf(client, view)).map(({ name }) => name))
  const columns = stored.filter(({ name }) => name.startsWith('by_'))
  if (lacking.length === 0 && columns.every(({ name }) => shown.has(name))) return []
  const added = lacking.map((name) => `add column ${name} text`)
  await client.query(`begin; set local lock_timeout = '30s';
${added.length === 0 ? '' : `alter table ${auditForms} ${added.join(', ')};`}
${createView(columns, new Set(ofForms))};
grant select on ${view} to almanac_server, almanac_upkeep, almanac_retention;
commit`)
  return [`view ${view}`]
}

async function columnsOf(client: ClientBase, name: string): Promise<readonly StoredColumn[]> {
  const { rows } = await client.query<StoredColumn>(
    `select attname as name, format_type(atttypid, atttypmod) as type, attcollation <> 0 as collated from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
    [quoted(name)],
  )
  return rows
}

/** With the rights of whoever asks. Indexes are on columns of the row, which therefore stand here as they are. */
function createView(columns: readonly StoredColumn[], ofForms: ReadonlySet<string>): string {
  const text = `coalesce(e.text, ${filled('text')})`
  const searched = columns.map((column) =>
    ofForms.has(column.name) ? `${formed(column)} as ${column.name}` : `e.${column.name}`,
  )
  return `create or replace view ${view} with (security_invoker = true) as
select e.tenant, e.id, e.version, e.updated, ${text} as text, e.xid, ${text}::jsonb as content, ${searched.join(', ')}
from ${auditTable} e left join ${auditForms} f on f.tenant = e.tenant and f.id = e.form`
}

function filled(column: string): string {
  return `format(f.${column}, variadic e.id || e.v)`
}

/** Empty: filled anew in the row, where it turned out to have no value whatever the form says. */
function formed({ name, type, collated }: StoredColumn): string {
  const collate = collated ? ' collate "C"' : ''
  const empty = type === 'text[]' ? `'{}'` : `''`
  return `nullif(coalesce(e.${name}, ${filled(name)}::${type}${collate}), ${empty})`
}
