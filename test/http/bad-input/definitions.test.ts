import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'

/** What a hostile or careless client sends to be validated, or to validate with. */
let server: TestServer
let authorization: string
beforeAll(async () => {
  server = await startTestServer()
  authorization = `Bearer ${await server.token({ scope: 'system/*.cruds' })}`
})
afterAll(() => server.close())

interface Outcome {
  readonly issue: readonly { severity: string; code: string; diagnostics: string; expression?: string[] }[]
}

async function send(method: string, path: string, body: object, base = server.base, token = authorization) {
  const headers = {
    authorization: token,
    'content-type': 'application/fhir+json',
    prefer: 'return=OperationOutcome',
  }
  const answer = await fetch(`${base}/${path}`, { method, headers, body: JSON.stringify(body) })
  const text = await answer.text()
  return { status: answer.status, text, issue: (JSON.parse(text) as Outcome).issue ?? [] }
}

test('a hundred thousand mistakes in one resource are told up to a limit, and how many more there are', async () => {
  const name = Array.from({ length: 100_000 }, () => ({ use: 'wrong' }))
  const { status, issue, text } = await send('POST', 'Patient', { resourceType: 'Patient', name })
  expect(status).toBe(422)
  expect(issue.length).toBeLessThanOrEqual(501)
  expect(issue.at(-1)).toMatchObject({ severity: 'error', code: 'incomplete' })
  expect(issue.at(-1)?.diagnostics).toMatch(/^There are 99\d{3} more issues/)
  expect(text.length).toBeLessThan(300_000)
})

test.each([
  ['script', '<script>alert(1)</script>'],
  ['a handler', '<p onclick="alert(1)">x</p>'],
  ['a frame', '<iframe src="https://evil.example"></iframe>x'],
  ['a link that runs', '<a href="javascript:alert(1)">x</a>'],
  ['a style sheet', '<style>p { background: url(https://evil.example) }</style>x'],
  ['an entity of its own', '<p>&evil;</p>'],
])('narrative with %s is refused', async (_, html) => {
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">${html}</div>`
  const patient = { resourceType: 'Patient', text: { status: 'generated', div } }
  const { status, issue } = await send('POST', 'Patient', patient)
  expect(status).toBe(422)
  expect(issue).toMatchObject([{ code: 'invariant', expression: ['Patient.text.div'] }])
})

test.each([
  ['a wrong code', { gender: 'secret'.repeat(5_000) }],
  ['an unknown element', { ['secret'.repeat(5_000)]: 1 }],
  ['a wrong date', { birthDate: 'secret'.repeat(5_000) }],
  ['an unknown profile', { meta: { profile: [`https://x.example/${'secret'.repeat(5_000)}`] }, gender: 'x' }],
  ['a wrong reference', { managingOrganization: { reference: `Nothing/${'secret'.repeat(5_000)}` } }],
  ['an unknown type of contained resource', { contained: [{ resourceType: 'secret'.repeat(5_000) }] }],
])('what is said of %s quotes a short piece of it at most', async (_, part) => {
  const { status, issue } = await send('POST', 'Patient', { resourceType: 'Patient', ...part })
  expect([400, 422]).toContain(status)
  for (const { diagnostics, expression } of issue) {
    expect(diagnostics.length).toBeLessThan(700)
    expect(String(expression).length).toBeLessThan(300)
  }
})

test('a claimed profile that nobody knows is a warning, and refused where that is the setting', async () => {
  const claim = { resourceType: 'Patient', meta: { profile: ['https://x.example/unknown'] } }
  const warned = await send('POST', 'Patient', claim)
  expect(warned.status).toBe(201)
  expect(warned.issue).toContainEqual(
    expect.objectContaining({
      severity: 'warning',
      code: 'not-found',
      expression: ['Patient.meta.profile[0]'],
    }),
  )
  await using strict = await startTestServer({ refuseUnknownProfiles: true })
  const token = `Bearer ${await strict.token({ scope: 'system/*.cruds' })}`
  const refused = await send('POST', 'Patient', claim, strict.base, token)
  expect(refused.status).toBe(422)
  expect(refused.issue).toMatchObject([{ severity: 'error', code: 'not-found' }])
})

const profile = (name: string, element: readonly object[], more: object = {}) => ({
  resourceType: 'StructureDefinition',
  id: name,
  url: `https://clinic.example/${name}`,
  name,
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient', path: 'Patient' }, ...element] },
  ...more,
})

