import { checkPermission } from '#access/check-permission.ts'
import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import type { Issue } from '#fhir/refusal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import { type ParsedSearch, parseSearch } from '#fhir/search-parse.ts'
import type { SearchQuery } from '#fhir/search-query.ts'
import { searchableTypes } from './authorise.ts'
import { bundleText, outcomeEntry, searchEntry } from './bundle-text.ts'
import { pageLinks, readCursor, withoutPage } from './page-links.ts'
import { parsePrefer } from './prefer.ts'
import { cutSubset } from './subset.ts'
import type { Walk } from './walk.ts'

/** https://hl7.org/fhir/R4/http.html#search: of a type or of all, by GET or POST _search alike. */
export async function search(walk: Walk): Promise<void> {
  const { parts, request, reads } = walk
  const { definitions, settings } = parts
  const parsed = parseSearch(
    definitions,
    request.type === undefined ? [] : [request.type],
    withoutPage(request.query),
    {
      base: request.base,
      strict: parsePrefer(request.headers.prefer).strict,
      count: { default: settings.pageSize, most: settings.pageSizeLimit },
      timeZone: settings.timeZone,
      now: parts.clock(),
    },
  )
  const cursor = readCursor(walk, parsed.applied)
  const named = request.type === undefined ? narrowTypes(walk, parsed.query) : parsed.query
  const query = isCounted(walk) ? ({ ...named, total: 'accurate' } as const) : named
  const page = await reads.search(cursor === undefined ? query : { ...query, cursor })
  walk.touched = page.included.length === 0 ? page.matches : [...page.matches, ...page.included]
  const write = entryWriter(walk, parsed)
  const entries = page.matches.map((stored) => write(stored, 'match'))
  for (const stored of page.included) entries.push(write(stored, 'include'))
  const issues = collectIssues(parsed, page.warnings)
  if (issues.length > 0) entries.push(outcomeEntry(JSON.stringify(buildOperationOutcome(issues))))
  const links = pageLinks(walk, parsed.applied, page)
  const body = bundleText({
    type: 'searchset',
    lastUpdated: parts.clock(),
    total: page.total,
    links,
    entries,
  })
  walk.response = { status: 200, body }
}

/** ITI-118 of IHE Scheduling wants to know how many appointments a patient has, without asking: they are few. */
function isCounted({ request }: Walk): boolean {
  return (
    request.type === 'Appointment' &&
    request.query.some(([name]) => /^patient(?:[:.]|$)/.test(name)) &&
    !request.query.some(([name]) => name === '_total')
  )
}

function entryWriter(
  { request, parts }: Walk,
  { summary, elements }: ParsedSearch,
): (stored: StoredVersion, mode: 'match' | 'include') => string {
  const { base } = request
  const subset = elements ?? (summary === 'count' ? undefined : summary)
  return ({ type, id, text }, mode) =>
    searchEntry(
      base,
      type,
      id,
      subset === undefined ? text : cutSubset(text, subset, parts.definitions),
      mode,
    )
}

function collectIssues(parsed: ParsedSearch, warnings: readonly string[]): Issue[] {
  const ignored = parsed.ignored.map(
    ({ name, reason }): Issue => ({
      severity: 'warning',
      code: 'not-supported',
      diagnostics: reason,
      expression: [name],
    }),
  )
  const cautions = warnings.map(
    (diagnostics): Issue => ({ severity: 'warning', code: 'incomplete', diagnostics }),
  )
  return [...ignored, ...cautions]
}

/** `_type` names what is meant; without it, all that the caller may search. */
function narrowTypes({ parts, request, principal }: Walk, query: SearchQuery): SearchQuery {
  if (!request.query.some(([name]) => name === '_type')) {
    return { ...query, types: searchableTypes(parts, principal) }
  }
  for (const type of query.types) checkPermission(principal, type, 's')
  return query
}
