import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Clinic, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic[Symbol.asyncDispose]())

const tagged = (code: string) => patient('Tagged', { identifier: [{ value: code }] })

test('what was deleted is gone, its history is not', async () => {
  await clinic.send('PUT /Patient/d1', { body: patient('A', { id: 'd1' }) })
  expect(await clinic.send('DELETE /Patient/d1')).toMatchObject({ status: 204, text: '', etag: 'W/"2"' })
  expect((await clinic.send('GET /Patient/d1')).status).toBe(410)
  expect((await clinic.send('GET /Patient/d1/_history/2')).status).toBe(410)
  expect((await clinic.send('GET /Patient/d1/_history/1')).status).toBe(200)
  expect((await clinic.send('GET /Patient?_id=d1&_summary=count')).json.total).toBe(0)
  const { json } = await clinic.send('GET /Patient/d1/_history')
  expect(json.total).toBe(2)
})

test('deleting again, or what never was, is no error', async () => {
  await clinic.send('PUT /Patient/d2', { body: patient('A', { id: 'd2' }) })
  await clinic.send('DELETE /Patient/d2')
  expect((await clinic.send('DELETE /Patient/d2')).status).toBe(204)
  expect((await clinic.send('DELETE /Patient/nobody')).status).toBe(204)
  expect((await clinic.send('GET /Patient/d2/_history')).json.total).toBe(2)
  const told = await clinic.send('DELETE /Patient/d2', { prefer: 'return=OperationOutcome' })
  expect(told).toMatchObject({ status: 200, json: { resourceType: 'OperationOutcome' } })
})

test('an update brings it back with the next version', async () => {
  await clinic.send('PUT /Patient/d3', { body: patient('A', { id: 'd3' }) })
  await clinic.send('DELETE /Patient/d3')
  const answer = await clinic.send('PUT /Patient/d3', { body: patient('B', { id: 'd3' }) })
  expect(answer).toMatchObject({ status: 201, etag: 'W/"3"' })
  expect((await clinic.send('GET /Patient/d3')).status).toBe(200)
})

test('If-Match guards a delete too', async () => {
  await clinic.send('PUT /Patient/d4', { body: patient('A', { id: 'd4' }) })
  expect((await clinic.send('DELETE /Patient/d4', { ifMatch: 'W/"2"' })).status).toBe(412)
  expect((await clinic.send('DELETE /Patient/d4', { ifMatch: 'W/"1"' })).status).toBe(204)
})

test('a patient cannot delete what is not theirs, nor learn that it is there', async () => {
  await clinic.send('PUT /Patient/d5', { body: patient('A', { id: 'd5' }) })
  const as = principal('patient/*.cruds', { patient: 'd6' })
  expect((await clinic.send('DELETE /Patient/d5', { as })).status).toBe(404)
  expect((await clinic.send('DELETE /Patient/nobody', { as })).status).toBe(404)
  expect((await clinic.send('GET /Patient/d5')).status).toBe(200)
  expect((await clinic.send('DELETE /Patient/d5', { as: principal('system/Patient.r') })).status).toBe(403)
})

test('AuditEvents stay', async () => {
  expect((await clinic.send('DELETE /AuditEvent/a1')).status).toBe(405)
})

test('a conditional delete takes the one match', async () => {
  await clinic.send('POST /Patient', { body: tagged('e1') })
  expect((await clinic.send('DELETE /Patient?identifier=e1')).status).toBe(204)
  expect((await clinic.send('GET /Patient?identifier=e1&_summary=count')).json.total).toBe(0)
  expect((await clinic.send('DELETE /Patient?identifier=e1')).status).toBe(204)
  expect((await clinic.send('DELETE /Patient')).status).toBe(400)
})

test('a conditional delete of several is refused unless the clinic wants it', async () => {
  await clinic.send('POST /Patient', { body: tagged('e2') })
  await clinic.send('POST /Patient', { body: tagged('e2') })
  expect((await clinic.send('DELETE /Patient?identifier=e2')).status).toBe(412)
  expect((await clinic.send('GET /Patient?identifier=e2&_summary=count')).json.total).toBe(2)
})

test('a clinic that wants it deletes several at once, up to its limit', async () => {
  const settings = { conditionalDeleteMultiple: true, conditionalDeleteLimit: 3 }
  await using generous = await openClinic({ settings })
  for (const code of ['f1', 'f1', 'f1', 'f2', 'f2', 'f2', 'f2']) {
    await generous.send('POST /Patient', { body: tagged(code) })
  }
  expect((await generous.send('DELETE /Patient?identifier=f1')).status).toBe(204)
  expect((await generous.send('DELETE /Patient?identifier=f2')).status).toBe(412)
  expect((await generous.send('GET /Patient?_summary=count')).json.total).toBe(4)
})
