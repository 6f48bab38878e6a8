import type { IncomingMessage } from 'node:http'
import type { Principal } from '#access/principal.ts'
import type { AccessRecord } from './access-record.ts'
import type { FhirPath } from './fhir-base.ts'
import type { Presentation } from './presentation.ts'

/** As a server receives it: with a method and a target. */
export type HttpRequest = IncomingMessage & { readonly method: string; readonly url: string }

/** One FHIR request while HTTP has it: what is known of it grows as it is read. */
export interface Visit {
  readonly req: HttpRequest
  readonly path: FhirPath
  readonly query: string
  readonly record: AccessRecord
  readonly address: string | undefined
  presentation: Presentation
  principal: Principal | undefined
  /** Refused when `admitted`, it is this room's to have audited; from `handed-over` on it is the interaction's. */
  progress: 'arrived' | 'admitted' | 'handed-over'
}
