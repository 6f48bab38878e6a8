import type { Definitions } from '#fhir/definitions.ts'
import { loadProfiles } from '#fhir/profiles/load-profiles.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import { type ClinicValidator, createClinicValidator } from '#validation/clinic-validator.ts'
import { createValidator, type Validator } from '#validation/validator.ts'

/** With all that the server ships, as every clinic has it. */
export function loadValidator(definitions: Definitions, refuseUnknownProfiles = false): Validator {
  const settings = { refuseUnknownProfiles }
  return createValidator({ definitions, settings, ...shippedLookups(definitions) })
}

export function shippedLookups(definitions: Definitions) {
  return { valueSets: loadTerminology(), profiles: loadProfiles(definitions) }
}

export function testValidator(definitions: Definitions): ClinicValidator {
  const lookups = shippedLookups(definitions)
  const settings = { refuseUnknownProfiles: false }
  return createClinicValidator(createValidator({ definitions, settings, ...lookups }), () => lookups)
}
