import type { Definitions } from '#fhir/definitions.ts'
import type { Operation } from '../operation.ts'
import type { ServedProfile } from './profiles.ts'

/** What the server is made of: /metadata and /openapi.json are told from these alone. */
export interface CapabilityParts {
  readonly definitions: Definitions
  readonly operations: readonly Operation[]
  readonly settings: CapabilitySettings
  /** Of the software, from package.json. */
  readonly version: string
  /** When this server started saying so. */
  readonly since: Date
  /** Asked for once, when somebody first asks what is there. */
  readonly profiles?: () => readonly ServedProfile[]
  readonly codeSystems?: () => readonly { readonly url: string; readonly version?: string }[]
}

/** Settings that change what may be claimed. */
export interface CapabilitySettings {
  readonly requireIfMatch: boolean
  readonly conditionalDeleteMultiple: boolean
}
