import { readFileSync } from 'node:fs'

/** The hand-written part of /metadata: what is generated is laid under it. */
export interface CapabilityBase {
  readonly resourceType: 'CapabilityStatement'
  readonly format: readonly string[]
  readonly patchFormat: readonly string[]
  readonly rest: readonly [CapabilityRest]
  readonly [element: string]: unknown
}

export interface CapabilityRest {
  readonly mode: 'server'
  /** Exceptions only: a type that serves less than all types do, with the reason. */
  readonly resource: readonly ResourceCapability[]
  readonly interaction: readonly CodeEntry[]
  readonly [element: string]: unknown
}

export interface ResourceCapability {
  readonly type: string
  readonly interaction?: readonly CodeEntry[]
  readonly [element: string]: unknown
}

interface CodeEntry {
  readonly code: string
}

const file = new URL('../../../fhir-profiles/capability.json', import.meta.url)

export const capabilityBase: CapabilityBase = JSON.parse(readFileSync(file, 'utf8'))
