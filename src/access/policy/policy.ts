import type { Permission } from '../principal.ts'

/**
 * What one role may do at a clinic: data, kept in fhir-profiles/policies/ and by a clinic in a Basic of its own.
 * What no rule allows is refused.
 */
export interface Policy {
  readonly role: string
  readonly title: string
  readonly description?: string
  readonly rules: readonly PolicyRule[]
  /** Elements that do not exist for this role, by type. The narrative goes with them, as it may tell of them. */
  readonly hides?: Readonly<Record<string, readonly string[]>>
  /** Lists in which the caller finds themselves and the staff, but no other patient and no relative, by type. */
  readonly hidesOthers?: Readonly<Record<string, readonly string[]>>
  /** May an update create under an id that the caller chose? It tells whether that id is taken. */
  readonly choosesIds?: boolean
  /** May state a reason and see, for so many minutes, what one patient's record would not show them. */
  readonly breakGlass?: { readonly minutes: number }
}

export interface PolicyRule {
  readonly name: string
  /** Letters of `cruds`. */
  readonly allows: string
  /** Resource types; `*` for all. */
  readonly types: readonly string[]
  readonly except?: readonly string[]
  /** The compartment of the caller: of the patient they are or act for, or of the practitioner they are. */
  readonly within?: 'Patient' | 'Practitioner'
  /** Search criteria that must hold, of a write before and after: `status=active&actor=%user`. */
  readonly where?: string
  /** Criteria for what is there before a change. */
  readonly before?: string
  /** Criteria for what a create or change leaves behind. */
  readonly after?: string
  /** The only elements that an update may change. */
  readonly changes?: readonly string[]
  /** `self`: what is written may refer to no patient or relative but the caller's own. */
  readonly about?: 'self'
}

/** A clinic's policies by role. */
export interface Policies {
  of(role: string): Policy | undefined
  /** Whose glass is broken just now. */
  readonly openings: readonly Opening[]
}

/** For a time, one user sees one patient's whole record. */
export interface Opening {
  /** `Practitioner/1` */
  readonly user: string
  readonly patient: string
  readonly until: Date
}

/** Where oauth/ gets the policies of a clinic. */
export interface PolicySource {
  /** At once when they are known. */
  of(tenant: string): Policies | Promise<Policies>
  /** Tells of a clinic whose policies changed, in whichever process; undefined: any clinic's may have. */
  subscribe(listener: (tenant: string | undefined) => void): () => void
}

export function allows(rule: PolicyRule, type: string, permission: Permission): boolean {
  return (
    rule.allows.includes(permission) &&
    (rule.types.includes('*') || rule.types.includes(type)) &&
    rule.except?.includes(type) !== true
  )
}
