import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type Clinic, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
let created: Answer
let id: string
beforeAll(async () => {
  clinic = await openClinic()
  const body = patient('Ngata', {
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Ngata</div>' },
    birthDate: '1974-12-25',
    photo: [{ title: 'portrait' }],
    contact: [{ name: { family: 'Reid' } }],
  })
  created = await clinic.send('POST /Patient', { body })
  id = String(created.json.id)
})
afterAll(() => clinic[Symbol.asyncDispose]())

test('reads the current version with its headers', async () => {
  const answer = await clinic.send(`GET /Patient/${id}`)
  expect(answer).toMatchObject({
    status: 200,
    text: created.text,
    etag: 'W/"1"',
    lastModified: created.lastModified,
  })
  expect((await clinic.send(`HEAD /Patient/${id}`)).etag).toBe('W/"1"')
  expect((await clinic.send(`GET /Patient/${id}/_history/1`)).text).toBe(created.text)
})

test('who has the version already is told so', async () => {
  const known = await clinic.send(`GET /Patient/${id}`, { ifNoneMatch: 'W/"1"' })
  expect(known).toMatchObject({ status: 304, text: '', etag: 'W/"1"' })
  expect((await clinic.send(`GET /Patient/${id}`, { ifNoneMatch: 'W/"7", "1"' })).status).toBe(304)
  expect((await clinic.send(`GET /Patient/${id}`, { ifNoneMatch: 'W/"2"' })).status).toBe(200)
  expect((await clinic.send(`GET /Patient/${id}`, { ifNoneMatch: 'nonsense' })).status).toBe(400)
})

test('nothing new since a time is told so; the version decides when both are asked', async () => {
  const lastModified = created.lastModified as Date
  const at = lastModified.toUTCString()
  const before = new Date(lastModified.getTime() - 2000).toUTCString()
  expect((await clinic.send(`GET /Patient/${id}`, { ifModifiedSince: at })).status).toBe(304)
  expect((await clinic.send(`GET /Patient/${id}`, { ifModifiedSince: before })).status).toBe(200)
  expect((await clinic.send(`GET /Patient/${id}`, { ifModifiedSince: 'yesterday' })).status).toBe(200)
  const both = { ifModifiedSince: at, ifNoneMatch: 'W/"2"' }
  expect((await clinic.send(`GET /Patient/${id}`, both)).status).toBe(200)
})

test.each([
  ['GET /Patient/nobody', 404],
  ['GET /Patient/nobody/_history/1', 404],
  ['GET /Patient/:id/_history/2', 404],
  ['GET /Patient/:id/_history/0', 404],
  ['GET /Patient/:id/_history/one', 404],
  ['GET /Observation/:id', 404],
])('%s answers %i', async (line, status) => {
  expect((await clinic.send(line.replace(':id', id))).status).toBe(status)
})

test('what a caller may not see is not there', async () => {
  const stranger = principal('patient/*.rs', { patient: 'someone-else' })
  expect((await clinic.send(`GET /Patient/${id}`, { as: stranger })).status).toBe(404)
  expect((await clinic.send(`GET /Patient/${id}/_history/1`, { as: stranger })).status).toBe(404)
  const self = principal('patient/*.rs', { patient: id })
  expect((await clinic.send(`GET /Patient/${id}`, { as: self })).status).toBe(200)
  const elsewhere = principal('system/*.cruds', { tenant: 'north' })
  expect((await clinic.send(`GET /Patient/${id}`, { as: elsewhere })).status).toBe(404)
  const other = principal('system/Observation.rs')
  expect((await clinic.send(`GET /Patient/${id}`, { as: other })).status).toBe(403)
})

test.each([
  ['_summary=true', ['resourceType', 'id', 'meta', 'name', 'birthDate']],
  ['_summary=text', ['resourceType', 'id', 'meta', 'text']],
  ['_summary=data', ['resourceType', 'id', 'meta', 'name', 'birthDate', 'photo', 'contact']],
  ['_elements=photo,text', ['resourceType', 'id', 'meta', 'text', 'photo']],
  [
    '_elements=Patient.photo,text.status,Observation.birthDate',
    ['resourceType', 'id', 'meta', 'text', 'photo'],
  ],
])('%s gives that part and says that it is one', async (query, elements) => {
  const { status, json } = await clinic.send(`GET /Patient/${id}?${query}`)
  expect(status).toBe(200)
  expect(Object.keys(json).sort()).toEqual(elements.sort())
  expect(json.meta).toMatchObject({ versionId: '1', tag: [{ code: 'SUBSETTED' }] })
})

test('_summary=false is the whole, an unknown word is refused', async () => {
  expect((await clinic.send(`GET /Patient/${id}?_summary=false`)).text).toBe(created.text)
  expect((await clinic.send(`GET /Patient/${id}?_summary=short`)).status).toBe(400)
})
