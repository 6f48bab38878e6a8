import type { Principal } from '#access/principal.ts'
import type { AuditFact } from '#audit/audit-fact.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { EventRow } from '#store/event-row.ts'
import { fillAuditForm } from './audit-form.ts'
import type { FhirRequest } from './exchange.ts'
import type { RoadParts, Walk } from './walk.ts'

type AuditParts = Pick<RoadParts, 'database' | 'newId' | 'clock'>

/** A write's event commits with it; any other is durable before the answer leaves, many in one flush. */
export function recordAudit(walk: Walk): void | Promise<void> {
  const { parts, request, principal, tx, response, changes } = walk
  const status = response?.status ?? 500
  const patient = patientOf(walk.resource)
  if (changes.length > 1) {
    for (const { id, version } of changes)
      tx?.audit(buildEvent(parts, request, principal, status, { id, version }))
    return
  }
  const about = { id: changes[0]?.id ?? walk.id, version: walk.written?.version, patient }
  const event = buildEvent(parts, request, principal, status, about)
  if (tx === undefined) return parts.database.recordAudit(principal.tenant, event)
  tx.audit(event)
}

/** A refused or failed request is recorded by itself: its own transaction is gone. */
export async function recordRefused(
  parts: AuditParts,
  request: FhirRequest,
  principal: Principal,
  failure: unknown,
): Promise<void> {
  const status = failure instanceof Refusal ? failure.status : 500
  const event = buildEvent(parts, request, principal, status, {})
  try {
    await parts.database.recordAudit(principal.tenant, event)
  } catch (unrecorded) {
    // What cannot be recorded is not answered either; but a database that is down says so better itself.
    if (status < 500) throw unrecorded
  }
}

/** The interactions whose query is the deed. */
const asks = /^(?:search|history)/

interface About {
  readonly id?: string | undefined
  readonly version?: number | undefined
  readonly patient?: string | undefined
}

function buildEvent(
  parts: AuditParts,
  request: FhirRequest,
  principal: Principal,
  status: number,
  about: About,
): Resource | EventRow {
  const { interaction, method, type, operation, base, requestId } = request
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
    query: request.query.length > 0 || asks.test(interaction) ? request.query : undefined,
  }
  return fillAuditForm(parts.database, principal, fact)
}

/** Only what the body says by itself: no query is made for it. */
function patientOf(resource: Resource | undefined): string | undefined {
  const subject = (resource?.subject ?? resource?.patient) as { reference?: unknown } | undefined
  const reference = subject?.reference
  return typeof reference === 'string' && reference.startsWith('Patient/')
    ? reference.slice(8).split('/')[0]
    : undefined
}
