import { compartment } from '#fhir/compartment.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { Veil } from '#fhir/search-query.ts'
import type { Claims } from './claims.ts'
import { buildObjection } from './objection.ts'
import type { OtherPeople } from './other-people.ts'
import { type CompiledRule, compileRule, type Who } from './policy/compile-rule.ts'
import { allows, type Policies, type Policy } from './policy/policy.ts'
import type { Objection, Permission } from './principal.ts'
import { intersect, type Reach, unite } from './reach.ts'
import { buildVeil, type HiddenElement } from './veil.ts'

/** What a caller's roles allow, whatever their token was granted. */
export interface RoleRights {
  readonly roles: readonly string[]
  readonly policies: readonly CompiledPolicy[]
  /** Patients whose record is open to the caller just now. */
  readonly opened: readonly string[]
  reach(type: string, permission: Permission): Reach
  leaves(type: string, permission: 'c' | 'u'): Reach
  objectionFor(type: string, permission: 'c' | 'u'): Objection | undefined
  /** Is anything hidden from the caller at all? */
  readonly hides: boolean
  veil(type: string): Veil | undefined
}

export interface CompiledPolicy {
  readonly policy: Policy
  readonly rules: readonly CompiledRule[]
}

const roleOfUser: Readonly<Record<string, string>> = {
  Patient: 'patient',
  RelatedPerson: 'related-person',
  Practitioner: 'practitioner',
  PractitionerRole: 'practitioner',
}

/** A token that names no roles is what its user is, and a client of its own where there is none. */
export function rolesOf({ roles, fhirUser }: Pick<Claims, 'roles' | 'fhirUser'>): readonly string[] {
  if (roles !== undefined) return [...new Set(roles)]
  if (fhirUser === undefined) return ['system']
  const role = roleOfUser[fhirUser.slice(0, fhirUser.indexOf('/'))]
  return role === undefined ? [] : [role]
}

/** A practitioner who looks at a patient does not become them: only who is, or is related to, a patient has one. */
function whoOf({ fhirUser, patient }: Claims): Omit<Who, 'timeZone'> {
  if (fhirUser === undefined) return {}
  const own = fhirUser.startsWith('Patient/') ? fhirUser.slice('Patient/'.length) : undefined
  const represented = fhirUser.startsWith('RelatedPerson/') ? patient : undefined
  const id = own ?? represented
  return { user: fhirUser, ...(id === undefined ? {} : { patient: id }) }
}

/** A token without a user that reaches one record alone is as good as that patient's own. */
function isForOnePatient({ patient, fhirUser, scope }: Claims): boolean {
  return patient !== undefined && fhirUser === undefined && !/(?:^| )(?:user|system)\//.test(scope)
}

export function buildRoleRights(
  claims: Claims,
  policies: Policies,
  definitions: Definitions,
  now: Date,
  timeZone: string,
): RoleRights {
  const who = { ...whoOf(claims), timeZone }
  const held = rolesOf(claims)
    .map((role) => policies.of(role))
    .filter((policy) => policy !== undefined)
  const compiled = held.map((policy) => ({
    policy,
    rules: policy.rules.map((rule) => compileRule(rule, who, definitions)),
  }))
  const rules = compiled.flatMap((one) => one.rules)
  const opened = held.some(({ breakGlass }) => breakGlass !== undefined)
    ? policies.openings
        .filter(({ user, until }) => user === claims.fhirUser && until > now)
        .map(({ patient }) => patient)
    : []
  const openedReach = (type: string): Reach =>
    unite(opened.map((patient) => compartment(definitions, 'Patient', type, patient) ?? 'nothing'))
  const reach = (type: string, permission: Permission): Reach =>
    unite([
      ...rules.map((rule) => rule.reach(type, permission)),
      ...(permission === 'r' || permission === 's' ? [openedReach(type)] : []),
    ])

  return {
    roles: rolesOf(claims),
    policies: compiled,
    opened,
    reach,
    leaves: (type, permission) => unite(rules.map((rule) => rule.leaves(type, permission))),
    objectionFor: (type, permission) => buildObjection(type, permission, rules, who, definitions),
    hides:
      isForOnePatient(claims) ||
      held.some((policy) => policy.hides !== undefined || policy.hidesOthers !== undefined),
    veil: (type) => buildVeil(type, hiddenElements(type), otherPeople(type), definitions),
  }

  /** Whoever sees the type by a role that does not hide the others sees all of them. */
  function otherPeople(type: string): OtherPeople {
    if (isForOnePatient(claims)) {
      const names = policies.of('patient')?.hidesOthers?.[type] ?? []
      return { names, own: [`Patient/${claims.patient}`] }
    }
    const reading = compiled.filter(({ rules: own }) =>
      own.some(({ rule }) => allows(rule, type, 'r') || allows(rule, type, 's')),
    )
    const lists = reading.map(({ policy }) => policy.hidesOthers?.[type] ?? [])
    const names = [...new Set(lists.flat())].filter((name) => lists.every((list) => list.includes(name)))
    const { user, patient } = who
    return {
      names,
      own: [...(user === undefined ? [] : [user]), ...(patient === undefined ? [] : [`Patient/${patient}`])],
    }
  }

  /** What one role hides is shown where another, which does not hide it, lets the caller read and search. */
  function hiddenElements(type: string): readonly HiddenElement[] {
    const hides = ({ hides = {} }: Policy, name: string) => hides[type]?.includes(name) === true
    const names = new Set(held.flatMap(({ hides = {} }) => hides[type] ?? []))
    return [...names].map((name) => {
      const open = compiled.filter(({ policy }) => !hides(policy, name)).flatMap((one) => one.rules)
      const shownBy = (permission: Permission) => unite(open.map((rule) => rule.reach(type, permission)))
      return {
        name,
        shownIn: unite([intersect([shownBy('r'), shownBy('s')]), openedReach(type)]),
      }
    })
  }
}
