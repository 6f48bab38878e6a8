import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Answer, type Caller, callAs, expressionsOf, freshIdentifier } from '../bundle/caller.ts'

let server: TestServer
let caller: Caller
beforeAll(async () => {
  server = await startTestServer()
  caller = await callAs(server)
})
afterAll(() => server.close())

const jsonPatch = { 'content-type': 'application/json-patch+json' }
const activate = [{ op: 'add', path: '/active', value: true }]

async function create(more: object = {}): Promise<string> {
  const { resource } = await caller.send('POST', 'Patient', {
    resourceType: 'Patient',
    birthDate: '1970-01-01',
    ...more,
  })
  return `Patient/${resource.id}`
}

function patch(path: string, operations: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return caller.send('PATCH', path, operations, { ...jsonPatch, ...headers })
}

describe('a patch', () => {
  test('makes a new version and answers it', async () => {
    const path = await create()
    const answer = await patch(path, activate)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).toBe('W/"2"')
    expect(answer.resource).toMatchObject({ active: true, birthDate: '1970-01-01', meta: { versionId: '2' } })
    const history = await caller.send('GET', `${path}/_history`)
    expect(history.bundle.entry?.[0]).toMatchObject({ request: { method: 'PATCH' } })
  })

  test('by FHIRPath does the same', async () => {
    const path = await create()
    const part = [
      { name: 'type', valueCode: 'replace' },
      { name: 'path', valueString: 'Patient.birthDate' },
      { name: 'value', valueDate: '1971' },
    ]
    const answer = await caller.send('PATCH', path, {
      resourceType: 'Parameters',
      parameter: [{ name: 'operation', part }],
    })
    expect(answer.status).toBe(200)
    expect(answer.resource).toMatchObject({ birthDate: '1971' })
  })

  test('keeps the decimals that it does not touch, and those that it brings', async () => {
    const text =
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.0}}'
    const { resource } = await caller.send('POST', 'Observation', text)
    const answer = await patch(
      `Observation/${resource.id}`,
      '[{"op":"add","path":"/referenceRange","value":[{"low":{"value":0.50}}]}]',
    )
    expect(answer.text).toContain('"value":1.0}')
    expect(answer.text).toContain('"value":0.50}')
  })

  test('heeds If-Match', async () => {
    const path = await create()
    expect((await patch(path, activate, { 'if-match': 'W/"2"' })).status).toBe(412)
    expect((await patch(path, activate, { 'if-match': 'W/"1"' })).status).toBe(200)
  })

  test('by criteria needs exactly one match', async () => {
    const identifier = freshIdentifier()
    const where = `Patient?identifier=${identifier.system}|${identifier.value}`
    expect((await patch(where, activate)).status).toBe(404)
    await create({ identifier: [identifier] })
    expect((await patch(where, activate)).resource).toMatchObject({ active: true })
    await create({ identifier: [identifier] })
    expect((await patch(where, activate)).status).toBe(412)
  })

  test('of what is not there, or was deleted', async () => {
    expect((await patch('Patient/nobody', activate)).status).toBe(404)
    const path = await create()
    await caller.send('DELETE', path)
    expect((await patch(path, activate)).status).toBe(410)
  })

  test.each<[string, unknown, number]>([
    ['a test that fails', [{ op: 'test', path: '/birthDate', value: '1999' }], 422],
    ['a change of the id', [{ op: 'replace', path: '/id', value: 'other' }], 422],
    ['an unknown operation', [{ op: 'merge', path: '/' }], 400],
    ['no array', {}, 400],
    ['a result that is no Patient', [{ op: 'add', path: '/birthDate', value: 'tomorrow' }], 400],
    ['an empty list left behind', [{ op: 'add', path: '/name', value: [] }], 400],
    ['a null', [{ op: 'replace', path: '/birthDate', value: null }], 400],
  ])('refuses %s and changes nothing', async (_, operations, status) => {
    const path = await create()
    const answer = await patch(path, operations)
    expect(answer.status).toBe(status)
    expect(expressionsOf(answer)).not.toEqual([])
    expect((await caller.send('GET', path)).resource.meta).toMatchObject({ versionId: '1' })
  })

  test('in another media type is refused with those that would do', async () => {
    const path = await create()
    for (const type of ['application/merge-patch+json', 'application/xml-patch+xml', 'text/plain']) {
      const answer = await caller.send('PATCH', path, activate, { 'content-type': type })
      expect(answer.status).toBe(415)
    }
  })

  test('twenty at once, each on what the one before it left, lose none', async () => {
    const path = await create({ name: [{ given: ['zero'] }] })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        patch(path, [{ op: 'add', path: '/name/0/given/-', value: `n${i}` }]),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const { name } = (await caller.send('GET', path)).resource as { name: { given: string[] }[] }
    expect(name[0]?.given).toHaveLength(21)
  })

  test('needs permission to update', async () => {
    const path = await create()
    const reader = await callAs(server, { scope: 'system/Patient.rs' })
    expect((await reader.send('PATCH', path, activate, jsonPatch)).status).toBe(403)
  })
})
