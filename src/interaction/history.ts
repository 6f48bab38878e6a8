import { dateRange } from '#fhir/partial-date.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { HistoryQuery } from '#store/store.ts'
import { searchableTypes } from './authorise.ts'
import { bundleText, historyEntry } from './bundle-text.ts'
import { pageLinks, readCount, readCursor } from './page-links.ts'
import { parsePrefer } from './prefer.ts'
import { isShown, isWhole } from './shown-version.ts'
import { cutSubset, readSubset } from './subset.ts'
import type { Walk } from './walk.ts'

const parameters: ReadonlySet<string> = new Set([
  '_since',
  '_at',
  '_count',
  '_summary',
  '_elements',
  '_format',
  '_pretty',
])

/** https://hl7.org/fhir/R4/http.html#history: newest first, of an instance, a type, or all that the caller may see. */
export async function history(walk: Walk): Promise<void> {
  const { parts, request, reads } = walk
  const applied = readApplied(walk)
  const page = await reads.history(buildQuery(walk, applied))
  if (page.versions.length === 0) await checkKnown(walk)
  const subset = readSubset(request.query)
  const shown = page.versions.filter((stored) => isShown(walk, stored))
  walk.touched = shown
  const entries = shown.map((stored) => {
    const whole = subset === undefined || stored.deleted
    return historyEntry(
      request.base,
      stored,
      whole ? stored.text : cutSubset(stored.text, subset, parts.definitions),
    )
  })
  const links = pageLinks(walk, applied, { next: page.next })
  // Of a limited view the rows count more than is shown; the difference would tell that there was something.
  const total = isWhole(walk) ? page.total : undefined
  const body = bundleText({ type: 'history', lastUpdated: parts.clock(), total, links, entries })
  walk.response = { status: 200, body }
}

function buildQuery(walk: Walk, applied: Walk['request']['query']): HistoryQuery {
  const { parts, request, principal } = walk
  const { type, id, query } = request
  const cursor = readCursor(walk, applied)
  const since = readTime(query, '_since', parts.settings.timeZone)
  const at = readTime(query, '_at', parts.settings.timeZone)
  return {
    ...(type === undefined ? { types: searchableTypes(parts, principal) } : { type }),
    ...(id !== undefined && { id }),
    ...(since !== undefined && { since: since.start }),
    ...(at !== undefined && { at }),
    ...(cursor !== undefined && { cursor }),
    count: readCount(query, parts.settings),
    // One resource's versions are soon counted; a clinic's are not, and nobody pages by their number.
    total: id !== undefined,
  }
}

function readApplied({ request }: Walk): Walk['request']['query'] {
  const applied = request.query.filter(([name]) => parameters.has(name))
  const unknown = request.query.find(([name]) => !parameters.has(name) && name !== '_page')
  if (unknown !== undefined && parsePrefer(request.headers.prefer).strict) {
    throw new Refusal(
      'not-supported',
      `History has no parameter '${unknown[0].slice(0, 64)}': it knows _since, _at and _count.`,
    )
  }
  return applied
}

function readTime(
  pairs: Walk['request']['query'],
  name: '_since' | '_at',
  zone: string,
): { start: Date; end: Date } | undefined {
  const text = pairs.findLast((pair) => pair[0] === name)?.[1]
  if (text === undefined) return undefined
  const range = dateRange(text, zone)
  if (range === undefined) {
    throw new Refusal('value', `${name} must be a date or time that exists, such as 2026-03-01T09:30:00Z.`, {
      expression: name,
    })
  }
  return { start: new Date(range.start), end: new Date(range.end) }
}

/** An empty history is an answer for a type; a resource that never was is not found. */
async function checkKnown({ request, reads }: Walk): Promise<void> {
  const { type, id } = request
  if (type === undefined || id === undefined) return
  if ((await reads.read(type, id)) === undefined) throw new Refusal('not-found', `There is no ${type}/${id}.`)
}
