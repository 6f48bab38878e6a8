import type { AuditFact, QueryPairs } from './audit-fact.ts'

type Entity = Record<string, unknown>

const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type'
const objectRole = 'http://terminology.hl7.org/CodeSystem/object-role'
const person = Object.freeze({ code: '1', system: entityType })
const systemObject = Object.freeze({ code: '2', system: entityType })
const patientRole = Object.freeze({ code: '1', system: objectRole })
const domainResource = Object.freeze({ code: '4', system: objectRole })
const queryRole = Object.freeze({ code: '24', system: objectRole })
const requestIdType = Object.freeze({
  code: 'XrequestId',
  system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
})

/** The longest search text kept, so that nobody fills the log with one request. */
const longestQuery = 8_192

/** What was touched, by version where one is known. */
export function dataEntity(fact: AuditFact, created: boolean): Entity {
  const reference = `${fact.type}/${fact.resourceId}`
  return {
    ...describe(fact, created),
    role: domainResource,
    type: systemObject,
    what: { reference: fact.version === undefined ? reference : `${reference}/_history/${fact.version}` },
  }
}

export function patientEntity(patientId: string): Entity {
  return { role: patientRole, type: person, what: { reference: `Patient/${patientId}` } }
}

export function queryEntity(fact: AuditFact, query: NonNullable<AuditFact['query']>): Entity {
  return {
    ...describe(fact, false),
    query: typeof query === 'string' ? query : queryBase64(fact, query),
    role: queryRole,
    type: systemObject,
  }
}

export function requestEntity(requestId: string): Entity {
  return { type: requestIdType, what: { identifier: { value: requestId } } }
}

function describe({ operation, method }: AuditFact, created: boolean): { readonly description?: string } {
  if (operation !== undefined) return { description: `$${operation}` }
  return created ? { description: method } : {}
}

/** Base64 keeps what a caller typed from ever being read as anything but data. */
export function queryBase64(fact: AuditFact, query: QueryPairs): string {
  return Buffer.from(queryText(fact, query)).toString('base64')
}

function queryText(fact: AuditFact, query: QueryPairs): string {
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
