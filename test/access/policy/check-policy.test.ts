import { expect, test } from 'vitest'
import { checkPolicy } from '#access/policy/check-policy.ts'
import type { Policy, PolicyRule } from '#access/policy/policy.ts'
import { policySchema } from '#access/policy/policy-schema.ts'
import { listShippedPolicies } from '#access/policy/shipped-policies.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { compileSchema } from '#validation/compile-schema.ts'

const definitions = loadDefinitions()
const checkSchema = compileSchema(policySchema)
const faults = (policy: Policy) =>
  [...checkSchema(policy), ...checkPolicy(policy, definitions)].map(({ diagnostics }) => diagnostics)
const withRule = (rule: Partial<PolicyRule>): Policy => ({
  role: 'tester',
  title: 'Tester',
  rules: [{ name: 'one', allows: 'rs', types: ['Appointment'], ...rule }],
})

test.each(listShippedPolicies().map((policy) => [policy.role, policy] as const))(
  'the shipped policy of %s is right',
  (_, policy) => expect(faults(policy)).toEqual([]),
)

test('the roles of the design are shipped', () => {
  expect(listShippedPolicies().map(({ role }) => role)).toEqual([
    'auditor',
    'clinic-admin',
    'front-desk',
    'patient',
    'platform-admin',
    'practitioner',
    'related-person',
    'system',
  ])
})

test.each<[string, Partial<PolicyRule>, RegExp]>([
  ['a type that R4 has not', { types: ['Visit'] }, /no such resource type/],
  ['letters that mean nothing', { allows: 'rx' }, /must match pattern/],
  ['a criterion that the type has not', { where: 'colour=red' }, /colour/],
  ['a write limited by a chain', { allows: 'u', where: 'patient.name=Peter' }, /without chains/],
  ['elements that may change when nothing may', { changes: ['status'] }, /"u" alone/],
  ['an audit trail that is written', { types: ['AuditEvent'], allows: 'cr' }, /written by nobody/],
  ['a property that nobody knows', { unless: 'x' } as never, /additional properties/],
])('a policy with %s is refused', (_, rule, sentence) => {
  expect(faults(withRule(rule)).join(' ')).toMatch(sentence)
})

test('what must be there, and what turns the meaning, cannot be hidden', () => {
  const ofOthers = (name: string) => faults({ ...withRule({}), hidesOthers: { Appointment: [name] } })
  expect(ofOthers('participant')).toEqual([])
  expect(ofOthers('description').join()).toMatch(/has no list/)
  expect(ofOthers('people').join()).toMatch(/has no list/)
  const hiding = (name: string) => faults({ ...withRule({}), hides: { Appointment: [name] } })
  expect(hiding('comment')).toEqual([])
  expect(hiding('participant').join()).toMatch(/must be seen/)
  expect(hiding('status').join()).toMatch(/must be seen/)
  expect(hiding('colour').join()).toMatch(/has no element/)
})
