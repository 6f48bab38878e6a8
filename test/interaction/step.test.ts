import { afterAll, beforeAll, expect, test } from 'vitest'
import { Refusal } from '#fhir/refusal.ts'
import { auditTrail, type Clinic, openClinic, patient, principal, toRequest } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic[Symbol.asyncDispose]())

const caller = principal('system/*.cruds')

test('a step sees what the steps before it wrote', async () => {
  const { road, database } = clinic
  await database.openStore(caller).transaction(async (tx) => {
    const created = await road.step(toRequest('POST /Patient', { body: patient('Step') }), caller, {
      tx,
      id: 'set-aside',
    })
    expect(created).toMatchObject({ status: 201 })
    expect((await road.step(toRequest('GET /Patient/set-aside'), caller, { tx })).status).toBe(200)
    const found = await road.step(toRequest('GET /Patient?family=step'), caller, { tx })
    expect(found.body).toContain('set-aside')
    const body = patient('Step', { id: 'set-aside' })
    const updated = await road.step(toRequest('PUT /Patient/set-aside', { body, ifMatch: 'W/"1"' }), caller, {
      tx,
    })
    expect(updated.etag).toBe('W/"2"')
  })
  expect((await clinic.send('GET /Patient/set-aside')).etag).toBe('W/"2"')
})

test('a refused step takes the whole transaction with it, events included', async () => {
  const before = await auditTrail(clinic.database)
  const { road, database } = clinic
  const failing = database.openStore(caller).transaction(async (tx) => {
    await road.step(toRequest('PUT /Patient/step2', { body: patient('A', { id: 'step2' }) }), caller, { tx })
    await road.step(toRequest('GET /Patient/nobody'), caller, { tx })
  })
  await expect(failing).rejects.toThrow(Refusal)
  expect((await clinic.send('GET /Patient/step2')).status).toBe(404)
  expect(await auditTrail(clinic.database)).toHaveLength(before.length + 1)
})

test('current versions loaded ahead are not loaded again', async () => {
  await clinic.send('PUT /Patient/step3', { body: patient('A', { id: 'step3' }) })
  const { road, database } = clinic
  const response = await database.openStore(caller).transaction(async (tx) => {
    const [current] = await tx.readMany([{ type: 'Patient', id: 'step3' }])
    const known = new Map([
      ['Patient/step3', current],
      ['Patient/step4', undefined],
    ])
    await road.step(toRequest('PUT /Patient/step4', { body: patient('B', { id: 'step4' }) }), caller, {
      tx,
      current: known,
    })
    return road.step(toRequest('PUT /Patient/step3', { body: patient('B', { id: 'step3' }) }), caller, {
      tx,
      current: known,
    })
  })
  expect(response.etag).toBe('W/"2"')
})

test('an operation writes by the same rules: shape, compartment, audit', async () => {
  await clinic.send('PUT /Patient/step5', { body: patient('A', { id: 'step5' }) })
  const { road, database } = clinic
  const request = toRequest('POST /Patient/step5/$meta-add', { body: { resourceType: 'Parameters' } })
  const write = (as: typeof caller, after: ReturnType<typeof patient>) =>
    database.openStore(as).transaction(async (tx) => {
      const before = await database.asSystem('main').read('Patient', 'step5')
      const change = {
        method: 'PUT',
        type: 'Patient',
        id: 'step5',
        after,
        ...(before && { before }),
      } as const
      return road.write(change, tx, request, as)
    })
  const stored = await write(caller, patient('B', { id: 'step5' }))
  expect(stored).toMatchObject({ version: 2, deleted: false })
  expect((await clinic.send('GET /Patient/step5')).text).toBe(stored.text)
  await expect(write(caller, patient('B', { colour: 'red' }))).rejects.toMatchObject({ kind: 'invalid' })
  const stranger = principal('patient/*.cruds', { patient: 'other' })
  await expect(write(stranger, patient('C'))).rejects.toMatchObject({ kind: 'forbidden' })
})
