import { expect, test } from 'vitest'
import { type SecurityDeed, securityDeeds } from '#audit/security-deeds.ts'
import { buildSecurityEvent, type SecurityFact } from '#audit/security-event.ts'
import { canonicalJson } from '#fhir/canonical-json.ts'
import { loadDefinitions } from '../../src/fhir/load-definitions.ts'
import { loadValidator } from '../support/validator.ts'

const validator = loadValidator(loadDefinitions())
const frame = {
  id: '0199aaaa-0000-7000-8000-000000000001',
  when: new Date('2026-03-04T05:06:07.089Z'),
  observer: 'https://clinic.example/fhir',
}
const build = (fact: SecurityFact) => buildSecurityEvent(fact, frame)

const everything = (deed: SecurityDeed): SecurityFact => ({
  deed,
  failure: 'refused',
  clientId: 'portal',
  address: '192.0.2.7',
  user: { reference: 'Practitioner/1', account: 'a-1', name: 'Ada', roles: ['practitioner'] },
  tokenId: 't-1',
  purpose: 'ETREAT',
  patient: 'p1',
  about: { id: 'policy-1' },
  description: 'what was done',
  details: { reason: 'fainted', empty: '' },
  request: 'POST /oauth/token grant_type=refresh_token',
  requestId: 'req-1',
})

test.each(securityDeeds)(
  '%s makes a right AuditEvent in canonical form, told in full or in a word',
  (deed) => {
    for (const fact of [
      { deed },
      everything(deed),
      { deed, clientId: 'x' },
      { deed, user: { account: 'y' } },
    ]) {
      const event = build(fact)
      const errors = validator
        .validate(event, {})
        .filter(({ severity }) => severity === 'error' || severity === 'fatal')
        .map(({ diagnostics }) => diagnostics)
      expect(errors).toEqual([])
      expect(JSON.stringify(event)).toBe(canonicalJson(event))
      const agents = event.agent as { requestor: boolean }[]
      expect(agents.filter(({ requestor }) => requestor)).toHaveLength(1)
    }
  },
)

test.each([
  ['login', '110114', ['110122']],
  ['logout', '110114', ['110123']],
  ['token-issued', '110114', ['ITI-71']],
  ['alert', '110113', ['alert']],
  ['emergency-started', '110113', ['110127']],
  ['server-started', '110100', ['110120']],
  ['server-stopped', '110100', ['110121']],
  ['roles-changed', '110113', ['110136']],
  ['export', '110106', ['export']],
  ['audit-purged', '110101', ['audit-purged']],
] as const)('%s has type %s and subtype %s', (deed, type, subtypes) => {
  const event = build({ deed }) as unknown as { type: { code: string }; subtype: { code: string }[] }
  expect(event.type.code).toBe(type)
  expect(event.subtype.map(({ code }) => code)).toEqual(subtypes)
})

test('a failure has outcome 4 and says why; without it the outcome is 0', () => {
  expect(build({ deed: 'login', failure: 'wrong code' })).toMatchObject({
    outcome: '4',
    outcomeDesc: 'wrong code',
  })
  expect(build({ deed: 'login' }).outcome).toBe('0')
})

test('what is long is cut, and an entity never has both name and query', () => {
  const event = build({
    ...everything('token-issued'),
    request: 'x'.repeat(1e6),
    details: { long: 'y'.repeat(1e6) },
  })
  expect(JSON.stringify(event).length).toBeLessThan(20_000)
  for (const entity of event.entity as Record<string, unknown>[])
    expect(entity.name === undefined || entity.query === undefined).toBe(true)
})
