import type { Principal } from '#access/principal.ts'
import type { AuditedPrincipal } from '#audit/audit-fact.ts'

/** Of a caller, what their events say of them: looked at once. */
export interface AuditCaller {
  /** All by which events of callers differ in form. */
  readonly kind: string
  readonly common: Omit<AuditedPrincipal, 'clientId' | 'tokenId' | 'fhirUser' | 'patient'>
  readonly clientId: string
  readonly lowerClientId: string
  readonly tokenId: string
  readonly userType: string | undefined
  readonly userId: string
  readonly patient: string | undefined
}

const callers = new WeakMap<Principal, AuditCaller | undefined>()

/** Undefined: something of theirs needs an escape. */
export function auditCaller(principal: Principal): AuditCaller | undefined {
  if (callers.has(principal)) return callers.get(principal)
  const caller = describeCaller(principal)
  callers.set(principal, caller)
  return caller
}

/** What needs no escape, in JSON, in a term or in an array, and what makes a reference. */
const plain = /^[A-Za-z0-9._-]+$/
const fhirId = /^[A-Za-z0-9.-]{1,64}$/
const reference = /^([A-Z][A-Za-z]*)\/([A-Za-z0-9.-]{1,64})$/

export function isPlain(text: string): boolean {
  return plain.test(text)
}

export function isId(id: string | undefined): boolean {
  return id === undefined || fhirId.test(id)
}

function describeCaller(principal: Principal): AuditCaller | undefined {
  const { tenant, clientId, tokenId, fhirUser, patient, roles, purpose } = principal
  if (!isPlain(clientId) || !isPlain(tokenId) || !isId(patient)) return undefined
  const [, userType, userId = ''] = fhirUser === undefined ? [] : (reference.exec(fhirUser) ?? [])
  if (fhirUser !== undefined && userType === undefined) return undefined
  const lowerClientId = clientId.toLowerCase()
  return {
    kind: JSON.stringify([tenant, userType, roles, purpose, clientId === lowerClientId]),
    common: { ...(roles !== undefined && { roles }), ...(purpose !== undefined && { purpose }) },
    clientId,
    lowerClientId,
    tokenId,
    userType,
    userId,
    patient,
  }
}
