import { expect, test } from 'vitest'
import { startTestServer } from '../support/server.ts'

const profile = {
  resourceType: 'StructureDefinition',
  url: 'https://north.example/fhir/StructureDefinition/insured',
  name: 'Insured',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: {
    element: [
      {
        id: 'Patient',
        path: 'Patient',
        constraint: [
          { key: 'ins-1', severity: 'error', human: 'Somebody is called.', expression: 'name.exists()' },
        ],
      },
      { id: 'Patient.identifier', path: 'Patient.identifier', min: 1 },
    ],
  },
}
const patient = { resourceType: 'Patient', meta: { profile: [profile.url] } }

test("a clinic's own profile holds from its next write on, for that clinic, until it is gone", async () => {
  await using server = await startTestServer()
  const send = async (method: string, clinic: string, path: string, body?: object) => {
    const token = await server.token({ scope: 'system/*.cruds', clinic })
    const answer = await fetch(`${server.baseOf(clinic)}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, json: text === '' ? {} : JSON.parse(text) }
  }
  expect((await send('POST', 'north', 'Patient', patient)).status).toBe(201)
  const stored = await send('POST', 'north', 'StructureDefinition', profile)
  expect(stored.status).toBe(201)

  const refused = await send('POST', 'north', 'Patient', patient)
  expect(refused.status).toBe(422)
  const sentences = refused.json.issue
    .map(({ diagnostics }: { diagnostics: string }) => diagnostics)
    .join('\n')
  expect(sentences).toContain('identifier')
  expect(sentences).toContain('ins-1')
  const whole = { ...patient, identifier: [{ value: '1' }], name: [{ family: 'Ngata' }] }
  expect((await send('POST', 'north', 'Patient', whole)).status).toBe(201)
  expect((await send('POST', 'main', 'Patient', patient)).status).toBe(201)

  const unreadable = { ...profile.differential.element[0]?.constraint?.[0], expression: 'name.((' }
  const broken = { element: [{ id: 'Patient', path: 'Patient', constraint: [unreadable] }] }
  const wrong = await send('PUT', 'north', `StructureDefinition/${stored.json.id}`, {
    ...profile,
    id: stored.json.id,
    differential: broken,
  })
  expect(wrong.status).toBe(422)
  expect(wrong.json.issue[0].expression).toEqual(['StructureDefinition.differential.element[0].constraint'])

  expect((await send('DELETE', 'north', `StructureDefinition/${stored.json.id}`)).status).toBeLessThan(300)
  expect((await send('POST', 'north', 'Patient', patient)).status).toBe(201)
})
