import { publicDirectory } from '#access/patient-compartment.ts'
import type { Principal } from '#access/principal.ts'
import type { AuditFact } from '#audit/audit-fact.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { type EventRow, isEventRow } from '#store/event-row.ts'
import { foundVersion } from '#store/recorded-reads.ts'
import { askedParameters } from './asked-parameters.ts'
import { fillAuditForm } from './audit-form.ts'
import { bookedVisit, isBooking } from './audited-booking.ts'
import { patientsMeant, patientsTouched, type Touched } from './audited-patients.ts'
import type { FhirRequest } from './exchange.ts'
import type { RoadParts, Walk } from './walk.ts'

type AuditParts = Pick<RoadParts, 'database' | 'newId' | 'clock'>

/** A write's events commit with it; any other's are durable before the answer leaves, many in one flush. */
export function recordAudit(walk: Walk): void | Promise<void> {
  const { parts, principal, tx } = walk
  if (walk.recorded) return
  const events = buildEvents(walk)
  if (tx !== undefined) {
    for (const event of events) tx.audit(event)
    return
  }
  if (events.length > 0) return recordNow(parts, principal.tenant, events)
}

/**
 * The event of a read that can be answered with the resource alone, or refused and then recorded as that; and whose patient is
 * known before it is read: what is in the directory is about none, and whatever names one all the same is recorded afterwards.
 */
export function foreseeRead({ parts, request, principal }: Walk): EventRow | undefined {
  const { type, id, query, headers } = request
  if (type === undefined || query.length > 0) return undefined
  if (type !== 'Patient' && !publicDirectory.has(type)) return undefined
  if (headers.ifNoneMatch !== undefined || headers.ifModifiedSince !== undefined) return undefined
  const event = buildEvent(parts, request, principal, 200, {
    version: foundVersion,
    patient: type === 'Patient' ? id : undefined,
  })
  return isEventRow(event) && event.form !== undefined ? event : undefined
}

/** A refused or failed request is recorded by itself, and what it had searched before: its own transaction is gone. */
export async function recordRefused(
  parts: AuditParts,
  request: FhirRequest,
  principal: Principal,
  failure: unknown,
  walk: Walk | undefined,
): Promise<void> {
  const status = failure instanceof Refusal ? failure.status : 500
  const meant = patientsMeant(request)
  const events = (meant.length === 0 ? nobody : meant).map((patient) =>
    buildEvent(parts, request, principal, status, { patient }),
  )
  if (walk?.criteria !== undefined && walk.searched) events.unshift(buildSearch(walk, walk.criteria))
  try {
    await recordNow(parts, principal.tenant, events)
  } catch (unrecorded) {
    // What cannot be recorded is not answered either; but a database that is down says so better itself.
    if (status < 500) throw unrecorded
  }
}

/** The interactions whose query is the deed. */
const asks = /^(?:search|history)/

interface About {
  readonly id?: string | undefined
  readonly version?: number | string | undefined
  readonly patient?: string | undefined
}

/** One for each patient touched; one when there is none. A conditional request has searched before it wrote. */
function* eventsOf(walk: Walk): Generator<Resource | EventRow> {
  const { parts, request, principal, response, changes, criteria } = walk
  const status = response?.status ?? 500
  if (criteria !== undefined) yield buildSearch(walk, criteria)
  if (changes.length > 1) {
    for (const { type, id, version, before } of changes)
      for (const patient of patientsOf(walk, before === undefined ? [] : [{ ...before, type }]))
        yield buildEvent(parts, request, principal, status, { id, version, patient })
    return
  }
  if (isBooking(request) && response !== undefined) {
    const visit = bookedVisit(response)
    for (const patient of patientsOf(walk, []))
      yield buildEvent(parts, request, principal, visit === undefined ? 409 : status, { ...visit, patient })
    return
  }
  const [touched] = walk.touched ?? []
  const about = {
    id: changes[0]?.id ?? walk.id,
    version: walk.written?.version ?? (isOfOne(request) ? touched?.version : undefined),
  }
  for (const patient of patientsOf(walk, touchedBy(walk)))
    yield buildEvent(parts, request, principal, status, { ...about, patient })
}

function buildEvents(walk: Walk): readonly (Resource | EventRow)[] {
  return [...eventsOf(walk)]
}

function isOfOne({ interaction }: FhirRequest): boolean {
  return interaction === 'read' || interaction === 'vread'
}

/** What was read; or what was written, and what a delete took away. */
function touchedBy({ touched, written, current }: Walk): readonly Touched[] {
  if (touched !== undefined) return touched
  const after: readonly StoredVersion[] = written === undefined || written.deleted ? [] : [written]
  return current === undefined || current.deleted ? after : [...after, current]
}

/** Undefined when there is none: the event is about no patient. A bundle's entries have events of their own. */
function patientsOf(
  { request, response }: Walk,
  touched: readonly Touched[],
): readonly (string | undefined)[] {
  const { interaction } = request
  if (interaction === 'batch' || interaction === 'transaction') return nobody
  const patients = patientsTouched(request, touched, response)
  return patients.length === 0 ? nobody : patients
}

const nobody = [undefined]

function buildSearch({ parts, request, principal }: Walk, query: FhirRequest['query']): Resource | EventRow {
  const { id: _, ...criteria } = request
  const search: FhirRequest = { ...criteria, interaction: 'search-type', query }
  return buildEvent(parts, search, principal, 200, { patient: patientsTouched(search, [], undefined)[0] })
}

/** What cannot be recorded is not answered. */
async function recordNow(
  { database }: AuditParts,
  tenant: string,
  events: readonly (Resource | EventRow)[],
): Promise<void> {
  try {
    await database.recordAudit(tenant, ...events)
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    throw new Refusal(
      'unavailable',
      'The audit trail cannot be written, so nothing is answered: try again.',
      {
        cause,
        headers: { 'Retry-After': '5' },
      },
    )
  }
}

function buildEvent(
  parts: AuditParts,
  request: FhirRequest,
  principal: Principal,
  status: number,
  about: About,
): Resource | EventRow {
  const { interaction, method, type, operation, base, requestId } = request
  const query = askedParameters(request)
  const fact: AuditFact = {
    id: parts.newId(),
    when: parts.clock(),
    interaction,
    method,
    status,
    base,
    requestId,
    address: request.headers.address,
    principal,
    type,
    resourceId: request.id ?? about.id,
    version: about.version,
    operation,
    patient: about.patient,
    query: query.length > 0 || asks.test(interaction) ? query : undefined,
  }
  return fillAuditForm(parts.database, principal, fact)
}
