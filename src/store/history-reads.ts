import type { Viewer } from '#fhir/search-query.ts'
import { type HistoryCursor, readCursor, writeCursor } from './history-cursor.ts'
import { quoted } from './quoted.ts'
import type { Visibility } from './resource-reads.ts'
import type { Run } from './run.ts'
import type { HistoryPage, HistoryQuery } from './store.ts'
import { storedVersion, type VersionRow } from './version-row.ts'

type Row = VersionRow & { readonly type: string }

/**
 * Histories, newest version first. New versions come before the first page, so later pages neither repeat nor skip.
 * https://hl7.org/fhir/R4/http.html#history
 */
export async function readHistory(
  query: HistoryQuery,
  viewer: Viewer,
  run: Run,
  visibility: Visibility,
): Promise<HistoryPage> {
  const types = query.type !== undefined ? [query.type] : (query.types ?? [])
  const sources = groupSources(types, viewer)
  const [rows, total] = await Promise.all([
    query.count === 0 || sources.length === 0 ? [] : readPage(query, sources, viewer, run, visibility),
    query.total ? countVersions(query, sources, viewer, run, visibility) : undefined,
  ])
  const page = rows.slice(0, query.count)
  const last = page.at(-1)
  return {
    versions: page.map((row) => storedVersion(row.type, row)),
    ...(total === undefined ? {} : { total }),
    ...(rows.length > query.count && last !== undefined ? { next: writeCursor(last) } : {}),
  }
}

/** Types that are seen whole share one select; each other has its own. */
type Source = { readonly types: readonly string[]; readonly whole: boolean }

function groupSources(types: readonly string[], viewer: Viewer): readonly Source[] {
  const visible = types.filter((type) => viewer.visible(type) !== 'nothing')
  // Of events there is one for each request, this one too: they are asked for by name.
  const versioned = types.length === 1 ? visible : visible.filter((type) => type !== 'AuditEvent')
  const whole = versioned.filter((type) => type !== 'AuditEvent' && viewer.visible(type) === 'all')
  return [
    ...(whole.length === 0 ? [] : [{ types: whole, whole: true }]),
    ...versioned.filter((type) => !whole.includes(type)).map((type) => ({ types: [type], whole: false })),
  ]
}

async function readPage(
  query: HistoryQuery,
  sources: readonly Source[],
  viewer: Viewer,
  run: Run,
  visibility: Visibility,
): Promise<readonly Row[]> {
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor)
  const values: unknown[] = [viewer.tenant, query.count + 1]
  const selects = sources.map((source) => {
    const where = conditions(query, source, viewer, values, visibility)
    const after = cursor === undefined ? '' : ` and ${afterCursor(query, cursor, values)}`
    const columns = 'h.id, h.version, h.updated, h.deleted, h.method, h.text'
    if (!source.whole || source.types.length === 1) {
      values.push(source.types[0])
      return `(select $${values.length}::text as type, ${columns} from ${versionsOf(source)} h where ${where} and h.type = $${values.length}${after} order by ${order(query)} limit $2)`
    }
    values.push(source.types)
    return `(select k.type, ${columns} from unnest($${values.length}::text[]) k(type) cross join lateral (
        select * from history h where ${where} and h.type = k.type${after} order by ${order(query)} limit $2) h)`
  })
  const [only] = selects
  const text =
    selects.length === 1 && sources[0]?.types.length === 1
      ? (only as string)
      : `select * from (${selects.join(' union all ')}) h order by updated desc, type desc, id desc, version desc limit $2`
  return run<Row>({ text, values })
}

async function countVersions(
  query: HistoryQuery,
  sources: readonly Source[],
  viewer: Viewer,
  run: Run,
  visibility: Visibility,
): Promise<number> {
  if (sources.length === 0) return 0
  const values: unknown[] = [viewer.tenant]
  const counts = sources.map((source) => {
    const where = conditions(query, source, viewer, values, visibility)
    values.push(source.types)
    return `(select count(*) from ${versionsOf(source)} h where ${where} and h.type = any($${values.length}::text[]))`
  })
  const [row] = await run<{ total: string }>({ text: `select ${counts.join(' + ')} as total`, values })
  return Number(row?.total)
}

const events = `(select e.*, 'AuditEvent' as type, false as deleted, 'POST' as method from auditevent e)`

function versionsOf(source: Source): string {
  return source.types[0] === 'AuditEvent' ? events : 'history'
}

function conditions(
  query: HistoryQuery,
  source: Source,
  viewer: Viewer,
  values: unknown[],
  visibility: Visibility,
): string {
  const push = (value: unknown) => `$${values.push(value)}`
  const all = ['h.tenant = $1']
  if (query.id !== undefined) all.push(`h.id = ${push(query.id)}`)
  if (query.since !== undefined) all.push(`h.updated >= ${push(query.since.toISOString())}`)
  if (query.at !== undefined) {
    all.push(`h.updated < ${push(query.at.end.toISOString())}`)
    if (source.types[0] !== 'AuditEvent')
      all.push(
        `not exists (select from history n where n.tenant = $1 and n.type = h.type and n.id = h.id and n.version = h.version + 1 and n.updated <= ${push(query.at.start.toISOString())})`,
      )
  }
  const [type] = source.types
  if (!source.whole && type !== undefined && viewer.visible(type) !== 'all')
    all.push(
      type === 'AuditEvent'
        ? `exists (select from auditevent r where r.tenant = $1 and r.id = h.id and r.updated = h.updated and ${visibility(viewer, type, 'r', values)})`
        : `not h.deleted and exists (select from ${quoted(type.toLowerCase())} r where r.tenant = $1 and r.id = h.id and ${visibility(viewer, type, 'r', values)})`,
    )
  return all.join(' and ')
}

/** In the direction of the index that serves the level asked for; an event's id tells its time. */
function order(query: HistoryQuery): string {
  if (query.type === 'AuditEvent') return 'h.id desc'
  return query.id === undefined ? 'h.updated desc, h.id desc, h.version desc' : 'h.version desc'
}

function afterCursor(query: HistoryQuery, cursor: HistoryCursor, values: unknown[]): string {
  const push = (value: unknown) => `$${values.push(value)}`
  if (query.type === 'AuditEvent') return `h.id < ${push(cursor.id)}`
  if (query.id !== undefined) return `h.version < ${push(cursor.version)}`
  const [updated, id, version] = [push(cursor.updated), push(cursor.id), push(cursor.version)]
  if (query.type !== undefined) return `(h.updated, h.id, h.version) < (${updated}, ${id}, ${version})`
  const type = push(cursor.type)
  // Across types the order is time, type, id, version; the first comparison is what the index can use.
  return `h.updated <= ${updated} and (h.updated, h.type, h.id, h.version) < (${updated}, ${type}, ${id}, ${version})`
}
