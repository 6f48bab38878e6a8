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
  /** Scopes as granted, SMART v2 form. */
  readonly scopes: readonly string[]
  /** Token id, for audit. */
  readonly tokenId: string
  may(type: string, permission: Permission): boolean
  /**
   * Scopes grant letter by letter (`Patient.r` reads by id and cannot search), so what exists for a caller
   * depends on what they are about to do. With two letters both must hold: `su` for a conditional update.
   */
  viewerFor(permissions: Permissions): Viewer
}

/** SMART v2: create, read (also vread and instance history), update (also patch), delete, search (also type history). */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's'

export type Permissions = Permission | `${Permission}${Permission}`
