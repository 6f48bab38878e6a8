/** What everybody may ask, without a token, of the times that a clinic publishes: HTTP asks, the calendar answers. */
interface PublicRequest {
  readonly tenant: string
  readonly address?: string
  readonly requestId: string
}

/** `[base]/$bulk-publish` and the files that it lists. */
export interface PublishedRequest extends PublicRequest {
  /** `locations.ndjson` …; absent: the manifest. */
  readonly file?: string
  /** The clinic's FHIR base, as the caller sees it. */
  readonly base: string
  readonly since?: string
  readonly ifNoneMatch?: string
  readonly ifModifiedSince?: string
}

/** The time that a link of a published slot leads to. */
export interface PublishedSlotRequest extends PublicRequest {
  /** As the link has it. */
  readonly handle: string
  /** Who sent this person, and for which search of theirs: told to the clinic, and nothing else done with it. */
  readonly source?: string
  readonly referral?: string
}
