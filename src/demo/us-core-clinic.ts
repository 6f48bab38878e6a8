import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Resource } from '#fhir/resource.ts'

const file = join(import.meta.dirname, '../../fhir-profiles/examples/us-core-clinic.json')

/** Every element that US Core wants supported, once at least: what its test kit looks for in a server. */
export function loadUsCoreClinic(): Resource[] {
  const { entry } = JSON.parse(readFileSync(file, 'utf8')) as { entry: { resource: Resource }[] }
  return entry.map(({ resource }) => resource)
}
