import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseJson } from '#fhir/json.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { createStructureCheck } from '#validation/check-structure.ts'

const check = createStructureCheck(loadDefinitions())

function issuesOf(resource: unknown, type = 'Patient'): string[] {
  try {
    check(resource, type)
    return []
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    expect(refusal.status).toBe(400)
    return refusal.issues.map(({ expression, code }) => `${expression} ${code}`)
  }
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
  expect(check(usual, 'Patient')).toBe(usual)
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
  try {
    check(patient({ birthDate: 'secret-1974' }), 'Patient')
    expect.unreachable()
  } catch (refusal) {
    const [issue] = (refusal as Refusal).issues
    expect(issue?.diagnostics).toBe(
      'Patient.birthDate must be a date that exists, written YYYY, YYYY-MM or YYYY-MM-DD.',
    )
  }
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
  '#p1',
  'Patient/1/_history/2',
])('a reference may be %s', (reference) => {
  expect(issuesOf(patient({ link: [{ other: { reference }, type: 'refer' }] }))).toEqual([])
})

test('a thousand faults make an answer of a hundred', () => {
  const names = Array.from({ length: 1000 }, () => ({ family: 1 }))
  expect(issuesOf(patient({ name: names }))).toHaveLength(100)
})

const examples = new URL('../../../shared/data/r4-examples/', import.meta.url)

test.skipIf(!existsSync(examples))(
  "FHIR's published examples are all accepted (skipped where they are not at hand)",
  () => {
    const refused = readdirSync(examples)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => {
        const resource = parseJson(readFileSync(new URL(file, examples), 'utf8')) as Resource
        return issuesOf(resource, resource.resourceType).map((issue) => `${file}: ${issue}`)
      })
    expect(refused).toEqual([])
  },
)
