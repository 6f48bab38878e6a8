/** A FHIR resource as parsed JSON. Numbers that JavaScript would rewrite (1.0, 1e3) are raw JSON: see json.ts. */
export interface Resource {
  resourceType: string
  id?: string
  meta?: Meta
  [element: string]: unknown
}

export interface Meta {
  versionId?: string
  lastUpdated?: string
  source?: string
  profile?: string[]
  security?: Coding[]
  tag?: Coding[]
  [element: string]: unknown
}

export interface Coding {
  system?: string
  version?: string
  code?: string
  display?: string
  [element: string]: unknown
}

/** One stored version. `text` is the JSON exactly as clients receive it, id and meta included. */
export interface StoredVersion {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly updated: Date
  readonly deleted: boolean
  /** What made this version; history entries and AuditEvents tell it. */
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Empty for a deleted version. */
  readonly text: string
  /** Where elements are hidden from the viewer: the text with them, for the road's own checks and never for an answer. */
  readonly whole?: string
}
