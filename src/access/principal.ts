import type { Resource } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'

/** Who asks: made once per token by oauth/, read by every stage of the road. */
export interface Principal extends Viewer {
  /** The clinic whose base the token is for. */
  readonly tenant: string
  readonly clientId: string
  /** `Practitioner/1`, `Patient/2` …; absent for a system client. */
  readonly fhirUser?: string
  /** Patient in context of patient/ scopes. */
  readonly patient?: string
  /** What the caller is at the clinic; a policy each says what they may do. */
  readonly roles: readonly string[]
  /** Scopes as granted, SMART v2 form. */
  readonly scopes: readonly string[]
  /** Token id, for audit. */
  readonly tokenId: string
  readonly accountId?: string
  readonly grantId?: string
  /** Why the caller sees more than usual, for audit: `BTG` while they look behind a broken glass. */
  readonly purpose?: string
  /** Minutes that this caller may open a patient's record for, by stating a reason. */
  readonly breakGlassMinutes?: number
  /** May an update create under an id of the caller's choice? Its answer tells whether the id is taken. */
  readonly choosesIds: boolean
  may(type: string, permission: Permission): boolean
  /**
   * Scopes grant letter by letter (`Patient.r` reads by id and cannot search), so what exists for a caller
   * depends on what they are about to do. With two letters both must hold: `su` for a conditional update.
   */
  viewerFor(permissions: Permissions): Viewer
  /** Where references that the caller newly makes may lead; absent: anywhere. What they do not see is nothing to them. */
  readonly referable?: Viewer
  /** What must exist for the caller once they have created or changed it. */
  ownershipFor(permission: 'c' | 'u'): Viewer
  /** What a read of it, as it now is, would show them; undefined: nothing. */
  shown(stored: { readonly type: string; readonly text: string }, base: string): string | undefined
  /** Asked of each change, where roles limit how the type may be changed and not only where; undefined: they do not. */
  objectionFor(type: string, permission: 'c' | 'u'): Objection | undefined
}

/** Why a change is not theirs to make; undefined: nothing speaks against it. */
export type Objection = (change: ProposedChange) => string | undefined

export interface ProposedChange {
  readonly before?: Resource
  readonly after: Resource
  /** What the caller says of it, without what stays as it was though they are not shown it. */
  readonly said: Resource
  /** Under which a reference is one to the clinic's own resources. */
  readonly base: string
}

/** SMART v2: create, read (also vread and instance history), update (also patch), delete, search (also type history). */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's'

export type Permissions = Permission | `${Permission}${Permission}`
