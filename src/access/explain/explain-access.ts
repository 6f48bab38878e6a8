import { compartment } from '#fhir/compartment.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { admits, extractorOf, isDecidable } from '../admits.ts'
import type { GrantedPrincipal } from '../create-principal.ts'
import { allows } from '../policy/policy.ts'
import type { Permission } from '../principal.ts'
import type { Reach } from '../reach.ts'
import { describeReach } from './describe-reach.ts'

/** What one scope or rule says of a type. */
export interface Reason {
  readonly from: 'scope' | 'role' | 'broken glass'
  readonly name: string
  /** As a search would ask it. */
  readonly reach: string
  /** Does it hold for the resource asked for? Undefined: none was, or only the database can tell. */
  readonly holds?: boolean
}

export interface Explanation {
  readonly permission: Permission
  readonly type: string
  readonly reasons: readonly Reason[]
  /** What the database is asked, all in all. */
  readonly reach: string
  /** Parameters by which the caller finds nothing, as what they look at is hidden. */
  readonly concealed: readonly string[]
  readonly decision: string
}

/** Which scope and which rule let the caller do this, and which of them do not. */
export function explainAccess(
  principal: GrantedPrincipal,
  definitions: Definitions,
  type: string,
  permission: Permission,
  resource?: Resource,
): Explanation {
  const holds = (reach: Reach): boolean | undefined => {
    if (resource === undefined || (typeof reach !== 'string' && !isDecidable(reach))) return undefined
    return admits(reach, resource, extractorOf(definitions), { localBases: [], timeZone: 'UTC' })
  }
  const reason = (from: Reason['from'], name: string, reach: Reach): Reason => {
    const truth = holds(reach)
    return { from, name, reach: describeReach(reach), ...(truth === undefined ? {} : { holds: truth }) }
  }
  const scopes = principal.grants.map(({ scope, reach }) => reason('scope', scope, reach(type, permission)))
  const rules = principal.rights.policies.flatMap(({ policy, rules: compiled }) =>
    compiled
      .filter(({ rule }) => allows(rule, type, permission))
      .map(({ rule, reach }) => reason('role', `${policy.role}: ${rule.name}`, reach(type, permission))),
  )
  const readable = permission === 'r' || permission === 's'
  const opened = readable
    ? principal.rights.opened.map((patient) =>
        reason(
          'broken glass',
          `Patient/${patient}`,
          compartment(definitions, 'Patient', type, patient) ?? 'nothing',
        ),
      )
    : []
  const visible = principal.viewerFor(permission).visible(type)
  const veil = principal.veil?.(type)
  const concealed = definitions
    .searchParameters(type)
    .filter((parameter) => veil !== undefined && veil.tells(parameter) !== 'all')
    .map(({ code }) => code)
  return {
    ...{ permission, type, reach: describeReach(visible), concealed },
    reasons: [...scopes, ...rules, ...opened],
    decision: decide(visible, holds(visible), [...rules, ...opened], scopes),
  }
}

function decide(
  visible: Reach,
  holds: boolean | undefined,
  rules: readonly Reason[],
  scopes: readonly Reason[],
): string {
  const lacking = (reasons: readonly Reason[]) => reasons.every(({ reach }) => reach === 'nothing')
  if (lacking(scopes)) return 'refused with 403: no scope grants it'
  if (lacking(rules)) return 'refused with 403: no rule of the roles allows it'
  if (visible === 'nothing') return 'refused with 403: no scope and rule meet'
  if (holds === undefined) return 'allowed where the clause holds'
  if (holds) return 'allowed'
  const failing = (reasons: readonly Reason[]) => reasons.every((one) => one.holds === false)
  if (failing(scopes)) return 'not there for this caller: no scope reaches this resource'
  if (failing(rules)) return 'not there for this caller: no rule reaches this resource'
  return 'not there for this caller'
}
