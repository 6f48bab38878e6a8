import { describe, expect, test } from 'vitest'
import { splitUnion } from '#fhir/extract-expression.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { asSet, compileBoth } from './fhirpath-agreement.ts'

const definitions = loadDefinitions()
const patient: Resource = {
  resourceType: 'Patient',
  id: 'p1',
  active: true,
  extension: [
    { url: 'http://example.org/height', valueQuantity: { value: 180, unit: 'cm' } },
    { url: 'http://example.org/mood', valueCode: 'good' },
  ],
  contained: [
    { resourceType: 'Practitioner', id: 'd1', name: [{ family: 'House' }] },
    { resourceType: 'Organization', id: 'o1', name: 'Ward' },
  ],
  name: [
    { family: 'Doe', given: ['Jane', 'Q'] },
    { family: 'Roe', use: 'maiden' },
  ],
  contact: [{ name: { family: 'Poe' }, gender: 'male' }, { gender: 'female' }],
  multipleBirthInteger: 2,
  deceasedBoolean: false,
  telecom: [
    { system: 'phone', value: '1', rank: 2 },
    { system: 'email', value: 'a@b', rank: 10 },
    { system: 'phone', value: "it's" },
  ],
}

describe('expressions beyond those that R4 publishes', () => {
  test.each([
    ["Patient.extension('http://example.org/height').value.ofType(Quantity)", 1],
    ["Patient.extension.where(url = 'http://example.org/mood').value", 1],
    ["Patient.name.where(use = 'maiden' or given.exists()).family", 2],
    ['Patient.name.where(use.empty()).family', 1],
    ['Patient.name.where(use.exists().not()).family', 1],
    ['Patient.name.where(given.exists($this = %resource.name.first().given.first()))', 1],
    ['Patient.name.first().given[1]', 1],
    ['Patient.name.given.first()', 1],
    ['Patient.name[1].family', 1],
    ['Patient.name[7].family', 0],
    ['(Patient.multipleBirth as integer)', 1],
    ['Patient.multipleBirth.as(boolean)', 0],
    ['Patient.multipleBirth is integer', 1],
    ['Patient.telecom.where(rank > 3).value', 1],
    ['Patient.telecom.where(rank <= 2).value', 1],
    ["Patient.telecom.where(system != 'phone').value", 1],
    ["Patient.telecom.where(value = 'it\\'s' and system = 'phone').system", 1],
    ["Patient.telecom.exists(system = 'fax')", 1],
    ['Patient.active and Patient.deceased', 1],
    ['Patient.active or Patient.deceased', 1],
    ['Patient.contact.where(gender = %resource.contact.gender.first()).name.family', 1],
    ['Patient.contained.ofType(Practitioner).name.family', 1],
    ['Patient.`name`.family | Patient.contact.name.family', 3],
    ['DomainResource.id', 1],
  ])('%s finds %i', (expression, count) => {
    const { ours, theirs } = compileBoth(definitions, 'Patient', expression)
    expect(ours(patient)).toHaveLength(count)
    expect(asSet(ours(patient))).toEqual(asSet(theirs(patient)))
  })

  test('a union is split where it is outermost', () => {
    expect(splitUnion("(A.b | A.c).d | A.where(x = '|)') | A.e")).toEqual([
      '(A.b | A.c).d',
      "A.where(x = '|)')",
      'A.e',
    ])
  })

  test.each([
    'Patient.name.where(family.startsWith("D"))',
    "Patient.name.where(family.startsWith('D'))",
    'Patient.name.select(family)',
    'Patient.name.where()',
    'Patient.name.where(nickname = 1)',
    'Patient.name.',
    'Patient.name[family]',
    'Patient.name)',
    '(Patient.name',
    'Patient.managingOrganization.resolve().name',
    '%patient.name',
    "'a literal'",
    'Patient ~ Patient',
    'Patient.birthDate + 1',
    '',
  ])('%j is refused before any resource is there', (expression) => {
    expect(() => compileBoth(definitions, 'Patient', expression)).toThrow(/expression/)
  })
})
