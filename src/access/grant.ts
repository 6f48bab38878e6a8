import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Clause } from '#fhir/search-query.ts'
import type { Claims } from './claims.ts'
import { parseCriteria } from './criteria.ts'
import { patientCompartment, publicDirectory } from './patient-compartment.ts'
import type { Permission } from './principal.ts'
import { formatScope, type IgnoredScope, parseScopes, permits, type Scope } from './scope.ts'

export type Reach = 'all' | 'nothing' | Clause

/** What one scope reaches; several grants are a union. */
export type Grant = (type: string, permission: Permission) => Reach

export interface Grants {
  readonly grants: readonly Grant[]
  readonly scopes: readonly string[]
  readonly ignored: readonly IgnoredScope[]
}

export function buildGrants(claims: Claims, definitions: Definitions): Grants {
  const parsed = parseScopes(claims.scope, definitions)
  const grants: Grant[] = []
  const scopes = [...parsed.other]
  const ignored = [...parsed.ignored]
  for (const scope of parsed.resource) {
    const name = formatScope(scope)
    const base = reachOf(scope, claims, definitions)
    if (typeof base === 'string') {
      ignored.push({ scope: name, reason: base })
      continue
    }
    const narrowed = scope.criteria.length === 0 ? base : narrow(scope, base, definitions)
    if (typeof narrowed === 'string') {
      ignored.push({ scope: name, reason: narrowed })
      continue
    }
    grants.push((type, permission) =>
      permits(scope, type, permission) && mayTouchAudit(scope, type, permission)
        ? narrowed(type, permission)
        : 'nothing',
    )
    scopes.push(name)
  }
  return { grants, scopes, ignored }
}

/** The widest a scope can reach before its own criteria; a sentence when it reaches nothing at all. */
function reachOf(scope: Scope, claims: Claims, definitions: Definitions): Grant | string {
  if (scope.context === 'system') return () => 'all'
  if (scope.context === 'patient') {
    if (claims.patient === undefined) return 'the token names no patient'
    return compartmentGrant(claims.patient, definitions)
  }
  if (claims.fhirUser === undefined) return 'the token names no user'
  const [type, id] = claims.fhirUser.split('/')
  if (type === 'Practitioner' || type === 'PractitionerRole') return () => 'all'
  /** A user/ scope lends the user's own rights, and a patient's own rights are their compartment. */
  if (type === 'Patient' && id !== undefined) return compartmentGrant(id, definitions)
  return `a user who is a ${type} has no rights of their own`
}

function compartmentGrant(patientId: string, definitions: Definitions): Grant {
  return (type, permission) => {
    if (publicDirectory.has(type)) return permission === 'r' || permission === 's' ? 'all' : 'nothing'
    return patientCompartment(definitions, type, patientId) ?? 'nothing'
  }
}

/**
 * The log is for auditors: only a system client's wildcard opens it, everyone else's scope must name it, and
 * writing to it by name or wildcard is for system clients, who may add events and never change one.
 */
function mayTouchAudit(scope: Scope, type: string, permission: Permission): boolean {
  if (type !== 'AuditEvent') return true
  if (permission === 'u' || permission === 'd') return false
  if (permission === 'c') return scope.context === 'system'
  return scope.context === 'system' || scope.type === 'AuditEvent'
}

/** Criteria hold on top of the base reach; where they cannot be asked of a type, the scope does not reach it. */
function narrow(scope: Scope, base: Grant, definitions: Definitions): Grant | string {
  const criteriaOf = new Map<string, readonly Clause[] | undefined>()
  const load = (type: string): readonly Clause[] | undefined => {
    if (!criteriaOf.has(type)) criteriaOf.set(type, tryCriteria(type, scope, definitions))
    return criteriaOf.get(type)
  }
  if (scope.type !== '*' && load(scope.type) === undefined) {
    return `${scope.type} cannot be searched by what follows "?"`
  }
  return (type, permission) => {
    const criteria = load(type)
    const reach = base(type, permission)
    if (criteria === undefined || reach === 'nothing') return 'nothing'
    const clauses = reach === 'all' ? criteria : [reach, ...criteria]
    return clauses.length === 1 && clauses[0] !== undefined ? clauses[0] : { kind: 'and', clauses }
  }
}

function tryCriteria(type: string, scope: Scope, definitions: Definitions): readonly Clause[] | undefined {
  try {
    return parseCriteria(type, scope.criteria, definitions)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
