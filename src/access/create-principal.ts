import type { Definitions } from '#fhir/definitions.ts'
import type { Clause, Viewer } from '#fhir/search-query.ts'
import type { Claims } from './claims.ts'
import { buildGrants, type Grant, type Reach } from './grant.ts'
import type { Permission, Permissions, Principal } from './principal.ts'
import type { IgnoredScope } from './scope.ts'

export interface GrantedPrincipal extends Principal {
  /** Scopes of the token that grant nothing here, for whoever issues tokens. */
  readonly ignored: readonly IgnoredScope[]
}

/** Answers are worked out once per type and permission: a principal lives as long as its token. */
export function createPrincipal(claims: Claims, definitions: Definitions): GrantedPrincipal {
  const { grants, scopes, ignored } = buildGrants(claims, definitions)
  const viewers = new Map<Permissions, Viewer>()

  const viewerFor = (permissions: Permissions): Viewer => {
    let viewer = viewers.get(permissions)
    if (viewer === undefined) {
      viewer = buildViewer(claims.tenant, grants, permissions, definitions)
      viewers.set(permissions, viewer)
    }
    return viewer
  }
  const standing = viewerFor('rs')

  return {
    tenant: claims.tenant,
    clientId: claims.clientId,
    tokenId: claims.tokenId,
    ...(claims.fhirUser === undefined ? {} : { fhirUser: claims.fhirUser }),
    ...(claims.patient === undefined ? {} : { patient: claims.patient }),
    scopes,
    ignored,
    may: (type, permission) => viewerFor(permission).visible(type) !== 'nothing',
    visible: standing.visible,
    viewerFor,
  }
}

function buildViewer(
  tenant: string,
  grants: readonly Grant[],
  permissions: Permissions,
  definitions: Definitions,
): Viewer {
  const known = new Map<string, Reach>()
  return {
    tenant,
    visible(type) {
      let reach = known.get(type)
      if (reach === undefined) {
        if (!definitions.isResourceType(type)) return 'nothing'
        reach = intersect([...permissions].map((letter) => unite(grants, type, letter as Permission)))
        known.set(type, reach)
      }
      return reach
    },
  }
}

/** Scopes add up: what any of them reaches is reached. */
function unite(grants: readonly Grant[], type: string, permission: Permission): Reach {
  const clauses: Clause[] = []
  for (const grant of grants) {
    const reach = grant(type, permission)
    if (reach === 'all') return 'all'
    if (reach !== 'nothing') clauses.push(reach)
  }
  return combine('or', clauses) ?? 'nothing'
}

function intersect(reaches: readonly Reach[]): Reach {
  const clauses: Clause[] = []
  for (const reach of reaches) {
    if (reach === 'nothing') return 'nothing'
    if (reach !== 'all') clauses.push(reach)
  }
  return combine('and', clauses) ?? 'all'
}

/** The same clause twice is one: `patient/*.rs patient/Observation.rs` must not make every search dearer. */
function combine(kind: 'and' | 'or', clauses: readonly Clause[]): Clause | undefined {
  const distinct = [...new Map(clauses.map((clause) => [describe(clause), clause])).values()]
  return distinct.length > 1 ? { kind, clauses: distinct } : distinct[0]
}

/** Parameters by their name, as definitions of composites would make a long text. */
function describe(clause: Clause): string {
  return JSON.stringify(clause, (key, value) =>
    key === 'parameter' && typeof value === 'object' ? `${value.type}.${value.code}` : value,
  )
}
