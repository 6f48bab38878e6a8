import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Clinic, expectRefusal, openClinic } from './clinic.ts'

let clinic: Clinic
let versions: number

beforeAll(async () => {
  clinic = await openClinic()
  await clinic.send('/Patient/one', { method: 'PUT', body: { resourceType: 'Patient', id: 'one' } })
})
afterAll(() => clinic[Symbol.asyncDispose]())
beforeEach(async () => {
  versions = await clinic.countVersions()
})
afterEach(async () => {
  expect(await clinic.countVersions()).toBe(versions)
  expect(clinic.server.log()).not.toContain('MARKER')
})

interface Entry {
  readonly fullUrl?: string
  readonly resource?: unknown
  readonly request?: unknown
}

const patient = { resourceType: 'Patient', name: [{ family: 'MARKER-Zaphod' }] }
const create: Entry = { resource: patient, request: { method: 'POST', url: 'Patient' } }
const put = (id: string): Entry => ({
  resource: { ...patient, id },
  request: { method: 'PUT', url: `Patient/${id}` },
})
const send = (entry: readonly unknown[], type = 'transaction') =>
  clinic.send('', { body: { resourceType: 'Bundle', type, entry } })

describe('a transaction that cannot be is refused whole, and leaves nothing', () => {
  it('of 5,001 entries', async () => {
    await expectRefusal(await send(Array(5001).fill(create)), [400, 413, 422], { sentence: /5,?000/ })
    await expectRefusal(await send(Array(5001).fill(create), 'batch'), [400, 413, 422], {
      sentence: /5,?000/,
    })
  })

  it('with two entries for one resource', async () => {
    await expectRefusal(await send([put('two'), put('two')]), 400, { expression: /Bundle\.entry/ })
    await expectRefusal(await send([put('one'), { request: { method: 'DELETE', url: 'Patient/one' } }]), 400)
    await expectRefusal(
      await send([put('one'), { resource: [{}], request: { method: 'PATCH', url: 'Patient/one' } }]),
      [400, 422],
    )
  })

  it('with a reference to nothing', async () => {
    const observation = {
      resource: {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: 'Patient/nobody' },
      },
      request: { method: 'POST', url: 'Observation' },
    }
    await expectRefusal(await send([create, observation]), 422, { expression: /subject/ })
    const within = {
      ...observation,
      resource: {
        ...observation.resource,
        subject: { reference: 'urn:uuid:3a2b1c5d-0000-4000-8000-000000000000' },
      },
    }
    await expectRefusal(await send([create, within]), [400, 422])
    const conditional = {
      ...observation,
      resource: { ...observation.resource, subject: { reference: 'Patient?identifier=nobody' } },
    }
    await expectRefusal(await send([create, conditional]), [400, 412, 422])
  })

  it.each<[what: string, entry: unknown]>([
    ['no request', { resource: patient }],
    ['an unknown method', { resource: patient, request: { method: 'BREW', url: 'Patient' } }],
    ['a method that is no text', { resource: patient, request: { method: 7, url: 'Patient' } }],
    ['no address', { resource: patient, request: { method: 'POST' } }],
    [
      'an address outside',
      { resource: patient, request: { method: 'POST', url: 'https://elsewhere.example/fhir/Patient' } },
    ],
    [
      'an address up the tree',
      { resource: patient, request: { method: 'PUT', url: '../../c/north/fhir/Patient/x' } },
    ],
    [
      'an unknown type',
      { resource: { resourceType: 'Nonsense' }, request: { method: 'POST', url: 'Nonsense' } },
    ],
    ['another type', { resource: patient, request: { method: 'POST', url: 'Observation' } }],
    ['no resource', { request: { method: 'POST', url: 'Patient' } }],
    ['a resource that is none', { resource: 7, request: { method: 'POST', url: 'Patient' } }],
    [
      'an impossible date',
      { resource: { ...patient, birthDate: '2026-02-30' }, request: { method: 'POST', url: 'Patient' } },
    ],
    ['an id of 65 characters', put('a'.repeat(65))],
    ['broken percent signs', { request: { method: 'GET', url: 'Patient?family=%zz' } }],
    [
      'a version that is not the one',
      { ...put('one'), request: { method: 'PUT', url: 'Patient/one', ifMatch: 'W/"99"' } },
    ],
    [
      'a transaction inside',
      { resource: { resourceType: 'Bundle', type: 'transaction' }, request: { method: 'POST', url: '' } },
    ],
    ['null', null],
    ['text', 'x'],
  ])('with an entry that has %s', async (_what, entry) => {
    await expectRefusal(await send([create, entry]), [400, 404, 405, 412, 422])
  })

  it.each<[what: string, body: string]>([
    ['entries that are no list', '{"resourceType":"Bundle","type":"transaction","entry":{}}'],
    ['an unknown type', '{"resourceType":"Bundle","type":"nonsense"}'],
    ['no type', '{"resourceType":"Bundle"}'],
    ['no Bundle', '{"resourceType":"Patient"}'],
    ['nothing', ''],
  ])('a bundle of %s', async (_what, body) => {
    await expectRefusal(await clinic.send('', { method: 'POST', body }), [400, 422])
  })
})

describe('a batch', () => {
  it('answers each bad entry for itself', async () => {
    const response = await send(
      [
        { request: { method: 'GET', url: 'Patient/one' } },
        { request: { method: 'GET', url: 'Nonsense/one' } },
        { request: { method: 'GET', url: 'Patient?birthdate=2026-02-30' } },
        { request: { method: 'GET', url: 'Patient/%zz' } },
        { resource: patient, request: { method: 'POST', url: 'Observation' } },
      ],
      'batch',
    )
    expect(response.status).toBe(200)
    const { entry } = (await response.json()) as {
      entry: { response: { status: string; outcome?: unknown } }[]
    }
    expect(entry.map(({ response: { status } }) => status.slice(0, 3))).toEqual([
      '200',
      '404',
      '400',
      '400',
      '400',
    ])
    expect(entry[1]?.response.outcome).toMatchObject({ resourceType: 'OperationOutcome' })
  })
})
