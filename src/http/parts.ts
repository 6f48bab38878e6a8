import type { Logger } from 'pino'
import type { Principal } from '#access/principal.ts'
import type { Refusal } from '#fhir/refusal.ts'
import type { XmlFormat } from '#fhir/xml/xml-format.ts'
import type { CapabilityRequest } from '#interaction/capabilities/capabilities.ts'
import type { TextRequest } from '#interaction/capabilities/text.ts'
import type { FhirResponse, Interact } from '#interaction/exchange.ts'
import type { PublishedRequest, PublishedSlotRequest } from '#interaction/published-request.ts'
import type { WebExchange } from '#oauth/web-exchange.ts'
import type { Limits } from './limits/limits.ts'
import type { Metrics } from './metrics.ts'

/** What app.ts hands in; the room knows the others by these alone. */
export interface HttpParts {
  readonly interact: Interact
  /** Who holds the token of this Authorization header, at this clinic. Throws a 401 with its WWW-Authenticate. */
  readonly authenticate: (authorization: string | undefined, tenant: string) => Principal | Promise<Principal>
  /** GET [base]/metadata. */
  readonly capabilities: (request: CapabilityRequest) => FhirResponse
  /** GET [base]/openapi.json. */
  readonly openApi: (request: TextRequest) => FhirResponse
  /** Of the software. */
  readonly version: string
  /** FHIR's XML form, loaded when a request first speaks it. */
  readonly loadXml: () => Promise<XmlFormat>
  readonly smartConfiguration: (base: FhirBase) => string | Promise<string>
  /** The public keys that tokens are signed with, as a JSON Web Key Set. */
  readonly keySet?: () => string | Promise<string>
  /** /oauth and what people see there. */
  readonly authorization?: AuthorizationDoor
  /** /calendars: what lies behind a private calendar address. */
  readonly readFeed?: ReadFeed
  /** [base]/$bulk-publish and its files: what a clinic tells everybody of its times. */
  readonly readPublished?: ReadPublished
  /** /booking: what a link of a published slot leads to. */
  readonly readPublishedSlot?: ReadPublishedSlot
  readonly isClinic: (clinic: string) => boolean | Promise<boolean>
  readonly isResourceType: (name: string) => boolean
  /** What /ready asks, by the name it tells; a check fails by rejecting. */
  readonly checks: Readonly<Record<string, () => Promise<unknown>>>
  /** The audit trail of requests that never reached `interact`, which keeps its own. */
  readonly recordRefused?: (refused: RefusedRequest) => Promise<void>
  /** Absent: nobody is held back. */
  readonly limits?: Limits
  readonly metrics: Metrics
  readonly logger: Logger
  readonly settings: HttpSettings
}

/** Undefined: nothing is at this address, or nothing any more. */
export type ReadFeed = (tenant: string, token: string, base: string) => Promise<FhirResponse | undefined>

/** Undefined: this clinic publishes nothing by that name. */
export type ReadPublished = (request: PublishedRequest) => Promise<FhirResponse | undefined>

/** Undefined: nothing is published there, or not any more. */
export type ReadPublishedSlot = (request: PublishedSlotRequest) => Promise<PublishedTime | undefined>

/** What somebody who follows such a link is shown. */
export interface PublishedTime {
  readonly isFree: boolean
  readonly start: Date
  readonly end: Date
  readonly timeZone: string
  readonly place: { readonly name: string; readonly phone: string; readonly address: PublishedAddress }
  /** Where to go on; absent: the telephone. */
  readonly bookAt?: string
}

interface PublishedAddress {
  readonly line: readonly string[]
  readonly postalCode: string
  readonly city: string
  readonly state: string
}

export interface AuthorizationDoor {
  takes(path: string): boolean
  /** False: nothing is at this address after all. */
  answer(exchange: WebExchange): Promise<boolean>
  /** A page for a browser that cannot be helped otherwise. */
  explain(sentence: string, id: string, accepted?: string): string
}

/** A clinic's FHIR endpoint. */
export interface FhirBase {
  readonly tenant: string
  /** Without a slash at its end, as `origin`, which it starts with. */
  readonly url: string
  readonly origin: string
}

export interface RefusedRequest {
  readonly tenant: string
  /** The clinic's FHIR base, as callers know it. */
  readonly base: string
  readonly principal?: Principal
  readonly method: string
  readonly interaction: string
  readonly type?: string
  readonly id?: string
  readonly address?: string
  readonly requestId: string
  readonly refusal: Refusal
}

export interface HttpSettings {
  /** Scheme and authority that callers use, `https://fhir.clinic.example`; a base is this and its path. */
  readonly publicUrl?: string
  /** Express's `trust proxy`: whose X-Forwarded-* headers are believed. */
  readonly trustProxy: boolean | number | string
  /** Origins of browser apps; `*` for any, which is safe because nothing here is allowed by a cookie. */
  readonly corsOrigins: '*' | readonly string[]
  /** Of one body, before and after decompression. */
  readonly maxBodyBytes: number
  /** Of all bodies being held at one time. */
  readonly maxBufferedBytes: number
  readonly maxInFlight: number
  /** Beyond those, unread: the rest is 503. */
  readonly maxWaiting: number
}

export const defaultHttpSettings: HttpSettings = {
  trustProxy: false,
  corsOrigins: '*',
  maxBodyBytes: 10 * 1024 * 1024,
  // Parsed JSON takes several times its text: 64 MB of bodies is about what a 512 MB container survives.
  maxBufferedBytes: 64 * 1024 * 1024,
  // At 2,000 requests a second this is a quarter second of work, and no more of them wait for the database at once.
  maxInFlight: 512,
  // A rush on one time is told who was late, not that the server is busy.
  maxWaiting: 4_096,
}
