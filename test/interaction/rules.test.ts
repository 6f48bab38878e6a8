import { expect, test } from 'vitest'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { WriteRule } from '#interaction/write-rule.ts'
import { openClinic, patient } from './open-clinic.ts'

const flag = (id: string) => ({ resourceType: 'Basic', id, code: { text: 'flag' } })

/** Every patient keeps a Basic of the same id; deleting the patient deletes it. */
const flagged: WriteRule = {
  name: 'flag each patient',
  types: ['Patient'],
  async apply({ id, after }, tx) {
    const before = await tx.read('Basic', id)
    const key = { type: 'Basic', id, ...(before !== undefined && { before }) }
    if (after === undefined) return [{ ...key, method: 'DELETE' }]
    return [{ ...key, method: 'PUT', after: flag(id) }]
  },
}

const noSmiths: WriteRule = {
  name: 'no Smiths',
  types: ['Patient'],
  async apply({ after }) {
    if (JSON.stringify(after)?.includes('Smith')) throw new Refusal('business-rule', 'We are full of Smiths.')
    return []
  },
}

test('a rule vetoes a write, and nothing of it stays', async () => {
  await using clinic = await openClinic({ rules: [flagged, noSmiths] })
  const answer = await clinic.send('PUT /Patient/r1', { body: patient('Smith', { id: 'r1' }) })
  expect(answer.status).toBe(422)
  expect((await clinic.send('GET /Patient/r1')).status).toBe(404)
  expect((await clinic.send('GET /Basic/r1')).status).toBe(404)
})

test('what follows from a write is written with it, whatever the interaction', async () => {
  await using clinic = await openClinic({ rules: [flagged] })
  const { json } = await clinic.send('POST /Patient', { body: patient('Ngata') })
  expect((await clinic.send(`GET /Basic/${json.id}`)).json.meta).toMatchObject({ versionId: '1' })
  await clinic.send(`PUT /Patient/${json.id}`, { body: patient('Reid', { id: json.id }) })
  expect((await clinic.send(`GET /Basic/${json.id}`)).json.meta).toMatchObject({ versionId: '2' })
  await clinic.send(`DELETE /Patient/${json.id}`)
  expect((await clinic.send(`GET /Basic/${json.id}`)).status).toBe(410)
})

test('a rule sees what will be stored, id and version included, and what was', async () => {
  const seen: { before: number | undefined; after: Resource | undefined }[] = []
  const witness: WriteRule = {
    name: 'witness',
    types: ['Patient'],
    async apply({ before, after }) {
      seen.push({ before: before?.version, after })
      return []
    },
  }
  await using clinic = await openClinic({ rules: [witness] })
  await clinic.send('PUT /Patient/r2', { body: patient('A', { id: 'r2' }) })
  await clinic.send('PUT /Patient/r2', { body: patient('B', { id: 'r2' }) })
  await clinic.send('PUT /Organization/r2', { body: { resourceType: 'Organization', id: 'r2', name: 'x' } })
  expect(seen).toMatchObject([
    { before: undefined, after: { id: 'r2', meta: { versionId: '1' } } },
    { before: 1, after: { id: 'r2', meta: { versionId: '2' } } },
  ])
})

test('rules that answer each other come to an end', async () => {
  const echo: WriteRule = {
    name: 'echo',
    types: ['Basic'],
    async apply({ id }, tx) {
      const before = await tx.read('Organization', id)
      const after = { resourceType: 'Organization', id, name: 'echo' }
      return [{ method: 'PUT', type: 'Organization', id, after, ...(before !== undefined && { before }) }]
    },
  }
  const back: WriteRule = {
    name: 'back',
    types: ['Organization'],
    async apply({ id }, tx) {
      const before = await tx.read('Basic', id)
      return [{ method: 'PUT', type: 'Basic', id, after: flag(id), ...(before !== undefined && { before }) }]
    },
  }
  await using clinic = await openClinic({ rules: [flagged, echo, back] })
  expect((await clinic.send('PUT /Patient/r3', { body: patient('A', { id: 'r3' }) })).status).toBe(201)
  expect((await clinic.send('GET /Organization/r3')).status).toBe(200)
})
