import { isDeepStrictEqual } from 'node:util'
import { keepOthers } from '#access/other-people.ts'
import { parseJson } from '#fhir/json.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Veil } from '#fhir/search-query.ts'

/** What they sent, with what they are not shown as it was. */
export function withHidden(sent: Resource, before: StoredVersion, { hiddenIn, othersIn }: Veil): Resource {
  const stored = parseJson(before.text) as Resource
  const kept = hiddenIn(stored).filter((name) => sent[name] === undefined)
  const lists = [...othersIn(stored)].map(([name, others]) => [
    name,
    keepOthers(listOf(sent[name]), listOf(stored[name]), others),
  ])
  return kept.length + lists.length === 0
    ? sent
    : {
        ...sent,
        ...Object.fromEntries(kept.map((name) => [name, stored[name]])),
        ...Object.fromEntries(lists),
      }
}

/** An operation goes on from the whole resource: who was in it before was not put there by the caller. */
export function withoutKept(
  after: Resource,
  before: StoredVersion | undefined,
  veil: Veil | undefined,
): Resource {
  if (before === undefined || veil === undefined) return after
  const others = veil.othersIn(parseJson(before.text) as Resource)
  const lists = [...others].map(([name, items]) => [
    name,
    listOf(after[name]).filter((item) => !items.some((one) => isDeepStrictEqual(one, item))),
  ])
  return { ...after, ...Object.fromEntries(lists) }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
