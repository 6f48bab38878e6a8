import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Clause } from '#fhir/search-query.ts'
import type { Claims } from './claims.ts'
import { parseCriteria } from './criteria.ts'
import { patientCompartment, publicDirectory } from './patient-compartment.ts'
import type { Permission } from './principal.ts'
import type { Reach } from './reach.ts'
import { formatScope, type IgnoredScope, parseScopes, permits, type Scope } from './scope.ts'

/** What one scope reaches; several grants are a union. */
export type Grant = (type: string, permission: Permission) => Reach

export interface NamedGrant {
  readonly scope: string
  readonly reach: Grant
}

export interface Grants {
  readonly grants: readonly NamedGrant[]
  readonly scopes: readonly string[]
  readonly ignored: readonly IgnoredScope[]
}

export function buildGrants(claims: Claims, definitions: Definitions): Grants {
  const parsed = parseScopes(claims.scope, definitions)
  const grants: NamedGrant[] = []
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
    grants.push({
      scope: name,
      reach: (type, permission) =>
        permits(scope, type, permission) && mayTouchAudit(scope, type, permission)
          ? narrowed(type, permission)
          : 'nothing',
    })
    scopes.push(name)
  }
  return { grants, scopes, ignored }
}

/**
 * The widest a scope can reach before its own criteria; a sentence when it reaches nothing at all. What a `user/` or
 * `system/` scope lends is what the roles of the user or client allow, and no more.
 */
function reachOf(scope: Scope, claims: Claims, definitions: Definitions): Grant | string {
  if (scope.context === 'system') return () => 'all'
  if (scope.context === 'user') return claims.fhirUser === undefined ? 'the token names no user' : () => 'all'
  if (claims.patient === undefined) return 'the token names no patient'
  return compartmentGrant(claims.patient, definitions)
}

function compartmentGrant(patientId: string, definitions: Definitions): Grant {
  return (type, permission) => {
    if (publicDirectory.has(type)) return permission === 'r' || permission === 's' ? 'all' : 'nothing'
    return patientCompartment(definitions, type, patientId) ?? 'nothing'
  }
}

/** What a token for one patient alone has to do with: their record, the directory, and what is nobody's. */
export function patientReach(type: string, { patient }: Claims, definitions: Definitions): Reach {
  if (patient === undefined) return 'nothing'
  if (publicDirectory.has(type)) return 'all'
  return patientCompartment(definitions, type, patient) ?? 'all'
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
