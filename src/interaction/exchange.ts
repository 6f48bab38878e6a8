import type { Principal } from '#access/principal.ts'

/** https://hl7.org/fhir/R4/http.html; the code is that of CapabilityStatement.rest.resource.interaction. */
export type InteractionName =
  | 'read'
  | 'vread'
  | 'search-type'
  | 'search-system'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'batch'
  | 'transaction'
  | 'operation'

/** A FHIR request as a plain value: http/ makes one from `req`, a bundle entry makes one too, and both walk the same road. */
export interface FhirRequest {
  readonly interaction: InteractionName
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly type?: string
  readonly id?: string
  readonly versionId?: string
  /** Operation code without the dollar sign. */
  readonly operation?: string
  /** Decoded name/value pairs in the order sent; a POST _search has its form body's pairs appended. */
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly body?: RequestBody
  readonly headers: RequestHeaders
  /** The clinic's FHIR base URL as the caller sees it, without trailing slash. */
  readonly base: string
  readonly requestId: string
  /** Nobody has asked: a rule of the server's own does it, of this name. */
  readonly ownRule?: string
}

export interface RequestBody {
  /** Media type without parameters, lower case. */
  readonly mediaType: string
  /** Parsed by fhir/json.ts: duplicates, depth, NUL already refused; decimals kept. */
  readonly json: unknown
}

export interface RequestHeaders {
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
  readonly ifModifiedSince?: string
  readonly ifNoneExist?: string
  readonly prefer?: string
  /** X-Provenance, as sent. */
  readonly provenance?: string
  /** Client address, for audit. */
  readonly address?: string
}

export interface FhirResponse {
  readonly status: number
  /** Relative to nothing: a full URL. */
  readonly location?: string
  readonly etag?: string
  readonly lastModified?: Date
  /** JSON text of a resource, sent as it is. Absent: no body. */
  readonly body?: string
  /** Instead of a body: what a resource holds, as it is. */
  readonly bytes?: Buffer
  /** Instead of a body: text that is made while it is sent. */
  readonly stream?: AsyncGenerator<string>
  /** The body is no resource but this, whatever form the caller accepts: a calendar. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type Interact = (request: FhirRequest, principal: Principal) => Promise<FhirResponse>
