import type { AuditFact } from './audit-fact.ts'

type Entity = Record<string, unknown>

const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type'
const objectRole = 'http://terminology.hl7.org/CodeSystem/object-role'
const person = Object.freeze({ system: entityType, code: '1' })
const systemObject = Object.freeze({ system: entityType, code: '2' })
const patientRole = Object.freeze({ system: objectRole, code: '1' })
const domainResource = Object.freeze({ system: objectRole, code: '4' })
const queryRole = Object.freeze({ system: objectRole, code: '24' })
const requestIdType = Object.freeze({
  system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
  code: 'XrequestId',
})

/** The longest search text kept, so that nobody fills the log with one request. */
const longestQuery = 8_192

/** What was touched, by version where one is known. */
export function dataEntity(fact: AuditFact, created: boolean): Entity {
  const reference = `${fact.type}/${fact.resourceId}`
  const entity: Entity = {
    what: { reference: fact.version === undefined ? reference : `${reference}/_history/${fact.version}` },
    type: systemObject,
    role: domainResource,
  }
  if (fact.operation !== undefined) entity.description = `$${fact.operation}`
  else if (created) entity.description = fact.method
  return entity
}

export function patientEntity(patientId: string): Entity {
  return { what: { reference: `Patient/${patientId}` }, type: person, role: patientRole }
}

/** Base64 keeps what a caller typed from ever being read as anything but data. */
export function queryEntity(fact: AuditFact, query: NonNullable<AuditFact['query']>): Entity {
  const entity: Entity = { type: systemObject, role: queryRole }
  if (fact.operation !== undefined) entity.description = `$${fact.operation}`
  entity.query = Buffer.from(queryText(fact, query)).toString('base64')
  return entity
}

export function requestEntity(requestId: string): Entity {
  return { what: { identifier: { value: requestId } }, type: requestIdType }
}

function queryText(fact: AuditFact, query: NonNullable<AuditFact['query']>): string {
  let text = `${fact.method} ${fact.base}`
  if (fact.type !== undefined) text += `/${fact.type}`
  if (fact.operation !== undefined) text += `/$${fact.operation}`
  let separator = '?'
  for (const [name, value] of query) {
    /** A token in a URL is refused, and must not live on here. */
    text += `${separator}${encodeQuery(name)}=${name === 'access_token' ? '' : encodeQuery(value)}`
    if (text.length > longestQuery) return text.slice(0, longestQuery)
    separator = '&'
  }
  return text
}

/** Most values need no escape: looking costs less than encoding. */
function encodeQuery(text: string): string {
  return /^[\w.,:|/*$-]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed())
}
