import { checkPermission } from '#access/check-permission.ts'
import type { Principal } from '#access/principal.ts'
import type { SecurityFact } from '#audit/security-event.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import type { FhirRequest, FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import { loadOperationDefinition } from '../operations/operation-definition.ts'
import { planChange } from '../plan-change.ts'
import type { RoadParts } from '../walk.ts'
import { writeRow } from '../write-rows.ts'
import { policyChannel } from './clinic-policies.ts'
import { buildOpening, type NewOpening } from './opening-resource.ts'

export interface BreakGlassParts extends Pick<RoadParts, 'database' | 'clock' | 'newId'> {
  readonly buildEvent: (tenant: string, fact: SecurityFact) => Resource
  readonly changed: (tenant: string) => void
}

const communicationKinds = 'https://almanac.example/fhir/CodeSystem/communication-kinds'
const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'

/** https://profiles.ihe.net/ITI/IUA and FHIR's security labels call it BTG: access now, account for it after. */
export function createBreakGlass(parts: BreakGlassParts): Operation {
  return {
    definition: loadOperationDefinition('break-glass'),
    invoke: (call) => breakGlass(parts, call),
  }
}

async function breakGlass(parts: BreakGlassParts, call: OperationCall): Promise<FhirResponse> {
  const { request, principal, parameters } = call
  const { id: patient = '' } = request
  checkPermission(principal, 'Patient', 'r')
  const { breakGlassMinutes: minutes, fhirUser: user } = principal
  if (minutes === undefined || user === undefined) {
    throw new Refusal('forbidden', 'Your role does not let you open a record in an emergency.')
  }
  const reason = readReason(parameters.get('reason')?.[0])
  const from = parts.clock()
  const opening: NewOpening = {
    user,
    patient,
    from,
    until: new Date(from.getTime() + minutes * 60_000),
    reason,
  }
  return parts.database.asSystem(principal.tenant).transaction(async (tx) => {
    const stored = await tx.read('Patient', patient)
    if (stored === undefined || stored.deleted)
      throw new Refusal('not-found', `There is no Patient/${patient}.`)
    const notice = write(parts, tx, buildNotice(opening))
    const record = write(parts, tx, buildOpening(opening))
    tx.audit(parts.buildEvent(tx.tenant, describe(opening, record, principal, request)))
    await tx.query('select pg_notify($1, $2)', [policyChannel, tx.tenant])
    tx.afterCommit(() => parts.changed(tx.tenant))
    return {
      status: 200,
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [
          { name: 'until', valueInstant: opening.until.toISOString() },
          { name: 'communication', valueReference: { reference: notice } },
        ],
      }),
    }
  })
}

/** An auditor reads it, and nobody reads three letters with profit. */
function readReason(reason: unknown): string {
  const text = typeof reason === 'string' ? reason.trim() : ''
  if (text.length >= 10 && text.length <= 1_000) return text
  throw new Refusal('value', 'The reason must be told in 10 to 1,000 characters.', { expression: 'reason' })
}

/** The server's own word: no role writes these for itself. */
function write(parts: BreakGlassParts, tx: Transaction, after: Resource): string {
  const { resourceType: type } = after
  const id = parts.newId()
  writeRow(planChange(parts, { method: 'POST', type, id, after }), tx)
  return `${type}/${id}`
}

/** In the patient's own record, and found by administrators and auditors by its category; the reason is not for all eyes. */
function buildNotice({ user, patient, from, until, reason }: NewOpening): Resource {
  return {
    resourceType: 'Communication',
    status: 'completed',
    category: [{ coding: [{ system: communicationKinds, code: 'break-glass' }] }],
    priority: 'urgent',
    subject: { reference: `Patient/${patient}` },
    recipient: [{ reference: `Patient/${patient}` }],
    sender: { reference: user },
    sent: from.toISOString(),
    reasonCode: [{ coding: [{ system: actReason, code: 'BTG', display: 'break the glass' }] }],
    payload: [
      {
        contentString: `Your record was opened in an emergency. It closes again at ${until.toISOString()}. The clinic reviews every such case.`,
      },
    ],
    note: [{ text: reason }],
  }
}

function describe(
  { patient, until, reason }: NewOpening,
  record: string,
  { clientId, fhirUser, tokenId, roles }: Principal,
  { requestId, headers: { address } }: FhirRequest,
): SecurityFact {
  return {
    deed: 'emergency-started',
    purpose: 'ETREAT',
    clientId,
    tokenId,
    requestId,
    ...(address === undefined ? {} : { address }),
    patient,
    user: { ...(fhirUser === undefined ? {} : { reference: fhirUser }), roles },
    about: { reference: record },
    description: `The record was opened until ${until.toISOString()}.`,
    details: { reason },
  }
}
