import type { Definitions } from '#fhir/definitions.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import type { SearchQuery, Viewer } from '#fhir/search-query.ts'
import type { Run } from '../run.ts'
import type { SearchPage } from '../store.ts'
import { storedVersion } from '../version-row.ts'
import { writeCursor } from './cursor.ts'
import { expandConcepts, namesConcepts, type Shelf } from './expand-concepts.ts'
import { includeLimit } from './lower-includes.ts'
import { lowerSearch, type SearchStatement } from './lower-search.ts'

export interface SearchContext extends Shelf {
  readonly definitions: Definitions
}

interface SearchRow {
  readonly type: string | null
  readonly id: string
  readonly version: number
  readonly updated: Date
  readonly method: StoredVersion['method']
  readonly text: string | null
  /** Null for what is included. */
  readonly place?: string | null
  readonly total?: string
  readonly [sortValue: `k${number}`]: string | null
}

export async function runSearch(
  run: Run,
  query: SearchQuery,
  viewer: Viewer,
  context: SearchContext,
): Promise<SearchPage> {
  const asked = query.where.some(namesConcepts) ? await expandConcepts(query, context) : query
  const statement = lowerSearch(context.definitions, asked, viewer)
  if (statement === undefined)
    return { matches: [], included: [], ...(query.total === 'none' ? {} : { total: 0 }), warnings: [] }
  const rows = await run<SearchRow>(statement)
  return buildPage(query, statement, rows)
}

function buildPage(query: SearchQuery, statement: SearchStatement, rows: readonly SearchRow[]): SearchPage {
  const total = query.total === 'none' ? undefined : Number(rows[0]?.total ?? 0)
  const known = total === undefined ? {} : { total }
  const found = rows.filter(({ place }) => place !== null)
  if (query.count === 0) return { matches: [], included: [], ...known, warnings: [] }
  const included = rows.filter(({ place, type }) => place === null && type !== null)
  const backwards = statement.cursor?.backwards ?? false
  const more = found.length > query.count
  const page = found.slice(0, query.count)
  if (backwards) page.reverse()
  const next = backwards || more ? cursorAt(page.at(-1), statement, false) : undefined
  const previous = (backwards ? more : statement.cursor !== undefined)
    ? cursorAt(page[0], statement, true)
    : undefined
  return {
    matches: page.map(storedMatch),
    included: included.slice(0, includeLimit).map(storedMatch),
    ...known,
    ...(next === undefined ? {} : { next }),
    ...(previous === undefined ? {} : { previous }),
    warnings:
      included.length > includeLimit
        ? [`Only the first ${includeLimit} included resources are shown: ask for smaller pages.`]
        : [],
  }
}

function cursorAt(
  row: SearchRow | undefined,
  { order }: SearchStatement,
  backwards: boolean,
): string | undefined {
  if (row === undefined || row.type === null) return undefined
  const values = order.keys.map((_, place) => row[`k${place}`] ?? null)
  return writeCursor({ backwards, values, id: row.id, type: row.type })
}

function storedMatch(row: SearchRow): StoredVersion {
  return storedVersion(row.type as string, { ...row, deleted: false })
}
