import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import type { Reads, SearchPage } from '#store/store.ts'
import { bundleText, searchEntry } from '../bundle-text.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { checkThere } from './change-meta.ts'
import { type EverythingScope, readScope } from './everything-scope.ts'
import { loadOperationDefinition } from './operation-definition.ts'
import { readReferenced } from './referenced.ts'

type EverythingParts = Pick<RoadParts, 'definitions' | 'settings' | 'pages' | 'clock'>

/** Where a page begins: a type of the compartment, and a place in it. */
interface Place {
  readonly type: number
  readonly cursor?: string
}

interface Page {
  readonly matches: readonly StoredVersion[]
  readonly next?: Place
}

/** A record has few types, and asking for the absent ones one after the other would be most of the time. */
const typesAtOnce = 8

/** https://hl7.org/fhir/R4/patient-operation-everything.html */
export function createEverything(parts: EverythingParts): Operation {
  return {
    definition: loadOperationDefinition('patient-everything'),
    invoke: (call) => everything(parts, call),
  }
}

async function everything(parts: EverythingParts, call: OperationCall): Promise<FhirResponse> {
  const { request, principal, store, parameters } = call
  const { base, id = '' } = request
  checkPermission(principal, 'Patient', 'r')
  const scope = readScope(parts.definitions, parts.settings, principal, id, parameters)
  const question = buildQuestion(parameters)
  const { tenant, clientId, grantId = '', fhirUser = '', patient = '' } = principal
  const about = [tenant, clientId, grantId, fhirUser, patient, `/Patient/${id}/$everything`, question]
  const token = request.query.find(([name]) => name === '_page')?.[1]
  if (token === undefined) checkThere(await store.read('Patient', id), 'Patient', id)
  const start = token === undefined ? { type: 0 } : readPlace(parts.pages.open(token, about))
  const { matches, next } = await readPage(store, scope, start)
  const told = matches.filter(({ type }) => scope.tells(type))
  const included = scope.anyIncluded ? await readReferenced(store, matches, scope, base) : []
  const self = `${base}/Patient/${id}/$everything${question === '' ? '' : `?${question}`}`
  const links: [string, string][] = [['self', self]]
  if (next !== undefined) {
    const page = parts.pages.seal(JSON.stringify(next), about)
    links.push(['next', `${self}${question === '' ? '?' : '&'}_page=${page}`])
  }
  const entries = [
    ...told.map((stored) => searchEntry(base, stored.type, stored.id, stored.text, 'match')),
    ...included.map((stored) => searchEntry(base, stored.type, stored.id, stored.text, 'include')),
  ]
  return { status: 200, body: bundleText({ type: 'searchset', lastUpdated: parts.clock(), links, entries }) }
}

/** At most `count` resources of the record; fewer when the next type would not fit whole. */
async function readPage(store: Reads, scope: EverythingScope, start: Place): Promise<Page> {
  const matches: StoredVersion[] = []
  let place: Place | undefined = start
  while (place !== undefined && matches.length < scope.count) {
    const pages = await searchTypes(store, scope, place)
    if (pages.length === 0) return { matches }
    for (const { type, page } of pages) {
      if (matches.length + page.matches.length > scope.count) return { matches, next: { type } }
      matches.push(...page.matches)
      place = page.next === undefined ? placeAt(scope, type + 1) : { type, cursor: page.next }
      if (page.next !== undefined) break
    }
  }
  return place === undefined ? { matches } : { matches, next: place }
}

function searchTypes(
  store: Reads,
  scope: EverythingScope,
  { type, cursor }: Place,
): Promise<readonly { readonly type: number; readonly page: SearchPage }[]> {
  const names = scope.types.slice(type, type + (cursor === undefined ? typesAtOnce : 1))
  return Promise.all(
    names.map(async (name, i) => {
      const query = scope.query(name)
      return { type: type + i, page: await store.search(cursor === undefined ? query : { ...query, cursor }) }
    }),
  )
}

function placeAt({ types }: EverythingScope, type: number): Place | undefined {
  return type < types.length ? { type } : undefined
}

function readPlace(text: string): Place {
  const { type, cursor } = JSON.parse(text) as Place
  if (Number.isSafeInteger(type)) return cursor === undefined ? { type } : { type, cursor }
  throw new Refusal('value', 'This page link is not one that this server made.', { expression: '_page' })
}

/** The parameters as a GET has them, in one order: what a page's link belongs to. */
function buildQuestion(parameters: ReadonlyMap<string, readonly unknown[]>): string {
  return [...parameters]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => values.map((value) => `${name}=${encodeURIComponent(String(value))}`))
    .join('&')
}
