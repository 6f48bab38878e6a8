import { expect, test } from 'vitest'
import { createPrincipal } from '#access/create-principal.ts'
import { buildPolicies, shippedPolicies } from '#access/policy/shipped-policies.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { ClinicPolicies } from '#interaction/policies/clinic-policies.ts'
import { buildOpening } from '#interaction/policies/opening-resource.ts'
import { createTestDatabase } from '../../support/database.ts'

const definitions = loadDefinitions()
const claims = {
  tenant: 'main',
  clientId: 'app',
  tokenId: 't',
  scope: 'user/*.cruds',
  fhirUser: 'Practitioner/d',
}
const until = new Date('2031-01-01T10:00:00Z')
const policies = buildPolicies([], [{ user: 'Practitioner/d', patient: 'p', until }], shippedPolicies())
const at = (time: string, more: object = {}) =>
  createPrincipal({ ...claims, ...more }, definitions, policies, new Date(time))

test('an open record is read and searched until its time is over', () => {
  const open = at('2031-01-01T09:59:59Z')
  expect(open.purpose).toBe('BTG')
  expect(JSON.stringify(open.visible('Observation'))).toContain('Patient/p')
  const closed = at('2031-01-01T10:00:00Z')
  expect(closed.purpose).toBeUndefined()
  expect(JSON.stringify(closed.visible('Observation'))).not.toContain('Patient/p')
})

test('it opens nothing for writing, for others, or for a role without the right', () => {
  const time = '2031-01-01T09:00:00Z'
  expect(JSON.stringify(at(time).viewerFor('u').visible('Observation'))).not.toContain('Patient/p')
  expect(at(time, { fhirUser: 'Practitioner/other' }).purpose).toBeUndefined()
  expect(at(time, { roles: ['front-desk'] }).purpose).toBeUndefined()
  expect(at(time, { scope: 'user/Patient.rs' }).may('Observation', 'r')).toBe(false)
})

test('a record closes by itself, and who made callers of it is told', async () => {
  await using db = await createTestDatabase({ checkReferences: false })
  const from = new Date()
  const soon = new Date(from.getTime() + 700)
  const opening = { user: 'Practitioner/d', patient: 'p', from, until: soon, reason: 'an emergency' }
  const resource = { ...buildOpening(opening), id: 'opening' }
  await db.database.asSystem('main').transaction(async (tx) => {
    const content = { resource, text: JSON.stringify(resource) }
    tx.write({ method: 'POST', type: 'Basic', id: 'opening', version: 1, updated: from, content })
  })
  using stored = new ClinicPolicies({
    ...{ database: db.database, definitions, shipped: shippedPolicies(), clock: () => new Date() },
  })
  expect((await stored.of('main')).openings).toEqual([{ user: 'Practitioner/d', patient: 'p', until: soon }])
  await expect
    .poll(async () => (await stored.of('main')).openings, { timeout: 10_000, interval: 50 })
    .toEqual([])
})
