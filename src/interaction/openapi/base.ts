import { readFileSync } from 'node:fs'

export interface OpenApiBase {
  readonly openapi: string
  readonly info: Readonly<Record<string, unknown>>
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly [field: string]: unknown
}

const file = new URL('../../../fhir-profiles/openapi.json', import.meta.url)

/** The hand-written part of /openapi.json: sentences, headers and what shapes an answer. */
export function readOpenApiBase(): OpenApiBase {
  return JSON.parse(readFileSync(file, 'utf8'))
}
