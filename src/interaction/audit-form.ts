import { randomBytes, randomInt } from 'node:crypto'
import type { Principal } from '#access/principal.ts'
import type { AuditedPrincipal, AuditFact, QueryPairs } from '#audit/audit-fact.ts'
import { buildAuditEvent } from '#audit/build-audit-event.ts'
import { queryBase64 } from '#audit/entities.ts'
import type { Resource } from '#fhir/resource.ts'
import type { EventForm } from '#store/event-form.ts'
import type { EventRow } from '#store/event-row.ts'
import type { Database } from '#store/store.ts'
import { type AuditCaller, auditCaller, isId, isPlain } from './audit-caller.ts'

/** By all that events have in common; of most there are few in a clinic. */
const mostForms = 5_000
const formsOf = new WeakMap<Database, Map<string, EventForm | undefined>>()

/**
 * The event of a request, filled into the form of those before it that differ only in who, when, which and from where: the same
 * text and the same columns as building it would give, for a fraction of the time.
 */
export function fillAuditForm(
  database: Database,
  principal: Principal,
  fact: AuditFact,
): Resource | EventRow {
  const caller = auditCaller(principal)
  if (caller === undefined || !isPlain(fact.requestId) || !isId(fact.resourceId) || !isId(fact.patient))
    return buildAuditEvent(fact)
  if (fact.address !== undefined && !plainAddress.test(fact.address)) return buildAuditEvent(fact)
  let forms = formsOf.get(database)
  if (forms === undefined) {
    forms = new Map()
    formsOf.set(database, forms)
  }
  const touched = touchedBy(fact, caller)
  const key = keyOf(fact, caller, touched)
  let form = forms.get(key)
  if (form === undefined && !forms.has(key)) {
    const sample = buildAuditEvent(withMarks(fact, caller, touched))
    form = database.eventForm(principal.tenant, sample, marks)
    if (forms.size >= mostForms) forms.clear()
    forms.set(key, form)
  }
  return form === undefined ? buildAuditEvent(fact) : form.fill(valuesOf(fact, caller, touched))
}

/** Lower case: searches by it hold it as it is. */
const plainAddress = /^[0-9a-f.:]+$/

/** The patient whom the event names. */
function touchedBy(fact: AuditFact, caller: AuditCaller): string | undefined {
  return fact.patient ?? targetOf(fact) ?? caller.patient
}

/** Patients who look at their own are agent and patient at once, and found once. */
function isOwn({ userType, userId }: AuditCaller, touched: string | undefined): boolean {
  return userType === 'Patient' && userId === touched
}

/** The patient whom an address names, who stands in the event once where they are the one touched. */
function targetOf({ type, resourceId }: AuditFact): string | undefined {
  return type === 'Patient' ? resourceId : undefined
}

function isTarget(fact: AuditFact, touched: string | undefined): boolean {
  return touched !== undefined && targetOf(fact) === touched
}

function keyOf(fact: AuditFact, caller: AuditCaller, touched: string | undefined): string {
  const { interaction, status, method, type, operation, base, address, requestId } = fact
  const { resourceId, version, query } = fact
  const given =
    (resourceId === undefined ? 0 : 1) +
    (version === undefined ? 0 : 2) +
    (touched === undefined ? 0 : 4) +
    (query === undefined ? 0 : 8) +
    (address === undefined ? 0 : 16) +
    (isOwn(caller, touched) ? 32 : 0) +
    (upperCase.test(requestId) ? 64 : 0) +
    (isTarget(fact, touched) ? 128 : 0) +
    (isTarget(fact, touched) || !isOwn(caller, targetOf(fact)) ? 0 : 256)
  return `${interaction} ${status} ${method} ${type} ${operation} ${given} ${base} ${caller.kind}`
}

const upperCase = /[A-Z]/

/** Nobody can guess them, so nobody can send them. An upper-case letter tells a term's lower case apart. */
const mark = (name: string) => `z${name}${randomBytes(8).toString('hex')}`
const marked = {
  id: mark('I'),
  when: new Date(randomInt(1e12)),
  resourceId: mark('R'),
  version: 900_000_000 + randomInt(1e8),
  patient: mark('P'),
  requestId: mark('Q'),
  query: mark('S'),
  // Among the addresses of an event it is the first, as numbers are.
  address: `0${randomBytes(8).toString('hex')}`,
  tokenId: mark('T'),
  clientId: mark('C'),
  userId: mark('U'),
}

function withMarks(fact: AuditFact, caller: AuditCaller, touched: string | undefined): AuditFact {
  const patient = isOwn(caller, touched) ? marked.userId : marked.patient
  const other = isOwn(caller, targetOf(fact)) ? marked.userId : marked.resourceId
  const target = isTarget(fact, touched) ? patient : other
  const { requestId, clientId } = marked
  const principal: AuditedPrincipal = {
    ...caller.common,
    clientId: upperCase.test(caller.clientId) ? clientId : clientId.toLowerCase(),
    tokenId: marked.tokenId,
    ...(caller.userType !== undefined && { fhirUser: `${caller.userType}/${marked.userId}` }),
  }
  return {
    ...fact,
    principal,
    id: marked.id,
    when: marked.when,
    requestId: upperCase.test(fact.requestId) ? requestId : requestId.toLowerCase(),
    resourceId: fact.resourceId && target,
    version: fact.version && marked.version,
    patient: touched && patient,
    query: fact.query && marked.query,
    address: fact.address && marked.address,
  }
}

const marks = [
  marked.id,
  marked.when.toISOString(),
  millisecondAfter(marked.when),
  marked.resourceId,
  String(marked.version),
  marked.patient,
  marked.requestId,
  marked.requestId.toLowerCase(),
  marked.query,
  marked.address,
  marked.tokenId,
  marked.clientId,
  marked.clientId.toLowerCase(),
  marked.userId,
]

/** Many events are of one millisecond. */
let moment = Number.NaN
let momentText = ''
let textAfter = ''

/** In the order of the marks. */
function valuesOf(fact: AuditFact, caller: AuditCaller, touched = ''): readonly string[] {
  const { id, when, resourceId = '', version = 0, requestId, query = '', address = '' } = fact
  if (when.getTime() !== moment) {
    moment = when.getTime()
    momentText = when.toISOString()
    textAfter = millisecondAfter(when)
  }
  return [
    id,
    momentText,
    textAfter,
    resourceId,
    String(version),
    touched,
    requestId,
    requestId.toLowerCase(),
    typeof query === 'string' ? query : encodedQuery(fact, query),
    address,
    caller.tokenId,
    caller.clientId,
    caller.lowerClientId,
    caller.userId,
  ]
}

/** A page about n patients leaves n events of one query. */
const encodedQueries = new WeakMap<QueryPairs, string>()

function encodedQuery(fact: AuditFact, query: QueryPairs): string {
  const known = encodedQueries.get(query)
  if (known !== undefined) return known
  const encoded = queryBase64(fact, query)
  encodedQueries.set(query, encoded)
  return encoded
}

/** Where the range of a date ends that is known to the millisecond. */
function millisecondAfter(when: Date): string {
  return new Date(when.getTime() + 1).toISOString()
}
