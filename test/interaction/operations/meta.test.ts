import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Caller, callAs } from '../bundle/caller.ts'

let server: TestServer
let caller: Caller
beforeAll(async () => {
  server = await startTestServer()
  caller = await callAs(server)
})
afterAll(() => server.close())

const red = { system: 'http://tags', code: 'red' }
const blue = { system: 'http://tags', code: 'blue' }
const secret = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }
const withMeta = (meta: object) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'meta', valueMeta: meta }],
})

async function create(meta?: object, resourceType = 'Patient'): Promise<string> {
  const { resource } = await caller.send('POST', resourceType, { resourceType, ...(meta && { meta }) })
  return `${resourceType}/${resource.id}`
}

describe('$meta', () => {
  test('of an instance answers its meta, by GET and by POST', async () => {
    const path = await create({ tag: [red] })
    const { resource } = await caller.send('GET', path)
    for (const method of ['GET', 'POST']) {
      const answer = await caller.send(method, `${path}/$meta`)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('etag')).toBe('W/"1"')
      expect(answer.resource).toEqual({
        resourceType: 'Parameters',
        parameter: [{ name: 'return', valueMeta: resource.meta }],
      })
    }
  })

  test('of a type and of the base answers the labels in use, each once', async () => {
    await create({ tag: [red], profile: ['http://profile/a'] }, 'Person')
    await create({ tag: [red, blue], security: [secret] }, 'Person')
    const valueMeta = { profile: ['http://profile/a'], security: [secret], tag: [blue, red] }
    const ofType = await caller.send('GET', 'Person/$meta')
    expect(ofType.resource).toEqual({
      resourceType: 'Parameters',
      parameter: [{ name: 'return', valueMeta }],
    })
    const ofBase = await caller.send('GET', '$meta')
    expect(ofBase.resource.parameter).toMatchObject([
      {
        valueMeta: {
          profile: ['http://profile/a'],
          security: [secret],
          tag: expect.arrayContaining([red, blue]),
        },
      },
    ])
  })

  test('of a type is refused to whom only some of its resources exist, and another clinic sees nothing', async () => {
    const { resource } = await caller.send('POST', 'Patient', {
      resourceType: 'Patient',
      meta: { tag: [red] },
    })
    const patient = await callAs(server, { scope: 'patient/*.rs', patient: resource.id as string })
    expect((await patient.send('GET', 'Patient/$meta')).status).toBe(403)
    expect((await patient.send('GET', `Patient/${resource.id}/$meta`)).status).toBe(200)
    const north = await callAs(server, { scope: 'system/*.rs', clinic: 'north' })
    expect((await north.send('GET', 'Patient/$meta')).resource.parameter).toEqual([
      { name: 'return', valueMeta: {} },
    ])
  })

  test('of what is not there is not found, of what was deleted gone', async () => {
    expect((await caller.send('GET', 'Patient/nobody/$meta')).status).toBe(404)
    const path = await create()
    await caller.send('DELETE', path)
    expect((await caller.send('GET', `${path}/$meta`)).status).toBe(410)
  })
})

