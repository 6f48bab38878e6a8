import { expect, test } from 'vitest'
import { clientOf } from '../../support/client.ts'
import { startTestServer } from '../../support/server.ts'

const scope = 'system/*.rs'

test('who asks too fast is told when to come again, and others go on', async () => {
  await using server = await startTestServer({ limitPerUser: 1 })
  const client = clientOf({ url: server.base })
  const ask = (token: string) => client.get('/Patient').auth(token, { type: 'bearer' })
  const fast = await server.token({ scope, fhirUser: 'Practitioner/fast', roles: ['system'] })
  const other = await server.token({ scope, fhirUser: 'Practitioner/other', roles: ['system'] })
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask(fast)))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(5)
  const [one] = refused
  expect(Number(one?.headers['retry-after'])).toBeGreaterThan(0)
  expect(one?.headers.ratelimit).toMatch(/^"user";r=0;t=\d+$/)
  expect(one?.headers['ratelimit-policy']).toBe('"user";q=2;w=2')
  expect(one?.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] })
  await ask(other).expect(200)
})

test('an address has a limit of its own, before anyone is asked who they are', async () => {
  await using server = await startTestServer({ limitPerAddress: 1 })
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => clientOf({ url: server.base }).get('/Patient')),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses).toContain(429)
  expect(statuses).toContain(401)
})

test('signing in is counted by itself', async () => {
  await using server = await startTestServer({ limitSignIn: 3 })
  const ask = () =>
    clientOf({ url: server.origin }).post('/oauth/token').type('form').send({ grant_type: 'x' })
  const statuses: number[] = []
  for (let i = 0; i < 8; i++) statuses.push((await ask()).status)
  expect(statuses.slice(0, 3)).not.toContain(429)
  expect(statuses.at(-1)).toBe(429)
  const token = await server.token({ scope })
  await clientOf({ url: server.base }).get('/Patient').auth(token, { type: 'bearer' }).expect(200)
})

test('a flood that is held back leaves no flood in the audit trail', async () => {
  await using server = await startTestServer({ limitPerClient: 1 })
  const token = await server.token({ scope: 'system/*.rs' })
  const ask = () => clientOf({ url: server.base }).get('/Organization').auth(token, { type: 'bearer' })
  const answers = await Promise.all(Array.from({ length: 30 }, ask))
  const taken = answers.filter(({ status }) => status === 200).length
  const { matches } = await server.app.database.asSystem('main').search({
    types: ['AuditEvent'],
    where: [],
    sort: [],
    count: 100,
    total: 'none',
    includes: [],
  })
  expect(matches.length).toBeLessThan(30)
  expect(matches.length).toBeGreaterThanOrEqual(taken)
})
