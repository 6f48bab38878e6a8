import { expect, test } from 'vitest'
import type { Claims } from '#access/claims.ts'
import { createPrincipal } from '#access/create-principal.ts'
import type { Permission } from '#access/principal.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'

const definitions = loadDefinitions()
const principal = (scope: string, claims: Partial<Claims> = {}) =>
  createPrincipal({ tenant: 'main', clientId: 'app', tokenId: 't', scope, ...claims }, definitions)
const letters: readonly Permission[] = ['c', 'r', 'u', 'd', 's']
const granted = (scope: string, type: string, claims: Partial<Claims> = {}) =>
  letters.filter((letter) => principal(scope, claims).may(type, letter)).join('')

test('without a scope nothing is allowed and nothing exists', () => {
  for (const type of definitions.resourceTypes) {
    expect(granted('openid launch/patient', type)).toBe('')
    expect(principal('').visible(type)).toBe('nothing')
  }
})

test('a system scope reaches everything of its type and nothing of another', () => {
  expect(granted('system/Patient.rs', 'Patient')).toBe('rs')
  expect(principal('system/Patient.rs').visible('Patient')).toBe('all')
  expect(granted('system/Patient.rs', 'Observation')).toBe('')
})

test('a scope that reads by id cannot search, and one that searches cannot read by id', () => {
  const reader = principal('system/Patient.r')
  expect(reader.viewerFor('r').visible('Patient')).toBe('all')
  expect(reader.viewerFor('s').visible('Patient')).toBe('nothing')
  const searcher = principal('system/Patient.s')
  expect(searcher.viewerFor('s').visible('Patient')).toBe('all')
  expect(searcher.viewerFor('r').visible('Patient')).toBe('nothing')
})

test('what exists without saying for what, is what may be both read and searched', () => {
  expect(principal('system/Patient.r').visible('Patient')).toBe('nothing')
  expect(principal('system/Patient.rs').visible('Patient')).toBe('all')
})

test('scopes are a union without a cross product', () => {
  const both = principal('system/Patient.r system/Observation.s')
  expect(both.may('Patient', 'r')).toBe(true)
  expect(both.may('Patient', 's')).toBe(false)
  expect(both.may('Observation', 'r')).toBe(false)
  expect(both.may('Observation', 's')).toBe(true)
})

test('a wider scope beside a narrower one wins', () => {
  expect(principal('patient/*.rs system/Observation.rs', { patient: 'p1' }).visible('Observation')).toBe(
    'all',
  )
})

test('the same right named twice is one clause', () => {
  const twice = principal('patient/*.rs patient/Observation.rs', { patient: 'p1' }).visible('Observation')
  expect(twice).toEqual(principal('patient/*.rs', { patient: 'p1' }).visible('Observation'))
})

test('a patient scope without a patient grants nothing and says so', () => {
  const lost = principal('patient/*.cruds')
  expect(lost.may('Patient', 'r')).toBe(false)
  expect(lost.ignored).toEqual([{ scope: 'patient/*.cruds', reason: 'the token names no patient' }])
})

test('a patient reads the public directory and never writes to it', () => {
  for (const type of [
    'Organization',
    'Location',
    'HealthcareService',
    'Practitioner',
    'PractitionerRole',
    'Schedule',
    'Slot',
  ]) {
    expect(granted('patient/*.cruds', type, { patient: 'p1' })).toBe('rs')
    expect(principal('patient/*.cruds', { patient: 'p1' }).visible(type)).toBe('all')
  }
})

test('a patient scope reaches no type that belongs to no patient', () => {
  for (const type of ['ValueSet', 'Medication', 'Subscription', 'Device', 'Endpoint']) {
    expect(granted('patient/*.cruds', type, { patient: 'p1' })).toBe('')
  }
})

test('a user scope lends what the user may: a practitioner what is not restricted, a patient their compartment, a relative without a patient nothing', () => {
  expect(principal('user/*.rs', { fhirUser: 'Practitioner/1' }).visible('Patient')).toMatchObject({
    parameter: { code: '_security' },
    modifier: 'not',
    values: [{ code: 'R' }, { code: 'V' }],
  })
  expect(principal('user/*.rs', { fhirUser: 'Patient/p1' }).visible('Patient')).toEqual({
    kind: 'id',
    ids: ['p1'],
  })
  expect(principal('user/*.rs', { fhirUser: 'RelatedPerson/1' }).visible('Patient')).toBe('nothing')
  expect(principal('user/*.rs').visible('Patient')).toBe('nothing')
})

test.each<[string, Partial<Claims>, string]>([
  ['system/*.cruds', {}, 'crs'],
  ['system/AuditEvent.cruds', {}, 'crs'],
  ['user/*.cruds', { fhirUser: 'Practitioner/1' }, ''],
  ['user/AuditEvent.cruds', { fhirUser: 'Practitioner/1' }, ''],
  ['user/AuditEvent.cruds', { fhirUser: 'Practitioner/1', roles: ['auditor'] }, 'rs'],
  ['user/*.cruds', { fhirUser: 'Practitioner/1', roles: ['auditor'] }, ''],
  ['patient/*.cruds', { patient: 'p1' }, ''],
  ['patient/AuditEvent.cruds', { patient: 'p1' }, 'rs'],
])('%s %o gives "%s" on AuditEvent', (scope, claims, expected) => {
  expect(granted(scope, 'AuditEvent', claims)).toBe(expected)
})

test('a granular scope shows what its parameter finds', () => {
  const clause = principal('system/Observation.rs?category=laboratory').visible('Observation')
  expect(clause).toMatchObject({
    kind: 'param',
    parameter: { code: 'category' },
    values: [{ code: 'laboratory' }],
  })
})

test('a granular patient scope holds within the compartment', () => {
  const clause = principal('patient/Observation.rs?category=laboratory', { patient: 'p1' }).visible(
    'Observation',
  )
  expect(clause).toMatchObject({
    kind: 'and',
    clauses: [{ kind: 'or' }, { parameter: { code: 'category' } }],
  })
})

test('two granular scopes for one type are a union', () => {
  const clause = principal('system/Observation.rs?category=a system/Observation.rs?category=b').visible(
    'Observation',
  )
  expect(clause).toMatchObject({ kind: 'or', clauses: [{ kind: 'param' }, { kind: 'param' }] })
})

test.each([
  'category:not=a',
  'subject.name=a',
  '_filter=status eq final',
  'cheese=a',
  'date=2026',
  '_count=5',
  '_has:x:y:z=1',
])('a scope narrowed by %s grants nothing, as it is not understood', (criteria) => {
  const scope = `system/Observation.rs?${criteria.replaceAll(' ', '%20')}`
  const { ignored, may } = principal(scope)
  expect(may('Observation', 'r')).toBe(false)
  expect(ignored).toHaveLength(1)
})

test('letters of two scopes must both reach: a conditional update finds what it may update', () => {
  const viewer = principal('system/Patient.u patient/Patient.s', { patient: 'p1' }).viewerFor('su')
  expect(viewer.visible('Patient')).toEqual({ kind: 'id', ids: ['p1'] })
})

test('a type that does not exist is not visible to anyone', () => {
  expect(principal('system/*.cruds').visible('Cheese')).toBe('nothing')
  expect(principal('system/*.cruds').may('__proto__', 'r')).toBe(false)
})
