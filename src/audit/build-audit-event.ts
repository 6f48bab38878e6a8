import type { Resource } from '#fhir/resource.ts'
import type { AuditFact } from './audit-fact.ts'
import { dataEntity, patientEntity, queryEntity, requestEntity } from './entities.ts'
import { type InteractionCodes, interactionCodes, operationCodes } from './interaction-codes.ts'
import { purposeOf } from './purpose.ts'

type Part = Record<string, unknown>

const restful = Object.freeze({
  code: 'rest',
  system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
})

/**
 * Runs on every request: builds the event and nothing else. https://hl7.org/fhir/R4/auditevent.html
 *
 * Members stand in the order of their names, here and in all parts, so that what JSON.stringify gives is the canonical
 * form of RFC 8785: the text is sealed as it is stored, and nobody has to canonicalise on the road
 * (docs/decisions/0021-audit-seals.md).
 */
export function buildAuditEvent(fact: AuditFact): Resource {
  /** A PUT that created is logged as the creation that it was. */
  const created = fact.interaction === 'update' && fact.status === 201
  const codes = codesOf(fact, created)
  const recorded = fact.when.toISOString()
  const purpose = purposeOf(fact.principal)
  return {
    action: codes.action,
    agent: buildAgents(fact, codes),
    entity: buildEntities(fact, created),
    id: fact.id,
    meta: { lastUpdated: recorded, versionId: '1' },
    outcome: outcomeOf(fact.status),
    ...(fact.status >= 400 && { outcomeDesc: `HTTP ${fact.status}` }),
    ...(purpose !== undefined && { purposeOfEvent: purpose }),
    recorded,
    resourceType: 'AuditEvent',
    source: { observer: { identifier: { value: fact.base } } },
    subtype: codes.subtype,
    type: restful,
  }
}

function codesOf({ interaction, operation, status }: AuditFact, created: boolean): InteractionCodes {
  const special = operation === undefined || status >= 400 ? undefined : operationCodes(operation)
  return special ?? interactionCodes(created ? 'create' : interaction)
}

/** https://hl7.org/fhir/R4/valueset-audit-event-outcome.html */
function outcomeOf(status: number): string {
  if (status < 400) return '0'
  if (status < 500) return '4'
  return status === 503 ? '12' : '8'
}

/** The client, the server, and the user when there is one: then the user is who asked. */
function buildAgents(fact: AuditFact, codes: InteractionCodes): Part[] {
  const { principal, address, base } = fact
  const user = principal?.fhirUser
  const policy = principal && [`urn:ietf:params:oauth:jti:${principal.tokenId}`]
  const agents: Part[] = [
    {
      ...(address !== undefined && { network: { address, type: '2' } }),
      ...(policy !== undefined && user === undefined && { policy }),
      requestor: user === undefined,
      type: codes.clientType,
      ...(principal !== undefined && { who: { identifier: { value: principal.clientId } } }),
    },
    {
      network: { address: base, type: '5' },
      requestor: false,
      type: codes.serverType,
      who: { identifier: { value: base } },
    },
  ]
  if (user === undefined) return agents
  const roles = principal?.roles ?? []
  agents.push({
    policy,
    requestor: true,
    ...(roles.length > 0 && { role: roles.map((text) => ({ text })) }),
    type: codes.userType,
    who: { reference: user },
  })
  return agents
}

function buildEntities(fact: AuditFact, created: boolean): Part[] {
  const entities: Part[] = []
  if (fact.resourceId !== undefined && fact.type !== undefined) entities.push(dataEntity(fact, created))
  else if (fact.query !== undefined || asksForMany(fact)) entities.push(queryEntity(fact, fact.query ?? []))
  else if (fact.operation !== undefined) entities.push({ description: `$${fact.operation}` })
  const patient = patientOf(fact)
  if (patient !== undefined) entities.push(patientEntity(patient))
  entities.push(requestEntity(fact.requestId))
  return entities
}

/** An operation on one patient may touch others too: each of them has an event. */
function patientOf({ type, resourceId, patient, principal }: AuditFact): string | undefined {
  return patient ?? (type === 'Patient' ? resourceId : undefined) ?? principal?.patient
}

function asksForMany({ interaction }: AuditFact): boolean {
  return (
    interaction.startsWith('search-') || interaction === 'history-type' || interaction === 'history-system'
  )
}
