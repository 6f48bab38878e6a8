import { expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { loadValidator } from '../support/validator.ts'

const validator = loadValidator(loadDefinitions())

function errorsOf(resource: unknown, type = 'Patient') {
  return validator.validate(resource, { type }).filter(({ severity }) => severity === 'error')
}

function issuesOf(resource: unknown, type = 'Patient'): string[] {
  return errorsOf(resource, type).map(({ expression, code }) => `${expression} ${code}`)
}

const patient = (elements: object) => ({ resourceType: 'Patient', ...elements })

test('a usual patient is accepted as it is', () => {
  const usual = patient({
    name: [{ use: 'official', family: 'Ngata', given: ['Aroha'] }],
    birthDate: '1974-12-25',
    deceasedBoolean: false,
    multipleBirthInteger: 2,
    extension: [{ url: 'http://example.org/weight', valueDecimal: JSON.rawJSON('70.50') }],
    contained: [{ resourceType: 'Organization', id: 'o1', name: 'Ward' }],
    managingOrganization: { reference: '#o1' },
  })
  expect(validator.validate(usual)).toEqual([])
})

test('every issue is told at once, each with its place', () => {
  const issues = issuesOf(
    patient({
      name: [{ family: 7 }, 'Ngata'],
      birthDate: '2026-02-30',
      gender: ['male'],
      telecom: { system: 'phone' },
      hairColour: 'brown',
      managingOrganization: { reference: 'the ward' },
    }),
  )
  expect(issues).toEqual([
    'Patient.name[0].family structure',
    'Patient.name[1] structure',
    'Patient.birthDate value',
    'Patient.gender structure',
    'Patient.telecom structure',
    'Patient structure',
    'Patient.managingOrganization.reference value',
  ])
})

test('a sentence says how to mend it, and never repeats the value', () => {
  const [issue] = errorsOf(patient({ birthDate: 'secret-1974' }))
  expect(issue?.diagnostics).toBe(
    'Patient.birthDate must be a date that exists, written YYYY, YYYY-MM or YYYY-MM-DD.',
  )
})

test.each([
  ['no object', 'Patient', 'Patient'],
  ['an array', [patient({})], 'Patient'],
  ['nothing', null, 'Patient'],
  ['another type', { resourceType: 'Observation' }, 'Patient.resourceType'],
])('a body that is %s is refused', (_, body, expression) => {
  expect(issuesOf(body)).toEqual([`${expression} invalid`])
})

test.each([
  ['an empty object', { name: [{}] }, 'Patient.name[0] structure'],
  ['an empty array', { name: [] }, 'Patient.name structure'],
  ['an empty string', { name: [{ family: '' }] }, 'Patient.name[0].family value'],
  ['null', { active: null }, 'Patient.active structure'],
  ['null in an array', { name: [{ given: [null] }] }, 'Patient.name[0].given[0] structure'],
  ['an id with a slash', { id: 'a/b' }, 'Patient.id value'],
  ['an id of 65 characters', { id: 'x'.repeat(65) }, 'Patient.id value'],
  ['a word for a boolean', { active: 'true' }, 'Patient.active structure'],
  ['a fraction for a whole number', { multipleBirthInteger: 1.5 }, 'Patient.multipleBirth value'],
  ['an object for a number', { multipleBirthInteger: {} }, 'Patient.multipleBirth structure'],
  [
    'two forms of one choice',
    { deceasedBoolean: true, deceasedDateTime: '2026' },
    'Patient.deceased structure',
  ],
  ['a choice of a type that is none', { deceasedString: 'yes' }, 'Patient structure'],
  [
    'a reference to no type',
    { managingOrganization: { reference: 'Ward/1' } },
    'Patient.managingOrganization.reference value',
  ],
  ['a backbone element misspelt', { contact: [{ nam: {} }] }, 'Patient.contact[0] structure'],
  ['a contained stranger', { contained: [{ resourceType: 'Ward' }] }, 'Patient.contained[0] structure'],
  ['white space in a URI', { identifier: [{ system: 'a b' }] }, 'Patient.identifier[0].system value'],
  ['a code with blanks at its ends', { gender: ' male' }, 'Patient.gender value'],
])('%s is refused', (_, elements, issue) => {
  expect(issuesOf(patient(elements))).toEqual([issue])
})

test('an extension may stand for a primitive that is not there', () => {
  const unknown = [
    { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
  ]
  expect(issuesOf(patient({ _birthDate: { extension: unknown } }))).toEqual([])
  expect(
    issuesOf(patient({ name: [{ given: [null, 'Aroha'], _given: [{ extension: unknown }, null] }] })),
  ).toEqual([])
  expect(issuesOf(patient({ _birthDate: 'unknown' }))).toEqual(['Patient.birthDate structure'])
})

test('elements that refer back to themselves are checked at any depth', () => {
  const item = { linkId: '1', type: 'group', item: [{ linkId: '1.1', type: 'string', text: 5 }] }
  expect(issuesOf({ resourceType: 'Questionnaire', status: 'draft', item: [item] }, 'Questionnaire')).toEqual(
    ['Questionnaire.item[0].item[0].text structure'],
  )
})

test.each([
  'https://example.org/fhir/Patient/1',
  'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  '#',
  'Patient/1/_history/2',
])('a reference may be %s', (reference) => {
  expect(issuesOf(patient({ link: [{ other: { reference }, type: 'refer' }] }))).toEqual([])
})

test('100,000 faults make an answer of five hundred, which says that there are more', () => {
  const names = Array.from({ length: 100_000 }, () => ({ family: 1 }))
  const issues = errorsOf(patient({ name: names }))
  expect(issues).toHaveLength(500)
  expect(issues.at(-1)).toEqual({
    severity: 'error',
    code: 'incomplete',
    diagnostics: 'There are 99501 more issues, which are not listed.',
  })
})

test('what has no XML form is refused: a twin of an attribute, of a narrative, of an id', () => {
  const twin = { id: 'x', extension: [{ url: 'http://example.org/x', valueBoolean: true }] }
  const link = 'http://example.org/x'
  const div = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
  for (const [elements, place] of [
    [{ extension: [{ url: link, valueBoolean: true, _url: twin }] }, 'Patient.extension[0] structure'],
    [{ name: [{ family: 'Ngata', id: 'n', _id: twin }] }, 'Patient.name[0] structure'],
    [{ text: { status: 'generated', div, _div: twin } }, 'Patient.text structure'],
  ] as const)
    expect(issuesOf(patient(elements)), JSON.stringify(elements)).toEqual([place])
})
