import type { Principal } from '#access/principal.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { parseSearch } from '#fhir/search-parse.ts'
import { bundleText, searchEntry } from '../bundle-text.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { checkThere } from './change-meta.ts'
import { loadOperationDefinition } from './operation-definition.ts'
import { withoutOthersWords, withoutStaff } from './without-staff.ts'

type DisclosureParts = Pick<RoadParts, 'database' | 'definitions' | 'settings' | 'pages' | 'clock'>

/** 45 CFR 164.528: what a patient may ask a clinic for. */
export function createDisclosures(parts: DisclosureParts): Operation {
  return {
    definition: loadOperationDefinition('patient-disclosures'),
    invoke: (call) => disclosures(parts, call),
  }
}

async function disclosures(parts: DisclosureParts, call: OperationCall): Promise<FhirResponse> {
  const { request, principal, parameters } = call
  const { base, id = '' } = request
  const auditor = principal.may('AuditEvent', 's') && principal.visible('AuditEvent') === 'all'
  // An auditor may ask about a record that is gone.
  if (!auditor) await checkOwn(call, principal, id)
  const pairs = buildPairs(id, parameters)
  const { query } = parseSearch(parts.definitions, ['AuditEvent'], pairs, {
    base,
    strict: true,
    count: { default: parts.settings.pageSize, most: parts.settings.pageSizeLimit },
    timeZone: parts.settings.timeZone,
    now: parts.clock(),
  })
  const question = pairs.slice(2).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const about = [
    principal.tenant,
    principal.clientId,
    principal.patient ?? '',
    `${id}/$disclosures`,
    ...question,
  ]
  const token = request.query.find(([name]) => name === '_page')?.[1]
  const cursor = token === undefined ? undefined : parts.pages.open(token, about)
  const page = await parts.database
    .asSystem(principal.tenant)
    .search(cursor === undefined ? query : { ...query, cursor })
  const self = `${base}/Patient/${id}/$disclosures`
  const links: [string, string][] = [['self', withQuery(self, ownQuery(request.query))]]
  if (page.next !== undefined) {
    const next: [string, string] = ['_page', parts.pages.seal(page.next, about)]
    links.push(['next', withQuery(self, [...ownQuery(request.query), next])])
  }
  const names = parts.settings.discloseStaff === true
  const { fhirUser = `Patient/${id}` } = principal
  const entries = page.matches.map(({ type, id: event, text }) =>
    searchEntry(base, type, event, auditor ? text : masked(text, fhirUser, names), 'match'),
  )
  return { status: 200, body: bundleText({ type: 'searchset', lastUpdated: parts.clock(), links, entries }) }
}

/** The patient whom the caller is or acts for, whose record they may read; staff with a patient at hand is neither. */
async function checkOwn({ store }: OperationCall, principal: Principal, id: string): Promise<void> {
  const { patient, fhirUser = `Patient/${patient}` } = principal
  const own = fhirUser === `Patient/${id}` || (fhirUser.startsWith('RelatedPerson/') && patient === id)
  if (!own || !principal.may('Patient', 'r'))
    throw new Refusal('forbidden', 'Only the patient, who acts for them, and auditors may ask for this.')
  checkThere(await store.read('Patient', id), 'Patient', id)
}

function buildPairs(id: string, parameters: OperationCall['parameters']): [string, string][] {
  const pairs: [string, string][] = [
    ['patient', `Patient/${id}`],
    ['_sort', '-date'],
  ]
  const [start, end, count] = ['start', 'end', '_count'].map((name) => parameters.get(name)?.[0])
  if (start !== undefined) pairs.push(['date', `ge${start}`])
  if (end !== undefined) pairs.push(['date', `le${end}`])
  if (count !== undefined) pairs.push(['_count', String(count)])
  return pairs
}

function ownQuery(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return pairs.filter(([name]) => name !== '_page')
}

function withQuery(url: string, pairs: readonly (readonly [string, string])[]): string {
  const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  return query === '' ? url : `${url}?${query}`
}

function masked(text: string, caller: string, names: boolean): string {
  const event = withoutOthersWords(parseJson(text) as Resource, caller)
  return JSON.stringify(names ? event : withoutStaff(event))
}
