import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatScope, parseScopes } from '#access/scope.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'

const definitions = loadDefinitions()
const parse = (text: string) => parseScopes(text, definitions)
const normal = (text: string) => parse(text).resource.map(formatScope)

test.each([
  ['patient/*.read', 'patient/*.rs'],
  ['user/Observation.write', 'user/Observation.cud'],
  ['system/*.*', 'system/*.cruds'],
  ['system/*.cruds', 'system/*.cruds'],
  ['patient/Appointment.rs', 'patient/Appointment.rs'],
  ['user/Slot.s', 'user/Slot.s'],
])('%s is understood as %s', (written, understood) => {
  expect(normal(written)).toEqual([understood])
})

test('a granular scope keeps its parameters', () => {
  const [scope] = parse('patient/Observation.rs?category=http://example.org/c|laboratory&code=a%26b').resource
  expect(scope?.criteria).toEqual([
    ['category', 'http://example.org/c|laboratory'],
    ['code', 'a&b'],
  ])
})

test.each([
  ['patient/Observation.dus', 'cruds'],
  ['patient/Observation.rr', 'cruds'],
  ['patient/Observation.rd2', 'form'],
  ['patient/Observation.', 'form'],
  ['patient/observation.rs', 'no R4 resource type'],
  ['patient/Cheese.rs', 'no R4 resource type'],
  ['system/*', 'form'],
  ['user/Patient.rs?', 'name=value'],
  ['user/Patient.rs?name', 'name=value'],
  ['user/Patient.rs?name=%E0%A4%A', 'name=value'],
])('%s grants nothing and says why', (scope, reason) => {
  const { resource, ignored } = parse(scope)
  expect(resource).toEqual([])
  expect(ignored).toEqual([{ scope, reason: expect.stringContaining(reason) }])
})

test('scopes about other things than resources are kept apart', () => {
  const { other, resource, ignored } = parse(
    'openid fhirUser launch/patient  offline_access Patient/patient.r',
  )
  expect(other).toEqual(['openid', 'fhirUser', 'launch/patient', 'offline_access', 'Patient/patient.r'])
  expect([...resource, ...ignored]).toEqual([])
})

test('whatever is sent as scope is read without an error, and never widened', () => {
  const parts = fc.array(
    fc.constantFrom(
      'patient/',
      'user/',
      'system/',
      '*',
      'Patient',
      '.',
      'c',
      'r',
      's',
      'read',
      '?',
      'a=b',
      ' ',
    ),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        parts.map((list) => list.join('')),
      ),
      (text) => {
        for (const scope of parse(text).resource) {
          expect(parse(formatScope(scope)).resource).toHaveLength(1)
          expect('cruds').toContain(scope.permissions.charAt(0))
        }
      },
    ),
  )
})
