import { auditForms, auditTable } from './audit-tables.ts'
import { isOfFormedRow } from './event-places.ts'
import { quoted } from './quoted.ts'
import type { RowEncoding } from './row-encoding.ts'
import { shippedTenant } from './shipped-tenant.ts'
import type { TableColumn, TypeTable } from './type-tables.ts'

/** What one flush consists of, apart from the values: the same shape is the same SQL, prepared once a connection. */
export interface WriteShape {
  readonly tables: readonly TableShape[]
  /** Versions that leave no row in their type's table: deletes, and those replaced within the flush. */
  readonly historyOnly: boolean
  readonly deletes: readonly TypeTable[]
  readonly audit: EventsShape
  readonly references: boolean
  readonly auditReferences: boolean
  /** A function of the rooms above that throws when the rest must not be. */
  readonly guard: string | undefined
}

/** Which kinds of rows of AuditEvents there are. */
export interface EventsShape {
  /** Forms that are not known to be stored. */
  readonly forms: boolean
  /** Events that have a form. */
  readonly formed: boolean
  readonly whole: boolean
}

export interface TableShape {
  readonly table: TypeTable
  /** All rows are first versions, so that none is there to be replaced. */
  readonly fresh: boolean
  /** Only these hold something in any row. Of one table it only grows, so that its length tells which they are. */
  readonly filled: readonly TableColumn[]
}

/**
 * One statement however many rows, types and tables: either all of it happens or nothing, in one round trip
 * (docs/decisions/0004-one-statement-a-commit.md). Parameters in order: tenant; rows and texts of each table; history-only rows; ids of each
 * delete; forms of AuditEvents, events of forms, whole events; targets' types and ids; ids of AuditEvents referred to; what is guarded.
 */
export function buildWriteStatement(shape: WriteShape, encoding: RowEncoding): string {
  let texts = textsOf.get(encoding)
  if (texts === undefined) {
    texts = new Map()
    textsOf.set(encoding, texts)
  }
  const key = [
    ...shape.tables.map(({ table, fresh, filled }) => `${table.name}${fresh ? '+' : '='}${filled.length}`),
    ...shape.deletes.map(({ name }) => `${name}-`),
    shape.historyOnly,
    shape.audit.forms,
    shape.audit.formed,
    shape.audit.whole,
    shape.references,
    shape.auditReferences,
    shape.guard,
  ].join(' ')
  let text = texts.get(key)
  if (text === undefined) {
    text = writeText(shape, encoding.table('AuditEvent'))
    if (texts.size >= mostTexts) texts.clear()
    texts.set(key, text)
  }
  return text
}

/** The texts are some kilobytes each, and a bundle may mix any types. */
const mostTexts = 500
/** Tables of one name differ where definitions do. */
const textsOf = new WeakMap<RowEncoding, Map<string, string>>()

function writeText(shape: WriteShape, events: TypeTable): string {
  let parameter = 1
  const next = () => `$${++parameter}`
  const steps: string[] = []
  const versions: string[] = []
  shape.tables.forEach(({ table, fresh, filled }, at) => {
    const fields = [rowFields, ...filled.map(definition)].join(', ')
    const columns = [rowNames, ...names(filled), 'text'].join(', ')
    steps.push(`r${at} as materialized (select * from ${withTexts(fields, next(), next())} r(${columns}))`)
    versions.push(
      `select '${table.type}'::text as type, id, version, updated, false as deleted, method, text from r${at}`,
    )
    steps.push(`t${at} as (${putRows(table, fresh, filled, `r${at}`)})`)
  })
  if (shape.historyOnly)
    versions.push(
      `select * from json_to_recordset(${next()}::json) r(type text, id text, version integer, updated timestamptz, deleted boolean, method text, text text)`,
    )
  if (versions.length > 0) {
    steps.push(`v as materialized (${versions.join(' union all ')})`)
    steps.push(
      `h as (insert into history (tenant, type, id, version, updated, deleted, method, text) select $1, type, id, version, updated, deleted, method, text from v)`,
      `o as (insert into outbox (tenant, type, id, version, method) select $1, type, id, version, method from v)`,
    )
  }
  shape.deletes.forEach((table, at) => {
    steps.push(`d${at} as (delete from ${quoted(table.name)} where id = any(${next()}::text[]))`)
  })
  if (shape.audit.forms) steps.push(`f as (${insertForms(next())})`)
  if (shape.audit.formed) steps.push(`e as (${insertFormed(events, next())})`)
  if (shape.audit.whole) steps.push(`a as (${insertWhole(events, next())})`)
  const missing: string[] = []
  if (shape.references)
    missing.push(
      `select r.type || '/' || r.id as target from unnest(${next()}::text[], ${next()}::text[]) r(type, id)
       where coalesce(${newestDeleted('$1')}, true) and coalesce(${newestDeleted(`'${shippedTenant}'`)}, true)`,
    )
  if (shape.auditReferences)
    missing.push(
      `select 'AuditEvent/' || r.id as target from unnest(${next()}::text[]) r(id) where not exists (select from auditevent e where e.tenant = $1 and e.id = r.id)`,
    )
  const check =
    missing.length === 0
      ? ''
      : `select almanac_missing_reference(string_agg(target, ' ')) from (${missing.join(' union all ')}) m having count(*) > 0`
  const answer = shape.guard === undefined ? check || 'select' : guarded(shape.guard, next(), check)
  return steps.length === 0 ? answer : `with ${steps.join(',\n')}\n${answer}`
}

