import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, base, type Clinic, openClinic, patient, principal } from './open-clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
  await clinic.send('PUT /Organization/org', {
    body: { resourceType: 'Organization', id: 'org', name: 'Ward' },
  })
  for (let index = 0; index < 25; index++) {
    const managingOrganization = { reference: 'Organization/org' }
    const id = `s${String(index).padStart(2, '0')}`
    await clinic.send(`PUT /Patient/${id}`, {
      body: patient('Ngata', { id, active: true, managingOrganization }),
    })
  }
})
afterAll(() => clinic[Symbol.asyncDispose]())

interface Entry {
  readonly fullUrl?: string
  readonly resource: { resourceType: string; id: string; issue?: { expression: string[] }[]; meta: object }
  readonly search: { mode: string }
}

const entriesOf = ({ json }: Answer) => (json.entry ?? []) as unknown as Entry[]
const linksOf = ({ json }: Answer) =>
  Object.fromEntries(
    (json.link as unknown as { relation: string; url: string }[]).map(({ relation, url }) => [relation, url]),
  )
const follow = (url: string | undefined) => `GET ${url?.slice(base.length)}`

test('a search answers a bundle of matches as they are stored', async () => {
  const answer = await clinic.send('GET /Patient?_id=s03')
  expect(answer.json).toMatchObject({ resourceType: 'Bundle', type: 'searchset' })
  expect(entriesOf(answer)).toMatchObject([
    { fullUrl: `${base}/Patient/s03`, resource: { id: 's03' }, search: { mode: 'match' } },
  ])
  expect(answer.text).toContain((await clinic.send('GET /Patient/s03')).text)
  expect(linksOf(answer).self).toBe(`${base}/Patient?_id=s03`)
})

test('nothing found is an empty bundle without entries', async () => {
  const answer = await clinic.send('GET /Patient?_id=nobody')
  expect(answer.status).toBe(200)
  expect(answer.json.entry).toBeUndefined()
})

test('pages are walked by their links, forwards and back, with the parameters kept', async () => {
  const seen: string[] = []
  let answer = await clinic.send('GET /Patient?family=ngata&active=true&_count=10')
  const first = answer
  let here: string | undefined = `${base}/Patient?family=ngata&active=true&_count=10`
  for (;;) {
    seen.push(...entriesOf(answer).map(({ resource }) => resource.id))
    expect(linksOf(answer).self).toBe(here)
    const { next } = linksOf(answer)
    if (next === undefined) break
    here = next
    answer = await clinic.send(follow(next))
    expect(answer.status).toBe(200)
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `s${String(index).padStart(2, '0')}`))
  const { previous } = linksOf(answer)
  const back = await clinic.send(follow(previous))
  expect(entriesOf(back).map(({ resource }) => resource.id)).toEqual(seen.slice(10, 20))
  expect(linksOf(back).first).toBe(linksOf(first).self)
})

test('an altered page link is refused', async () => {
  const { next } = linksOf(await clinic.send('GET /Patient?_count=10'))
  expect((await clinic.send(follow(`${next}x`))).status).toBe(400)
  expect((await clinic.send(follow(next?.replace('/Patient', '/Person')))).status).toBe(400)
  const other = principal('patient/*.rs', { patient: 's01' })
  expect((await clinic.send(follow(next), { as: other })).status).toBe(400)
})

test('an unknown parameter is left out of the self link and told of, or refused when the caller is strict', async () => {
  const answer = await clinic.send('GET /Patient?_id=s03&shoe-size=44')
  expect(linksOf(answer).self).toBe(`${base}/Patient?_id=s03`)
  const [match, outcome] = entriesOf(answer)
  expect(match?.search.mode).toBe('match')
  expect(outcome).toMatchObject({
    resource: { resourceType: 'OperationOutcome' },
    search: { mode: 'outcome' },
  })
  expect(outcome?.resource.issue?.[0]?.expression).toEqual(['shoe-size'])
  const strict = await clinic.send('GET /Patient?_id=s03&shoe-size=44', { prefer: 'handling=strict' })
  expect(strict.status).toBe(400)
})

test('the total is told when it is asked for', async () => {
  expect((await clinic.send('GET /Patient?family=ngata&_total=accurate&_count=3')).json.total).toBe(25)
  const count = await clinic.send('GET /Patient?family=ngata&_summary=count')
  expect(count.json).toMatchObject({ total: 25 })
  expect(entriesOf(count)).toEqual([])
  expect((await clinic.send('GET /Patient?family=ngata&_count=0')).json.total).toBe(25)
})

test('what an include brings is marked as such', async () => {
  const answer = await clinic.send('GET /Patient?_id=s03&_include=Patient:organization')
  expect(entriesOf(answer).map(({ fullUrl, search }) => [fullUrl, search.mode])).toEqual([
    [`${base}/Patient/s03`, 'match'],
    [`${base}/Organization/org`, 'include'],
  ])
})

test('a summary or some elements are a tagged part of each match', async () => {
  for (const query of ['_elements=active', '_summary=true', '_summary=data', '_summary=text']) {
    const [entry] = entriesOf(await clinic.send(`GET /Patient?_id=s03&${query}`))
    expect(entry?.resource.meta).toMatchObject({ tag: [{ code: 'SUBSETTED' }] })
  }
  const [entry] = entriesOf(await clinic.send('GET /Patient?_id=s03&_elements=active'))
  expect(Object.keys(entry?.resource ?? {})).toEqual(['resourceType', 'id', 'meta', 'active'])
})

test('a search of all types goes through what the caller may search', async () => {
  const found = entriesOf(await clinic.send('GET /?_type=Patient,Organization&_count=100'))
  expect(found).toHaveLength(26)
  const as = principal('system/Organization.s')
  const some = entriesOf(await clinic.send('GET /?_id=org,s03', { as }))
  expect(some.map(({ resource }) => resource.id)).toEqual(['org'])
  expect((await clinic.send('GET /?_type=Patient', { as })).status).toBe(403)
  expect((await clinic.send('GET /?_type=Ward')).status).toBe(400)
  expect((await clinic.send('GET /Patient', { as })).status).toBe(403)
})

test('a patient finds the own record alone, and counts it alone', async () => {
  const as = principal('patient/*.rs', { patient: 's07' })
  const answer = await clinic.send('GET /Patient?family=ngata&_total=accurate', { as })
  expect(entriesOf(answer).map(({ resource }) => resource.id)).toEqual(['s07'])
  expect(answer.json.total).toBe(1)
})
