import { expect, test } from 'vitest'
import { createPrincipal } from '#access/create-principal.ts'
import { buildPolicies } from '#access/policy/shipped-policies.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { startTestServer } from '../../support/server.ts'
import { callerOf, idsOf } from '../caller.ts'

const definitions = loadDefinitions()
const rules = [{ name: 'June', allows: 'rs', types: ['Appointment'], where: 'date=2031-06' }]
const policies = buildPolicies([{ role: 'summer', title: 'Summer', rules }])
const claims = { tenant: 'main', clientId: 'app', tokenId: 't', scope: 'system/*.rs', roles: ['summer'] }

test.each([
  ['UTC', '2031-06-01T00:00:00Z', '2031-07-01T00:00:00Z'],
  ['Europe/Prague', '2031-05-31T22:00:00Z', '2031-06-30T22:00:00Z'],
])('a month in a rule is the clinic’s own (%s)', (timeZone, start, end) => {
  const { visible } = createPrincipal(claims, definitions, policies, new Date(), timeZone)
  const reach = JSON.stringify(visible('Appointment'))
  expect(reach).toContain(`"start":${Date.parse(start)}`)
  expect(reach).toContain(`"end":${Date.parse(end)}`)
})

test('a rule and a search mean the same day', async () => {
  const staff = { scope: 'user/*.cruds', fhirUser: 'Practitioner/x' }
  await using server = await startTestServer({ timeZone: 'Pacific/Auckland' })
  const system = await callerOf(server, { scope: 'system/*.cruds' })
  await system('PUT', '/Observation/late', {
    resourceType: 'Observation',
    id: 'late',
    status: 'final',
    code: { text: 'x' },
    effectiveDateTime: '2031-05-31T20:00:00Z',
  })
  const admin = await callerOf(server, { ...staff, roles: ['clinic-admin'] })
  const made = await admin('POST', '/Basic', {
    resourceType: 'Basic',
    meta: { profile: ['https://almanac.example/fhir/StructureDefinition/access-policy'] },
    code: {
      coding: [{ system: 'https://almanac.example/fhir/CodeSystem/basic-kinds', code: 'access-policy' }],
    },
    extension: [
      {
        url: 'https://almanac.example/fhir/StructureDefinition/access-policy-rules',
        valueString: JSON.stringify({
          role: 'front-desk',
          title: 'One day',
          rules: [{ name: 'the day', allows: 'rs', types: ['Observation'], where: 'date=2031-06-01' }],
        }),
      },
    ],
  })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const desk = await callerOf(server, {
    scope: 'user/*.rs',
    fhirUser: 'Practitioner/x',
    roles: ['front-desk'],
  })
  expect(idsOf(await system('GET', '/Observation?date=2031-06-01'))).toEqual(['late'])
  expect(idsOf(await desk('GET', '/Observation'))).toEqual(['late'])
})