test.each([
  ['rests on itself', profile('ouroboros', [], { baseDefinition: 'https://clinic.example/ouroboros' })],
  [
    'is enormous',
    profile(
      'enormous',
      Array.from({ length: 6_000 }, (_, i) => ({ id: `e${i}`, path: 'Patient.name', sliceName: `s${i}` })),
    ),
  ],
  [
    'has slices that contradict each other',
    profile('contradiction', [
      {
        id: 'Patient.identifier',
        path: 'Patient.identifier',
        slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'closed' },
        max: '1',
      },
      ...['a', 'b'].flatMap((name) => [
        { id: `Patient.identifier:${name}`, path: 'Patient.identifier', sliceName: name, min: 1 },
        {
          id: `Patient.identifier:${name}.system`,
          path: 'Patient.identifier.system',
          fixedUri: `urn:x:${name}`,
        },
      ]),
    ]),
  ],
  [
    'has an expression longer than anyone writes',
    profile('endless', [
      {
        id: 'Patient.name',
        path: 'Patient.name',
        constraint: [
          { key: 'x-1', severity: 'error', human: 'x', expression: `true${' and true'.repeat(2_000)}` },
        ],
      },
    ]),
  ],
])('a profile that %s is not stored', async (_, body) => {
  const { status, issue } = await send('PUT', `StructureDefinition/${body.id}`, body)
  expect(status).toBe(422)
  expect(issue.length).toBeLessThanOrEqual(500)
  expect(issue[0]?.diagnostics.length).toBeLessThan(700)
})

test('a profile whose rule explodes refuses what it is asked of, and the server goes on', async () => {
  const expression = 'name.all(%resource.name.all(%resource.name.all(%resource.name.all(text.exists()))))'
  const body = profile('bomb', [
    {
      id: 'Patient',
      path: 'Patient',
      constraint: [{ key: 'x-1', severity: 'error', human: 'x', expression }],
    },
  ])
  const slim = { ...body, differential: { element: [body.differential.element[1]] } }
  expect((await send('PUT', 'StructureDefinition/bomb', slim)).status).toBe(201)
  const name = Array.from({ length: 300 }, (_, i) => ({ text: `n${i}` }))
  const claims = { resourceType: 'Patient', meta: { profile: ['https://clinic.example/bomb'] }, name }
  const { status, issue } = await send('POST', 'Patient', claims)
  expect(status).toBe(422)
  expect(issue).toMatchObject([{ code: 'too-costly' }])
  expect((await send('POST', 'Patient', { resourceType: 'Patient' })).status).toBe(201)
})

test('a value set of itself by way of another is refused', async () => {
  const set = (name: string, of: string) => ({
    resourceType: 'ValueSet',
    id: name,
    url: `https://clinic.example/vs-${name}`,
    status: 'active',
    compose: { include: [{ valueSet: [`https://clinic.example/vs-${of}`] }] },
  })
  const plain = { ...set('a', 'b'), compose: { include: [{ system: 'urn:x', concept: [{ code: '1' }] }] } }
  expect((await send('PUT', 'ValueSet/a', plain)).status).toBe(201)
  expect((await send('PUT', 'ValueSet/b', set('b', 'a'))).status).toBe(201)
  const circle = await send('PUT', 'ValueSet/a', set('a', 'b'))
  expect(circle.status).toBe(422)
})

test('a value set of more codes than anyone can list is kept, and never listed; one of a million is not even read', async () => {
  const of = (count: number) => ({
    resourceType: 'ValueSet',
    id: 'huge',
    url: 'https://clinic.example/vs-huge',
    status: 'active',
    compose: {
      include: [{ system: 'urn:x', concept: Array.from({ length: count }, (_, i) => ({ code: `c${i}` })) }],
    },
  })
  expect(await send('PUT', 'ValueSet/huge', of(1_000_000))).toMatchObject({
    status: 413,
    issue: [{ code: 'too-long' }],
  })
  expect((await send('PUT', 'ValueSet/huge', of(100_001))).status).toBe(201)
  for (const asked of ['$expand?count=10', '$validate-code?system=urn:x&code=c7']) {
    const answer = await fetch(`${server.base}/ValueSet/huge/${asked}`, { headers: { authorization } })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as Outcome).issue).toMatchObject([{ code: 'too-costly' }])
  }
})

test('a code system whose concepts stand under each other in a circle is listed once through', async () => {
  const concept = ['a', 'b', 'c'].map((code, at) => ({
    code,
    property: [{ code: 'parent', valueCode: ['b', 'c', 'a'][at] }],
  }))
  const round = {
    resourceType: 'CodeSystem',
    id: 'round',
    url: 'https://clinic.example/round',
    status: 'active',
  }
  const property = [{ code: 'parent', type: 'code' }]
  const system = { ...round, content: 'complete', property, concept }
  expect((await send('PUT', 'CodeSystem/round', system)).status).toBe(201)
  const below = {
    resourceType: 'ValueSet',
    id: 'below',
    url: 'https://clinic.example/below',
    status: 'active',
    compose: { include: [{ system: round.url, filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }] },
  }
  expect((await send('PUT', 'ValueSet/below', below)).status).toBe(201)
  const answer = await fetch(`${server.base}/ValueSet/below/$expand`, { headers: { authorization } })
  const { expansion } = (await answer.json()) as { expansion: { contains: { code: string }[] } }
  expect(expansion.contains.map(({ code }) => code).sort()).toEqual(['a', 'b', 'c'])
})
