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

test('a value set of itself by way of another, and one of too many codes, do no harm', async () => {
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
  const many = Array.from({ length: 120_000 }, (_, i) => ({ code: `c${i}` }))
  const huge = {
    ...plain,
    id: 'huge',
    url: 'https://clinic.example/vs-huge',
    compose: { include: [{ system: 'urn:x', concept: many }] },
  }
  const stored = await send('PUT', 'ValueSet/huge', huge)
  expect([201, 422]).toContain(stored.status)
  const expanded = await fetch(`${server.base}/ValueSet/huge/$expand?count=10`, {
    headers: { authorization },
  })
  expect([200, 404, 422, 400]).toContain(expanded.status)
  expect((await expanded.text()).length).toBeLessThan(100_000)
})
