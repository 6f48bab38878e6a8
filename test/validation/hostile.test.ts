import { expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { ProfileDefinition, ProfileElement } from '#fhir/profiles/profile.ts'
import { faultOfExpression } from '#validation/fault-of-expression.ts'
import { createValidator } from '#validation/validator.ts'

const definitions = loadDefinitions()
const patientType = definitions.type('Patient')
const url = 'http://x.org/p'

function profile(more: Partial<ProfileDefinition>): ProfileDefinition {
  return {
    ...patientType,
    elements: patientType.elements as readonly ProfileElement[],
    url,
    type: 'Patient',
    ...more,
  }
}

function told(found: ProfileDefinition, resource: object): readonly string[] {
  const validator = createValidator({
    definitions,
    valueSets: { codes: () => undefined },
    profiles: { profile: (canonical) => (canonical === url ? found : undefined) },
    settings: { refuseUnknownProfiles: false },
  })
  return validator
    .validate({ resourceType: 'Patient', ...resource }, { profiles: [url] })
    .map(({ code }) => code)
}

const rule = (expression: string) =>
  profile({ constraints: [{ key: 'x-1', severity: 'error', human: 'Rule', expression }] })

const names = Array.from({ length: 200 }, (_, i) => ({ text: `a${i}`, given: ['b', 'c'] }))

test.each([
  ['loops in loops', "name.all(%resource.name.all(%resource.name.all(%resource.name.all(text != 'q'))))"],
  ['a repeat that grows', 'name.repeat(%resource.name | %resource.descendants())'],
])('a rule with %s is given up when its steps are spent, and refuses', (_, expression) => {
  expect(told(rule(expression), { name: names })).toContain('too-costly')
})

test('a regular expression that backtracks is stopped', () => {
  const text = `${'a'.repeat(40)}!`
  expect(told(rule("name.text.matches('^(a+)+$')"), { name: [{ text }] })).toEqual(['too-costly'])
})

test('a rule that is no FHIRPath at all is a warning', () => {
  expect(told(rule('name.count( = '), {})).toEqual(['not-supported'])
})

test('a profile that depends on itself ends', () => {
  const contained = patientType.elements.find(({ name }) => name === 'contained') as ProfileElement
  const elements = patientType.elements.map((element) =>
    element.name === 'contained' ? { ...contained, profiles: [url] } : element,
  ) as readonly ProfileElement[]
  const inner = { resourceType: 'Patient', id: 'p', link: [{ other: { reference: '#' }, type: 'refer' }] }
  expect(told(profile({ elements }), { contained: [inner] })).toEqual([])
})

test('before it is stored, an expression can be asked for its fault', () => {
  expect(faultOfExpression('name.exists()')).toBeUndefined()
  expect(faultOfExpression('name.where(')).toContain('where it should not be')
  expect(faultOfExpression('a'.repeat(10_000))).toContain('longer than')
  expect(faultOfExpression('('.repeat(500))).toBeDefined()
})
