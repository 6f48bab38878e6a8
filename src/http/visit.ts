import type { Request } from 'express'
import type { Principal } from '#access/principal.ts'
import type { AccessRecord } from './access-record.ts'
import type { FhirPath } from './fhir-base.ts'
import type { Presentation } from './presentation.ts'

/** One FHIR request while HTTP has it: what is known of it grows as it is read. */
export interface Visit {
  readonly req: Request
  readonly path: FhirPath
  readonly query: string
  readonly record: AccessRecord
  readonly address: string | undefined
  presentation: Presentation
  principal: Principal | undefined
  /** Refused when `admitted`, it is this room's to have audited; from `handed-over` on it is the interaction's. */
  progress: 'arrived' | 'admitted' | 'handed-over'
}
