/** What a verified token says of its bearer. */
export interface Claims {
  readonly tenant: string
  readonly clientId: string
  readonly tokenId: string
  /** Space-separated, v1 and v2 spellings alike. */
  readonly scope: string
  readonly fhirUser?: string
  readonly patient?: string
}
