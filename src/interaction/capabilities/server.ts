import type { CapabilityParts } from './parts.ts'
import { basePlaceholder } from './text.ts'

/** The software, and where it answers. */
export function describeServer({ version, since }: CapabilityParts): Record<string, unknown> {
  return {
    url: `${basePlaceholder}/metadata`,
    version,
    date: since.toISOString(),
    software: { name: 'Almanac', version },
    implementation: { description: 'Almanac FHIR server', url: basePlaceholder },
  }
}