describe('$meta-add and $meta-delete', () => {
  test('change the labels in a version of their own, and leave the rest alone', async () => {
    const path = await create({ tag: [red], source: 'http://origin' })
    const added = await caller.send(
      'POST',
      `${path}/$meta-add`,
      withMeta({ tag: [red, blue], security: [secret], versionId: '77' }),
    )
    expect(added.status).toBe(200)
    expect(added.headers.get('etag')).toBe('W/"2"')
    const read = await caller.send('GET', path)
    expect(read.resource.meta).toMatchObject({
      versionId: '2',
      tag: [red, blue],
      security: [secret],
      source: 'http://origin',
    })
    expect(added.resource.parameter).toEqual([{ name: 'return', valueMeta: read.resource.meta }])
    expect((await caller.send('GET', `${path}/_history/1`)).resource.meta).toMatchObject({ tag: [red] })
    await caller.send(
      'POST',
      `${path}/$meta-delete`,
      withMeta({ tag: [{ ...red, display: 'other' }], security: [secret] }),
    )
    const left = (await caller.send('GET', path)).resource.meta
    expect(left).toMatchObject({ versionId: '3', tag: [blue] })
    expect(left).not.toHaveProperty('security')
  })

  test('that change nothing make no version', async () => {
    const path = await create({ tag: [red] })
    for (const [operation, meta] of [
      ['$meta-add', { tag: [red] }],
      ['$meta-delete', { tag: [blue], profile: ['http://x'] }],
    ] as const) {
      const answer = await caller.send('POST', `${path}/${operation}`, withMeta(meta))
      expect(answer.headers.get('etag')).toBe('W/"1"')
    }
  })

  test('can be searched for at once', async () => {
    const path = await create()
    const tag = { system: 'http://tags', code: path.slice(8) }
    await caller.send('POST', `${path}/$meta-add`, withMeta({ tag: [tag] }))
    expect(
      (await caller.send('GET', `Patient?_tag=http://tags|${tag.code}&_summary=count`)).bundle.total,
    ).toBe(1)
    await caller.send('POST', `${path}/$meta-delete`, withMeta({ tag: [tag] }))
    expect(
      (await caller.send('GET', `Patient?_tag=http://tags|${tag.code}&_summary=count`)).bundle.total,
    ).toBe(0)
  })

  test('heed If-Match, permission, and that nobody changes an AuditEvent', async () => {
    const path = await create()
    const stale = await caller.send('POST', `${path}/$meta-add`, withMeta({ tag: [red] }), {
      'if-match': 'W/"5"',
    })
    expect(stale.status).toBe(412)
    const reader = await callAs(server, { scope: 'system/*.rs' })
    expect((await reader.send('POST', `${path}/$meta-add`, withMeta({ tag: [red] }))).status).toBe(403)
    const events = await caller.send('GET', 'AuditEvent?_count=1')
    const event = `AuditEvent/${events.bundle.entry?.[0]?.resource?.id}`
    expect((await caller.send('POST', `${event}/$meta-add`, withMeta({ tag: [red] }))).status).toBe(405)
    expect((await caller.send('GET', path)).resource.meta).toMatchObject({ versionId: '1' })
  })

  test('twenty at once lose none', async () => {
    const path = await create()
    const tags = Array.from({ length: 20 }, (_, i) => ({ system: 'http://tags', code: `t${i}` }))
    const answers = await Promise.all(
      tags.map((tag) => caller.send('POST', `${path}/$meta-add`, withMeta({ tag: [tag] }))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const { tag } = (await caller.send('GET', path)).resource.meta as { tag: object[] }
    expect(tag).toHaveLength(20)
  })
})

describe('an operation is called as its definition says', () => {
  test.each([
    ['one that does not exist', 'GET', 'Patient/1/$unicorn', undefined, 404],
    ['one of another type', 'GET', 'Observation/1/$everything', undefined, 404],
    ['one at a level where it is not', 'POST', 'Patient/$meta-add', withMeta({}), 400],
    ['one that changes something, by GET', 'GET', 'Patient/1/$meta-add', undefined, 405],
    ['an unknown parameter in the query', 'GET', 'Patient/1/$meta?shoe=44', undefined, 400],
    ['an unknown parameter in the body', 'POST', 'Patient/1/$meta', withMeta({}), 400],
    ['a required parameter left out', 'POST', 'Patient/1/$meta-add', { resourceType: 'Parameters' }, 400],
    [
      'a parameter given twice',
      'POST',
      'Patient/1/$meta-add',
      { resourceType: 'Parameters', parameter: [...withMeta({}).parameter, ...withMeta({}).parameter] },
      400,
    ],
    [
      'a parameter of another type',
      'POST',
      'Patient/1/$meta-add',
      { resourceType: 'Parameters', parameter: [{ name: 'meta', valueString: 'x' }] },
      400,
    ],
    ['a Meta whose tag is no list', 'POST', 'Patient/1/$meta-add', withMeta({ tag: 'red' }), 400],
    ['a body that is no Parameters', 'POST', 'Patient/1/$meta-add', { resourceType: 'Patient' }, 400],
    ['a list where Parameters should be', 'POST', 'Patient/1/$meta-add', [], 400],
    ['a complex parameter in the query', 'POST', 'Patient/1/$meta-add?meta=x', undefined, 400],
  ])('refused: %s', async (_, method, path, body, status) => {
    const answer = await caller.send(method, path, body)
    expect(answer.status).toBe(status)
    expect(answer.resource.resourceType).toBe('OperationOutcome')
  })
})
