import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundle, FhirResource } from 'fhir/r4.d.ts'

const file = join(import.meta.dirname, '../../fhir-profiles/examples/us-core-clinic.json')

/** Every element that US Core wants supported, once at least: what its test kit looks for in a server. */
export function loadUsCoreClinic(): FhirResource[] {
  const { entry = [] }: Bundle<FhirResource> = JSON.parse(readFileSync(file, 'utf8'))
  return entry.flatMap(({ resource }) => resource ?? [])
}
