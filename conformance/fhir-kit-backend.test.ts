import { Client } from 'fhir-kit-client'
import { expect, test } from 'vitest'
import { backendApp, makeClientKey, signAssertion } from '../test/oauth/assertion.ts'
import { startTestServer } from '../test/support/server.ts'

/** As an application would use the library: only its interface and what SMART says, no knowledge of the server. */
test('a backend service finds its way from the base alone, and a client reads with its token', async () => {
  await using server = await startTestServer()
  const key = await makeClientKey('RS384')
  await server.app.authorization.clients.save(
    'warehouse',
    backendApp('warehouse', key, 'system/Patient.crus'),
  )
  const client = new Client({ baseUrl: server.base })
  const { tokenUrl } = (await client.smartAuthMetadata()) as { tokenUrl: URL | string }
  const response = await fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'system/Patient.crus',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signAssertion(key, 'warehouse', String(tokenUrl)),
    }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  client.bearerToken = token
  const body = { resourceType: 'Patient', name: [{ family: 'Kit' }] }
  const made = await client.create({ resourceType: 'Patient', body: body as never })
  const found = await client.search({ resourceType: 'Patient', searchParams: { family: 'kit' } })
  expect(found).toMatchObject({ entry: [{ resource: { id: made.id } }] })
  await expect(client.search({ resourceType: 'Observation', searchParams: {} })).rejects.toMatchObject({
    response: { status: 403 },
  })
})
