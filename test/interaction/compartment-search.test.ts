import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEntryRequest } from '#interaction/bundle/entry-request.ts'
import { type Answer, type Clinic, openClinic, patient, principal, toRequest } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
  const put = async (type: string, id: string, rest: object) => {
    const answer = await clinic.send(`PUT /${type}/${id}`, { body: { resourceType: type, id, ...rest } })
    expect([answer.status, answer.text]).toEqual([201, expect.anything()])
  }
  await put('Patient', 'ann', patient('Ann'))
  await put('Patient', 'bob', patient('Bob'))
  await put('Practitioner', 'adams', { name: [{ family: 'Adams' }] })
  const observation = (subject: string, status: string, more: object = {}) => ({
    status,
    code: { text: 'weight' },
    subject: { reference: `Patient/${subject}` },
    ...more,
  })
  await put('Observation', 'a1', observation('ann', 'final'))
  await put(
    'Observation',
    'a2',
    observation('ann', 'amended', { performer: [{ reference: 'Practitioner/adams' }] }),
  )
  await put('Observation', 'b1', observation('bob', 'final'))
  // By R4's definition what a patient performed on somebody else is theirs too.
  await put('Observation', 'b2', observation('bob', 'final', { performer: [{ reference: 'Patient/ann' }] }))
})
afterAll(() => clinic[Symbol.asyncDispose]())

interface Page {
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly { readonly resource: { readonly id: string } }[]
}
const idsOf = ({ json }: Answer) => ((json as unknown as Page).entry ?? []).map(({ resource }) => resource.id)
const linkOf = ({ json }: Answer, relation: string) =>
  (json as unknown as Page).link.find((link) => link.relation === relation)?.url ?? ''
const below = (url: string) => url.slice(url.indexOf('/Observation'))

test.each([
  ['/Patient/ann/Observation', ['a1', 'a2', 'b2']],
  ['/Patient/ann/Observation?status=final', ['a1', 'b2']],
  ['/Patient/bob/Observation', ['b1', 'b2']],
  ['/Practitioner/adams/Observation', ['a2']],
  ['/Patient/ann/Patient', ['ann']],
  ['/Patient/nobody/Observation', []],
  ['/Observation?_compartment=Patient/ann&_compartment=Practitioner/adams', ['a2']],
])('%s finds what belongs there', async (path, ids) => {
  const answer = await clinic.send(`GET ${path}`)
  expect([answer.status, idsOf(answer)]).toEqual([200, ids])
})

test('its pages go on in the same compartment, and in no other', async () => {
  const first = await clinic.send('GET /Patient/ann/Observation?_count=2')
  expect(linkOf(first, 'self')).toMatch(/\/Observation\?_compartment=Patient\/ann&_count=2$/)
  const next = below(linkOf(first, 'next'))
  const second = await clinic.send(`GET ${next}`)
  expect([idsOf(first), idsOf(second)]).toEqual([['a1', 'a2'], ['b2']])
  expect(linkOf(second, 'self')).toBe(linkOf(first, 'next'))
  expect(linkOf(second, 'first')).toBe(linkOf(first, 'self'))
  expect((await clinic.send(`GET ${next.replace('Patient/ann', 'Patient/bob')}`)).status).toBe(400)
})

test.each([
  ['/Patient/ann/Organization', 400],
  ['/Location/ann/Observation', 404],
  ['/Observation?_compartment=Location/1', 400],
  ['/Observation?_compartment=Patient/1/2', 400],
  ['/?_compartment=Patient/ann', 400],
])('%s is refused with %i, and never taken as everything', async (path, status) => {
  expect((await clinic.send(`GET ${path}`)).status).toBe(status)
})

test('the caller sees there what any search would show them', async () => {
  const own = principal('patient/Observation.rs', { patient: 'bob' })
  expect(idsOf(await clinic.send('GET /Patient/ann/Observation', { as: own }))).toEqual(['b2'])
  const other = principal('system/Patient.rs')
  expect((await clinic.send('GET /Patient/ann/Observation', { as: other })).status).toBe(403)
})

test('an entry of a batch may ask so too', () => {
  const bundle = toRequest('POST /', { body: { resourceType: 'Bundle', type: 'batch' } })
  const entry = { index: 0, method: 'GET', url: 'Patient/ann/Observation?status=final' } as const
  expect(buildEntryRequest(entry as never, bundle, () => true)).toMatchObject({
    interaction: 'search-type',
    type: 'Observation',
    query: [
      ['_compartment', 'Patient/ann'],
      ['status', 'final'],
    ],
  })
})
