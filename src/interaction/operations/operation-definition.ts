import { readFileSync } from 'node:fs'
import type { OperationDefinition } from '../operation.ts'

/** Read once, at start: fhir-profiles/operations holds one file an operation. */
export function loadOperationDefinition(name: string): OperationDefinition {
  const file = new URL(`../../../fhir-profiles/operations/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as OperationDefinition
}
