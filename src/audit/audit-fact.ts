/** What one request did, as far as an auditor will ask. Never a body, never a token. */
export interface AuditFact {
  /** Of the event itself: UUIDv7. */
  readonly id: string
  readonly when: Date
  readonly interaction: string
  readonly method: string
  /** HTTP status answered. */
  readonly status: number
  /** The clinic's FHIR base: who recorded this. */
  readonly base: string
  readonly requestId: string
  readonly address?: string | undefined
  /** Absent when nobody was recognised. */
  readonly principal?: AuditedPrincipal | undefined
  readonly type?: string | undefined
  readonly resourceId?: string | undefined
  /** In words of the store where it will be found. */
  readonly version?: number | string | undefined
  readonly operation?: string | undefined
  /** The patient it is about, when that is known without another query. */
  readonly patient?: string | undefined
  /** Of a search or history, as sent; or its text in base64, as the event holds it. */
  readonly query?: QueryPairs | string | undefined
}

export type QueryPairs = readonly (readonly [name: string, value: string])[]

/** The part of a Principal that goes into the log. */
export interface AuditedPrincipal {
  readonly clientId: string
  readonly tokenId: string
  readonly fhirUser?: string
  readonly patient?: string
  readonly roles?: readonly string[]
  /** v3-ActReason, when the token or the request names one. */
  readonly purpose?: string
}
