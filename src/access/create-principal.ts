import type { Definitions } from '#fhir/definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { admits, extractorOf } from './admits.ts'
import type { Claims } from './claims.ts'
import { buildGrants, type NamedGrant, patientReach } from './grant.ts'
import { nameable } from './patient-compartment.ts'
import type { Policies } from './policy/policy.ts'
import { shippedPolicies } from './policy/shipped-policies.ts'
import type { Permission, Permissions, Principal } from './principal.ts'
import { intersect, type Reach, unite } from './reach.ts'
import { buildRoleRights, type RoleRights } from './role-rights.ts'
import type { IgnoredScope } from './scope.ts'

export interface GrantedPrincipal extends Principal {
  /** Scopes of the token that grant nothing here, for whoever issues tokens. */
  readonly ignored: readonly IgnoredScope[]
  /** The two halves of every answer, for whoever explains it. */
  readonly grants: readonly NamedGrant[]
  readonly rights: RoleRights
}

/**
 * Allowed is what a scope grants and a role allows. Answers are worked out once per type and permission: a principal
 * lives as long as its token, or until the policies of its clinic change.
 */
export function createPrincipal(
  claims: Claims,
  definitions: Definitions,
  policies: Policies = shippedPolicies(),
  now: Date = new Date(),
  timeZone = 'UTC',
): GrantedPrincipal {
  const { grants, scopes, ignored } = buildGrants(claims, definitions)
  const rights = buildRoleRights(claims, policies, definitions, now, timeZone)
  const granted = (type: string, permission: Permission): Reach =>
    unite(grants.map((grant) => grant.reach(type, permission)))
  const veil = remember(definitions, rights.veil, undefined)
  const veiled = rights.hides ? { veil } : {}
  const objections = {
    c: remember(definitions, (type) => rights.objectionFor(type, 'c'), undefined),
    u: remember(definitions, (type) => rights.objectionFor(type, 'u'), undefined),
  }
  const viewers = new Map<string, Viewer>()

  const open = (name: string, whole: boolean, reach: (type: string) => Reach): Viewer => {
    let viewer = viewers.get(name)
    if (viewer === undefined) {
      const { tenant } = claims
      viewer = {
        tenant,
        visible: remember(definitions, reach, 'nothing'),
        ...veiled,
        ...(whole && { whole }),
      }
      viewers.set(name, viewer)
    }
    return viewer
  }
  const viewerFor = (permissions: Permissions): Viewer =>
    open(permissions, /[cud]/.test(permissions), (type) =>
      intersect(
        ([...permissions] as Permission[]).flatMap((letter) => [
          granted(type, letter),
          rights.reach(type, letter),
        ]),
      ),
    )
  const seen = (type: string): Reach => unite([rights.reach(type, 'r'), rights.reach(type, 's')])
  // Who sees every patient is staff, and may refer to what another colleague looks after.
  const isStaff = seen('Patient') === 'all'
  const isForPatient = scopes.every((scope) => scope.startsWith('patient/'))
  const referable = remember(
    definitions,
    (type) =>
      nameable.has(type)
        ? 'all'
        : intersect([
            isStaff ? 'all' : seen(type),
            isForPatient ? patientReach(type, claims, definitions) : 'all',
          ]),
    'nothing',
  )
  const refersAnywhere = definitions.resourceTypes.every((type) => referable(type) === 'all')
  const { tenant, clientId, tokenId, fhirUser, patient, accountId, grantId } = claims
  const held = rights.policies.map(({ policy }) => policy)
  const minutes = held.flatMap(({ breakGlass }) => breakGlass?.minutes ?? [])

  return {
    tenant,
    clientId,
    tokenId,
    ...(fhirUser === undefined ? {} : { fhirUser }),
    ...(patient === undefined ? {} : { patient }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(grantId === undefined ? {} : { grantId }),
    ...(rights.opened.length === 0 ? {} : { purpose: 'BTG' }),
    ...(minutes.length === 0 ? {} : { breakGlassMinutes: Math.max(...minutes) }),
    ...veiled,
    roles: rights.roles,
    choosesIds: held.some(({ choosesIds }) => choosesIds === true),
    scopes,
    ignored,
    grants,
    rights,
    may: (type, permission) => viewerFor(permission).visible(type) !== 'nothing',
    visible: viewerFor('rs').visible,
    viewerFor,
    ...(refersAnywhere ? {} : { referable: { tenant, visible: referable } }),
    ownershipFor: (permission) =>
      open(`owned ${permission}`, true, (type) =>
        intersect([granted(type, permission), rights.leaves(type, permission)]),
      ),
    shown({ type, text }, base) {
      const reach = viewerFor('r').visible(type)
      if (reach === 'nothing') return undefined
      if (reach !== 'all') {
        // Rights are drawn by codes and references: no zone is asked.
        const context = { localBases: [base], timeZone: 'UTC' }
        const resource = JSON.parse(text) as Resource
        if (!admits(reach, resource, extractorOf(definitions), context)) return undefined
      }
      return veil(type)?.show(text) ?? text
    },
    objectionFor: (type, permission) => objections[permission](type),
  }
}

/** A type that does not exist is nobody's. */
function remember<Answer>(
  definitions: Definitions,
  find: (type: string) => Answer,
  unknown: Answer,
): (type: string) => Answer {
  const known = new Map<string, Answer>()
  return (type) => {
    if (known.has(type)) return known.get(type) as Answer
    if (!definitions.isResourceType(type)) return unknown
    const answer = find(type)
    known.set(type, answer)
    return answer
  }
}
