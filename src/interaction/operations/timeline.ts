import { checkPermission } from '#access/check-permission.ts'
import { parseJson } from '#fhir/json.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { parseSearch } from '#fhir/search-parse.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { checkThere } from './change-meta.ts'
import { loadOrigins } from './load-origins.ts'
import { loadOperationDefinition } from './operation-definition.ts'
import { withoutStaff } from './without-staff.ts'

type TimelineParts = Pick<RoadParts, 'database' | 'definitions' | 'settings' | 'clock'>
type Part = Record<string, unknown>

/** An appointment is moved a few times; one that is moved more often is told by its last versions. */
const mostVersions = 200

export function createTimeline(parts: TimelineParts): Operation {
  return {
    definition: loadOperationDefinition('appointment-timeline'),
    invoke: (call) => timeline(parts, call),
  }
}

async function timeline(parts: TimelineParts, call: OperationCall): Promise<FhirResponse> {
  const { request, principal, store } = call
  const { id = '' } = request
  checkPermission(principal, 'Appointment', 'r')
  checkThere(await store.read('Appointment', id), 'Appointment', id)
  const query = { type: 'Appointment', id, count: mostVersions, total: false }
  const { versions } = await store.history(query)
  const named =
    parts.settings.discloseStaff === true || principal.roles.every((role) => !ofPatients.has(role))
  const events = await loadEvents(parts, call, named)
  const origins = await loadOrigins(parts, call, `Appointment/${id}`)
  const parameter = versions
    .toReversed()
    .map((version, at, all) =>
      buildEntry(version, all[at - 1], events.get(version.version), origins.get(version.version)),
    )
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) }
}

const ofPatients: ReadonlySet<string> = new Set(['patient', 'related-person'])

/** Who wrote each version, from the audit trail. */
async function loadEvents(
  { database, definitions, settings, clock }: TimelineParts,
  { request, principal }: OperationCall,
  named: boolean,
): Promise<ReadonlyMap<number, Resource>> {
  const pairs: [string, string][] = [
    ['entity', `Appointment/${request.id}`],
    ['action', 'C,U,D'],
    ['outcome', '0'],
    ['_sort', '-date'],
  ]
  const { query } = parseSearch(definitions, ['AuditEvent'], pairs, {
    base: request.base,
    strict: true,
    count: { default: settings.pageSizeLimit, most: settings.pageSizeLimit },
    timeZone: settings.timeZone,
    now: clock(),
  })
  const { matches } = await database.asSystem(principal.tenant).search(query)
  const byVersion = new Map<number, Resource>()
  for (const { text } of matches) {
    const event = parseJson(text) as Resource
    for (const { what } of (event.entity ?? []) as readonly {
      readonly what?: { readonly reference?: string }
    }[]) {
      const version = versionOf.exec(what?.reference ?? '')
      if (version?.[1] === request.id)
        byVersion.set(Number(version?.[2]), named ? event : withoutStaff(event))
    }
  }
  return byVersion
}

const versionOf = /^Appointment\/([^/]+)\/_history\/(\d+)$/

interface Agent {
  readonly requestor?: boolean
  readonly who?: { readonly reference?: string; readonly display?: string; readonly identifier?: unknown }
}

function buildEntry(
  stored: StoredVersion,
  before: StoredVersion | undefined,
  event: Resource | undefined,
  origins: readonly string[] = [],
): Part {
  const agents = (event?.agent ?? []) as readonly Agent[]
  const who = agents.find(({ requestor }) => requestor === true)?.who
  const app = agents[0]?.who?.identifier as { readonly value?: string } | undefined
  const [purpose] = (event?.purposeOfEvent ?? []) as readonly { readonly coding: readonly unknown[] }[]
  const part: Part[] = [
    { name: 'version', valueInteger: stored.version },
    { name: 'time', valueInstant: stored.updated.toISOString() },
    {
      name: 'deed',
      valueCode: stored.deleted ? 'delete' : before === undefined || before.deleted ? 'create' : 'update',
    },
  ]
  if (who !== undefined) part.push({ name: 'who', valueReference: who })
  if (app?.value !== undefined) part.push({ name: 'app', valueString: app.value })
  if (purpose !== undefined) part.push({ name: 'purpose', valueCodeableConcept: purpose })
  if (event !== undefined)
    part.push({ name: 'event', valueReference: { reference: `AuditEvent/${event.id}` } })
  for (const id of origins)
    part.push({ name: 'provenance', valueReference: { reference: `Provenance/${id}` } })
  for (const change of changesOf(stored, before)) part.push(change)
  return { name: 'event', part }
}

/** Element by element, as JSON, so that whoever shows it may show it their way. */
function* changesOf(stored: StoredVersion, before: StoredVersion | undefined): Generator<Part> {
  const [old, now] = [contentOf(before), contentOf(stored)]
  for (const element of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const [was, is] = [old[element], now[element]].map((value) =>
      value === undefined ? undefined : JSON.stringify(value),
    )
    if (was === is) continue
    const part: Part[] = [{ name: 'element', valueString: element }]
    if (was !== undefined) part.push({ name: 'before', valueString: was })
    if (is !== undefined) part.push({ name: 'after', valueString: is })
    yield { name: 'change', part }
  }
}

function contentOf(stored: StoredVersion | undefined): Readonly<Record<string, unknown>> {
  if (stored === undefined || stored.deleted) return {}
  const { meta: _, id: __, resourceType: ___, ...content } = parseJson(stored.text) as Resource
  return content
}
