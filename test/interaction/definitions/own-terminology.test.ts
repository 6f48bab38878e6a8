import { expect, onTestFinished, test } from 'vitest'
import { startTestServer } from '../../support/server.ts'
import { callAs } from '../bundle/caller.ts'

const colours = (...codes: readonly string[]) => ({
  resourceType: 'ValueSet',
  id: 'colours',
  url: 'http://clinic.example/ValueSet/colours',
  status: 'active',
  compose: { include: [{ system: 'urn:colours', concept: codes.map((code) => ({ code })) }] },
})

const profile = {
  resourceType: 'StructureDefinition',
  id: 'coloured',
  url: 'http://clinic.example/StructureDefinition/coloured',
  name: 'Coloured',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Basic',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Basic',
  derivation: 'constraint',
  differential: {
    element: [
      {
        id: 'Basic.code',
        path: 'Basic.code',
        binding: { strength: 'required', valueSet: 'http://clinic.example/ValueSet/colours' },
      },
    ],
  },
}

test('a clinic’s profile and value set count from the next write on, and for that clinic alone', async () => {
  const server = await startTestServer()
  onTestFinished(() => server.close())
  const caller = await callAs(server)
  const north = await callAs(server, { scope: 'system/*.cruds', clinic: 'north' })
  const basic = (code: string) => ({
    resourceType: 'Basic',
    meta: { profile: [profile.url] },
    code: { coding: [{ system: 'urn:colours', code }] },
  })
  expect((await caller.send('PUT', 'ValueSet/colours', colours('red'))).status).toBe(201)
  expect((await caller.send('PUT', 'StructureDefinition/coloured', profile)).status).toBe(201)
  expect((await caller.send('POST', 'Basic', basic('red'))).status).toBe(201)
  expect((await caller.send('POST', 'Basic', basic('blue'))).status).toBe(422)
  expect((await north.send('POST', 'Basic', basic('blue'))).status).toBe(201)
  expect((await caller.send('PUT', 'ValueSet/colours', colours('red', 'blue'))).status).toBe(200)
  expect((await caller.send('POST', 'Basic', basic('blue'))).status).toBe(201)
})
