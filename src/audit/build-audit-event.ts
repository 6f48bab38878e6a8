import type { Resource } from '#fhir/resource.ts'
import type { AuditFact } from './audit-fact.ts'
import { dataEntity, patientEntity, queryEntity, requestEntity } from './entities.ts'
import { interactionCodes } from './interaction-codes.ts'

type Part = Record<string, unknown>

const restful = Object.freeze({
  system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
  code: 'rest',
})
const user = Object.freeze({
  coding: Object.freeze([
    Object.freeze({ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }),
  ]),
})

/** Runs on every request: builds the event and nothing else. https://hl7.org/fhir/R4/auditevent.html */
export function buildAuditEvent(fact: AuditFact): Resource {
  /** A PUT that created is logged as the creation that it was. */
  const created = fact.interaction === 'update' && fact.status === 201
  const codes = interactionCodes(created ? 'create' : fact.interaction)
  const recorded = fact.when.toISOString()
  const event: Resource = {
    resourceType: 'AuditEvent',
    id: fact.id,
    meta: { versionId: '1', lastUpdated: recorded },
    type: restful,
    subtype: codes.subtype,
    action: codes.action,
    recorded,
    outcome: outcomeOf(fact.status),
  }
  if (fact.status >= 400) event.outcomeDesc = `HTTP ${fact.status}`
  event.agent = buildAgents(fact, codes.clientType)
  event.source = { observer: { identifier: { value: fact.base } } }
  event.entity = buildEntities(fact, created)
  return event
}

/** https://hl7.org/fhir/R4/valueset-audit-event-outcome.html */
function outcomeOf(status: number): string {
  if (status < 400) return '0'
  if (status < 500) return '4'
  return status === 503 ? '12' : '8'
}

/** The client; and the user, when there is one: then the user is who asked. */
function buildAgents(fact: AuditFact, clientType: object): Part[] {
  const { principal, address } = fact
  const client: Part = { type: clientType }
  if (principal !== undefined) client.who = { identifier: { value: principal.clientId } }
  client.requestor = principal?.fhirUser === undefined
  if (address !== undefined) client.network = { address, type: '2' }
  if (principal === undefined) return [client]
  const policy = [`urn:ietf:params:oauth:jti:${principal.tokenId}`]
  if (principal.fhirUser === undefined) {
    client.policy = policy
    return [client]
  }
  return [client, { type: user, who: { reference: principal.fhirUser }, requestor: true, policy }]
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

function patientOf(fact: AuditFact): string | undefined {
  if (fact.type === 'Patient' && fact.resourceId !== undefined) return fact.resourceId
  return fact.patient ?? fact.principal?.patient
}

function asksForMany({ interaction }: AuditFact): boolean {
  return (
    interaction.startsWith('search-') || interaction === 'history-type' || interaction === 'history-system'
  )
}
