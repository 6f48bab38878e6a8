import { isDeepStrictEqual } from 'node:util'
import { keepOthers } from '#access/other-people.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Veil } from '#fhir/search-query.ts'
import type { Walk } from './walk.ts'

/**
 * Is this change theirs to make? Elements hidden from the caller stay as they are: neither what they send nor what they
 * leave out touches them. Then the rules of their roles are asked about what was and what shall be.
 */
export function checkChange(walk: Walk): void {
  const { principal, resource, current, request, decided } = walk
  const { interaction, type } = request
  if (resource === undefined || type === undefined) return
  const before = current === undefined || current.deleted ? undefined : current
  const veil = principal.veil?.(type)
  if (veil !== undefined && decided === undefined) {
    refuseHidden(veil.hiddenIn({ ...resource, text: undefined }), type)
    refuseOthers(veil.othersIn(resource), type)
    if (before !== undefined) walk.resource = withHidden(resource, before, veil)
  }
  const objection = principal.objectionFor(
    type,
    interaction === 'create' ? 'c' : 'u',
  )?.({
    ...(before === undefined ? {} : { before: parseJson(before.text) as Resource }),
    after: walk.resource ?? resource,
    said: decided === undefined ? resource : withoutKept(resource, before, veil),
    base: request.base,
  })
  if (objection !== undefined) throw new Refusal('forbidden', objection)
}

/** By its name alone, whatever is stored there. */
function refuseHidden(names: readonly string[], type: string): void {
  const [name] = names
  if (name === undefined) return
  throw new Refusal(
    'forbidden',
    `Your role cannot see ${type}.${name}, so it cannot write it: leave it out.`,
    {
      expression: `${type}.${name}`,
    },
  )
}

/** The same whether they are there or not. */
function refuseOthers(others: ReadonlyMap<string, readonly unknown[]>, type: string): void {
  const [name] = others.keys()
  if (name === undefined) return
  throw new Refusal(
    'forbidden',
    `Your role writes of nobody else in ${type}.${name}: leave other people out.`,
    {
      expression: `${type}.${name}`,
    },
  )
}

function withHidden(sent: Resource, before: StoredVersion, { hiddenIn, othersIn }: Veil): Resource {
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
function withoutKept(after: Resource, before: StoredVersion | undefined, veil: Veil | undefined): Resource {
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
