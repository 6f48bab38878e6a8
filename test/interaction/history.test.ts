import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, base, type Clinic, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
  await clinic.send('PUT /Patient/h1', { body: patient('One', { id: 'h1' }) })
  await clinic.send('PUT /Patient/h1', { body: patient('Two', { id: 'h1' }) })
  await clinic.send('DELETE /Patient/h1')
  await clinic.send('PUT /Patient/h1', { body: patient('Four', { id: 'h1' }) })
})
afterAll(() => clinic[Symbol.asyncDispose]())

interface Entry {
  readonly fullUrl: string
  readonly resource?: { id: string; name: [{ family: string }]; meta: { versionId: string } }
  readonly request: { method: string; url: string }
  readonly response: { status: string; etag: string; lastModified: string }
}

const entriesOf = ({ json }: Answer) => (json.entry ?? []) as unknown as Entry[]
const linksOf = ({ json }: Answer) =>
  Object.fromEntries(
    (json.link as unknown as { relation: string; url: string }[]).map(({ relation, url }) => [relation, url]),
  )
const follow = (url: string | undefined) => `GET ${url?.slice(base.length)}`

test('a history tells each version, newest first, and what made it', async () => {
  const answer = await clinic.send('GET /Patient/h1/_history')
  expect(answer.json).toMatchObject({ resourceType: 'Bundle', type: 'history', total: 4 })
  const entries = entriesOf(answer)
  expect(
    entries.map(({ request, response }) => [request.method, request.url, response.status, response.etag]),
  ).toEqual([
    ['PUT', 'Patient/h1', '200', 'W/"4"'],
    ['DELETE', 'Patient/h1', '204', 'W/"3"'],
    ['PUT', 'Patient/h1', '200', 'W/"2"'],
    ['PUT', 'Patient/h1', '201', 'W/"1"'],
  ])
  expect(entries.map(({ resource }) => resource?.name[0].family)).toEqual(['Four', undefined, 'Two', 'One'])
  expect(new Set(entries.map(({ fullUrl }) => fullUrl))).toEqual(new Set([`${base}/Patient/h1`]))
})

test('_since and _at choose versions by time', async () => {
  const times = entriesOf(await clinic.send('GET /Patient/h1/_history')).map(
    ({ response }) => response.lastModified,
  )
  const since = entriesOf(await clinic.send(`GET /Patient/h1/_history?_since=${times[1]}`))
  expect(since.map(({ response }) => response.etag)).toEqual(['W/"4"', 'W/"3"'])
  const at = entriesOf(await clinic.send(`GET /Patient/h1/_history?_at=${times[2]}`))
  expect(at.map(({ response }) => response.etag)).toContain('W/"2"')
  expect(at.map(({ response }) => response.etag)).not.toContain('W/"4"')
  expect(entriesOf(await clinic.send('GET /Patient/h1/_history?_since=2999-01-01'))).toEqual([])
  expect(entriesOf(await clinic.send('GET /Patient/h1/_history?_at=1999'))).toEqual([])
  expect((await clinic.send('GET /Patient/h1/_history?_since=2026-02-30')).status).toBe(400)
})

test.each([
  ['GET /Patient/nobody/_history', 404],
  ['GET /Basic/_history', 200],
  ['GET /Patient/h1/_history?_count=ten', 400],
  ['GET /Patient/h1/_history?_page=forged', 400],
])('%s answers %i', async (line, status) => {
  expect((await clinic.send(line)).status).toBe(status)
})

test('an unknown parameter is passed over, or refused when the caller is strict', async () => {
  const lenient = await clinic.send('GET /Patient/h1/_history?_count=5&colour=red')
  expect(lenient.status).toBe(200)
  expect(linksOf(lenient).self).toBe(`${base}/Patient/h1/_history?_count=5`)
  const strict = await clinic.send('GET /Patient/h1/_history?colour=red', { prefer: 'handling=strict' })
  expect(strict.status).toBe(400)
})

test('a page link fits its own history only', async () => {
  const { next } = linksOf(await clinic.send('GET /Patient/h1/_history?_count=1'))
  expect((await clinic.send(follow(next))).status).toBe(200)
  expect((await clinic.send(follow(next?.replace('h1', 'h2')))).status).toBe(400)
  expect((await clinic.send(follow(next?.replace('_count=1', '_count=2')))).status).toBe(400)
  const other = principal('system/*.rs', { tenant: 'north' })
  expect((await clinic.send(follow(next), { as: other })).status).toBe(400)
})

test('paging a type while others write: no version twice, none missed', async () => {
  const made = Array.from({ length: 30 }, (_, index) => `p${index}`)
  for (const id of made)
    await clinic.send(`PUT /Location/${id}`, { body: { resourceType: 'Location', id, name: id } })
  const seen: string[] = []
  let answer = await clinic.send('GET /Location/_history?_count=4')
  for (let page = 0; ; page++) {
    seen.push(...entriesOf(answer).map(({ resource }) => `${resource?.id}/${resource?.meta.versionId}`))
    const { next } = linksOf(answer)
    if (next === undefined) break
    const id = `p${page}`
    await clinic.send(`PUT /Location/${id}`, { body: { resourceType: 'Location', id, name: 'moved' } })
    await clinic.send('POST /Location', { body: { resourceType: 'Location', name: 'new' } })
    answer = await clinic.send(follow(next))
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.toSorted()).toEqual(made.map((id) => `${id}/1`).toSorted())
})

test('the history of all types shows what the caller may search', async () => {
  const all = entriesOf(await clinic.send('GET /_history?_count=1000'))
  expect(new Set(all.map(({ fullUrl }) => fullUrl.slice(base.length + 1).split('/')[0]))).toContain('Patient')
  const as = principal('system/Location.s')
  const some = entriesOf(await clinic.send('GET /_history?_count=1000', { as }))
  expect(some.length).toBeGreaterThan(0)
  expect(some.every(({ fullUrl }) => fullUrl.startsWith(`${base}/Location/`))).toBe(true)
  expect((await clinic.send('GET /_history', { as: principal('system/*.cud') })).status).toBe(403)
  expect((await clinic.send('GET /Patient/_history', { as })).status).toBe(403)
})

test('a patient sees the history of the own compartment', async () => {
  await clinic.send('PUT /Patient/h5', { body: patient('Five', { id: 'h5' }) })
  const as = principal('patient/*.rs', { patient: 'h5' })
  const own = await clinic.send('GET /Patient/h5/_history', { as })
  expect(entriesOf(own)).toHaveLength(1)
  // The number of versions would tell of those from when it was someone else's.
  expect(own.json.total).toBeUndefined()
  expect((await clinic.send('GET /Patient/h1/_history', { as })).status).toBe(404)
  const seen = entriesOf(await clinic.send('GET /Patient/_history', { as }))
  expect(seen.map(({ resource }) => resource?.id)).toEqual(['h5'])
})