/** PostgreSQL evaluates this before it writes any row of the parts above, so the locks that a guard takes come first. */
function guarded(name: string, rows: string, check: string): string {
  return `select ${quoted(name)}(${rows}::jsonb)${check === '' ? '' : `, (${check})`}`
}

function newestDeleted(tenant: string): string {
  return `(select h.deleted from history h where h.tenant = ${tenant} and h.type = r.type and h.id = r.id order by h.version desc limit 1)`
}

const rowFields = 'id text, version integer, updated timestamptz, method text'
const rowNames = 'id, version, updated, method'

/** Texts travel beside the JSON of their rows: quoted in it they would be written and parsed character by character. */
function withTexts(definitions: string, rows: string, texts: string): string {
  return `rows from (json_to_recordset(${rows}::json) as (${definitions}), unnest(${texts}::text[]))`
}

function putRows(table: TypeTable, fresh: boolean, filled: readonly TableColumn[], rows: string): string {
  const columns = ['id', 'version', 'updated', 'method', 'text', ...names(filled)]
  const insert = `insert into ${quoted(table.name)} (tenant, ${columns.join(', ')}) select $1, ${columns.join(', ')} from ${rows}`
  if (fresh) return insert
  const set = columns.slice(1).map((name) => `${name} = excluded.${name}`)
  const emptied = names(table.columns).filter((name) => !columns.includes(name))
  return `${insert} on conflict (tenant, id) do update set ${[...set, ...emptied.map((name) => `${name} = null`)].join(', ')}`
}

export function insertForms(rows: string): string {
  return `insert into ${auditForms} select * from json_populate_recordset(null::${auditForms}, ${rows}::json) on conflict do nothing`
}

/** Narrow: of most events all but a few values is in their form. */
function insertFormed(table: TypeTable, rows: string): string {
  const { own, fields } = formedRow(table)
  return `insert into ${auditTable} (tenant, version, ${own.join(', ')})
    select $1, 1, ${own.join(', ')} from json_to_recordset(${rows}::json) r(${fields})`
}

/** Columns of an event that has a form, and their definitions. */
export function formedRow(table: TypeTable): { readonly own: readonly string[]; readonly fields: string } {
  const columns = table.columns.filter(isOfFormedRow)
  return {
    own: ['id', 'updated', 'form', 'v', ...names(columns)],
    fields: `id text, updated timestamptz, form uuid, v text[], ${columns.map(definition).join(', ')}`,
  }
}

function insertWhole(table: TypeTable, rows: string): string {
  return `insert into ${auditTable} (tenant, id, version, updated, text, ${names(table.columns).join(', ')})
    select $1, id, 1, updated, text, ${names(table.columns).join(', ')} from json_to_recordset(${rows}::json) r(id text, updated timestamptz, text text, ${table.columns.map(definition).join(', ')})`
}

function names(columns: readonly TableColumn[]): string[] {
  return columns.map(({ name }) => name)
}

/** A column definition list takes no collation here: the values go straight into columns that have theirs. */
function definition({ name, sqlType }: TableColumn): string {
  return `${name} ${sqlType.replace(' COLLATE "C"', '')}`
}
