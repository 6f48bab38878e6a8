import { expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { loadProfiles } from '#fhir/profiles/load-profiles.ts'
import { listShipped } from '#fhir/shipped/list-shipped.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import { createValidator } from '#validation/validator.ts'

const definitions = loadDefinitions()
const validator = createValidator({
  definitions,
  valueSets: loadTerminology(),
  profiles: loadProfiles(definitions),
  settings: { refuseUnknownProfiles: false },
})

test('the definitions of R4’s types, as the server shows them, are right by its own measure', () => {
  const types = [...listShipped()].filter(
    ({ resourceType, derivation }) => resourceType === 'StructureDefinition' && derivation !== 'constraint',
  )
  expect(types.length).toBeGreaterThan(200)
  const wrong = types.flatMap((type) =>
    validator
      .validate(type)
      .filter(({ severity }) => severity === 'error')
      .map(({ diagnostics }) => `${type.id}: ${diagnostics}`),
  )
  expect(wrong).toEqual([])
})
