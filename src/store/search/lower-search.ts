import type { Definitions } from '#fhir/definitions.ts'
import type { SearchQuery, Viewer } from '#fhir/search-query.ts'
import { shippedTypes } from '#fhir/shipped/shipped-types.ts'
import { tableOf } from '../columns.ts'
import { type Cursor, readCursor } from './cursor.ts'
import { eventsInOrder } from './events-in-order.ts'
import { afterCursor, orderBy } from './keyset.ts'
import { openLowering } from './lower-clause.ts'
import { includesSelect } from './lower-includes.ts'
import { rowsOf } from './lower-link.ts'
import { type Lowering, never } from './lowering.ts'
import { type PlanHints, planHints } from './plan-hints.ts'
import { type Order, orderOf } from './sort-order.ts'

export interface SearchStatement {
  readonly text: string
  readonly values: readonly unknown[]
  /** False: a plan made without the values would often be wrong, so send it without a name. */
  readonly prepared: boolean
  readonly order: Order
  readonly cursor?: Cursor
}

/**
 * A search as one statement. Rows: one a match, in order, one more than the page holds when there is more, then one an
 * included resource. With a total every row carries it, and a row of its own when there is nothing else. Undefined: the
 * caller may see no such resource at all.
 */
export function lowerSearch(
  definitions: Definitions,
  query: SearchQuery,
  viewer: Viewer,
): SearchStatement | undefined {
  const values: unknown[] = [viewer.tenant]
  // A search of the whole clinic is about its record; definitions alone are looked for among the server's too.
  const shipped = query.own !== true && query.types.every((type) => shippedTypes.has(type))
  const lowering = openLowering(definitions, viewer, values, shipped)
  const order = orderOf(definitions, query, viewer)
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor, order.keys.length)
  const types = query.types.filter((type) => viewer.visible(type) !== 'nothing')
  if (types.length === 0) return undefined
  const [type = ''] = types
  const hints = planHints(type, query.where)
  const { prepared } = hints
  const found = { text: '', values, prepared, order, ...(cursor === undefined ? {} : { cursor }) }
  const total = query.total === 'none' ? undefined : totalSelect(lowering, types, query)
  if (query.count === 0)
    return { ...found, text: `SELECT ${total ?? '0'} AS total WHERE $1::text IS NOT NULL` }
  const page = { lowering, query, order, cursor, hints }
  const rows =
    types.length === 1 && query.includes.length === 0 && total === undefined
      ? onlyMatches(page, type)
      : withIncludes(page, types, viewer)
  const text =
    total === undefined
      ? rows
      : `SELECT c.total, x.* FROM (SELECT ${total} AS total) c LEFT JOIN (${rows}) x ON TRUE ORDER BY x.place, x.type, x.id`
  return { ...found, text }
}

interface Page {
  readonly lowering: Lowering
  readonly query: SearchQuery
  readonly order: Order
  readonly cursor: Cursor | undefined
  readonly hints: PlanHints
}

const auditTable = 'AuditEvent'

/** The hot road: one type, nothing included. */
function onlyMatches(page: Page, type: string): string {
  const { order, cursor } = page
  const keys = order.keys.map((_, place) => `k${place}`)
  const shown = keys.map((key) => `, m.${key}::text AS ${key}`).join('')
  const sorted = orderBy(
    order,
    cursor?.backwards ?? false,
    keys.map((key) => `m.${key}`),
    ['m.id'],
  )
  const matches = matchesSelect(page, type, false)
  return `SELECT '${type}' AS type, m.id, m.version, m.updated, m.method, m.text${shown} FROM (${matches}) m ORDER BY ${sorted}`
}

