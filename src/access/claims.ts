/** What a verified token says of its bearer. */
export interface Claims {
  readonly tenant: string
  readonly clientId: string
  readonly tokenId: string
  /** Space-separated, v1 and v2 spellings alike. */
  readonly scope: string
  readonly fhirUser?: string
  readonly patient?: string
  /** What the user is at this clinic; absent: told from fhirUser, and `system` where there is no user. */
  readonly roles?: readonly string[]
  /** The account that signed in, and the grant that the token comes from. */
  readonly accountId?: string
  readonly grantId?: string
}