/** A page of one type's rows, and one more, in order. `typed`: several types share the page. */
function matchesSelect(page: Page, type: string, typed: boolean): string {
  const { lowering, query, order, cursor, hints } = page
  const backwards = cursor?.backwards ?? false
  const expressions = order.keys.map((key) => key.expression(type, 'r'))
  const ties = typed ? ['r.id', typeText(type)] : ['r.id']
  const events = type === auditTable ? eventsInOrder(lowering, query, expressions) : undefined
  const condition =
    events === undefined ? rowsOf(lowering, type, 'r', query.where, hints.checking) : undefined
  const after =
    cursor === undefined ? '' : ` AND ${afterCursor(order, cursor, expressions, ties, lowering.bind)}`
  const sortColumns = expressions.map((expression, place) => `, ${expression} AS k${place}`).join('')
  const typeColumn = typed ? `, ${typeText(type)} AS type` : ''
  const method = type === auditTable ? `'POST' AS method` : 'r.method'
  const columns = `r.id, r.version, r.updated, ${method}, r.text${typeColumn}${sortColumns}`
  const limit = `LIMIT ${query.count + 1}`
  const rows = (where: string) => `FROM ${tableOf(type)} r WHERE ${where}${after}`
  // The name of the type is the same for all rows here: it orders nothing before the types are put together.
  const inOrder = orderBy(order, backwards, expressions, ['r.id'])
  const sorted = `ORDER BY ${inOrder}`
  const keys = order.keys.map((_, place) => `k${place}`)
  const sortedAgain = `ORDER BY ${orderBy(order, backwards, keys, ['id'])} ${limit}`
  if (events !== undefined) {
    const direction = order.tiesDescending !== backwards ? ' DESC' : ''
    const selects = events.ordered.map(
      ({ where, place }) =>
        `(SELECT ${columns} ${rows(where)} ORDER BY ${place}${direction}, ${inOrder} ${limit})`,
    )
    const few = `(SELECT ${columns} ${rows(events.few)} OFFSET 0)`
    return `SELECT * FROM (${[...selects, few].join(' UNION ALL ')}) r ${sortedAgain}`
  }
  const from = rows(condition ?? `r.tenant = $1 AND ${never}`)
  if (!hints.fenced) return `SELECT ${columns} ${from} ${sorted} ${limit}`
  return `SELECT * FROM (SELECT ${columns} ${from} OFFSET 0) r ${sortedAgain}`
}

/** Matches numbered by their place, so that their order survives being joined with what is included. */
function withIncludes(page: Page, types: readonly string[], viewer: Viewer): string {
  const { order, query, cursor, lowering } = page
  const keys = order.keys.map((_, place) => `k${place}`)
  const sorted = orderBy(order, cursor?.backwards ?? false, keys, ['id', 'type'])
  const selects = types.map((type) => `(${matchesSelect(page, type, true)})`).join(' UNION ALL ')
  const pageTable = `page AS MATERIALIZED (SELECT q.*, row_number() OVER (ORDER BY ${sorted}) AS place FROM (${selects}) q ORDER BY ${sorted} LIMIT ${query.count + 1})`
  const shown = keys.map((key) => `, p.${key}::text AS ${key}`).join('')
  const matches = `SELECT p.place, p.type, p.id, p.version, p.updated, p.method, p.text${shown} FROM page p`
  const included = includesSelect(lowering, query, types, viewer)
  if (included === undefined) return `WITH ${pageTable} ${matches} ORDER BY place`
  const none = keys.map((key) => `, NULL AS ${key}`).join('')
  return `WITH RECURSIVE ${pageTable}, ${included.found} SELECT * FROM (${matches} UNION ALL SELECT NULL AS place, i.type, i.id, i.version, i.updated, i.method, i.text${none} FROM (${included.select}) i) x ORDER BY place, type, id`
}

/** Ordered by byte, as ids are. */
function typeText(type: string): string {
  return `'${type}'::text COLLATE "C"`
}

function totalSelect(lowering: Lowering, types: readonly string[], query: SearchQuery): string {
  const counts = types.map((type) => {
    const condition = rowsOf(lowering, type, 'r', query.where)
    return condition === undefined ? '0' : `(SELECT count(*) FROM ${tableOf(type)} r WHERE ${condition})`
  })
  return counts.length === 0 ? '0' : counts.join(' + ')
}
