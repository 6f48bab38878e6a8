import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Answer, type Caller, callAs, entry, instanceOf } from '../bundle/caller.ts'

let server: TestServer
let caller: Caller
/** `Type/id` of what the record below holds, by a short name. */
let ids: Record<string, string>

beforeAll(async () => {
  server = await startTestServer()
  caller = await callAs(server)
  const observations = Array.from({ length: 30 }, (_, i) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: `o${i}` },
    subject: { reference: 'urn:uuid:ada' },
    performer: [{ reference: 'urn:uuid:doctor' }],
    effectiveDateTime: `2024-${String((i % 12) + 1).padStart(2, '0')}-15`,
  }))
  const record: Record<string, object> = {
    ada: { resourceType: 'Patient', managingOrganization: { reference: 'urn:uuid:clinic' } },
    bob: { resourceType: 'Patient', name: [{ family: 'Bob' }] },
    doctor: { resourceType: 'Practitioner', name: [{ family: 'Doctor' }] },
    clinic: { resourceType: 'Organization', name: 'Clinic' },
    stranger: { resourceType: 'Practitioner', name: [{ family: 'Stranger' }] },
    condition: { resourceType: 'Condition', code: { text: 'c' }, subject: { reference: 'urn:uuid:ada' } },
    visit: {
      resourceType: 'Appointment',
      status: 'booked',
      start: '2026-03-02T09:00:00Z',
      end: '2026-03-02T09:30:00Z',
      participant: [
        { actor: { reference: 'urn:uuid:ada' }, status: 'accepted' },
        { actor: { reference: 'urn:uuid:bob' }, status: 'accepted' },
      ],
    },
    bobs: { resourceType: 'Condition', code: { text: 'b' }, subject: { reference: 'urn:uuid:bob' } },
    ...Object.fromEntries(observations.map((one, i) => [`o${i}`, one])),
  }
  const answer = await caller.post(
    'transaction',
    Object.entries(record).map(([name, resource]) =>
      entry('POST', (resource as { resourceType: string }).resourceType, resource, {
        fullUrl: `urn:uuid:${name}`,
      }),
    ),
  )
  expect(answer.status).toBe(200)
  ids = Object.fromEntries(Object.keys(record).map((name, i) => [name, instanceOf(answer, i)]))
})
afterAll(() => server.close())

function keysOf(answer: Answer, mode?: string): string[] {
  return (answer.bundle.entry ?? [])
    .filter(({ search }) => mode === undefined || search?.mode === mode)
    .map(({ resource }) => `${resource?.resourceType}/${resource?.id}`)
}

/** All pages, with the number of matches on each. */
async function readAll(
  from: Caller,
  path: string,
): Promise<{ matches: string[]; included: Set<string>; pages: number[] }> {
  const matches: string[] = []
  const included = new Set<string>()
  const pages: number[] = []
  let next: string | undefined = path
  while (next !== undefined) {
    const answer: Answer = await from.send('GET', next)
    expect(answer.status).toBe(200)
    expect(answer.bundle.type).toBe('searchset')
    const page = keysOf(answer, 'match')
    matches.push(...page)
    pages.push(page.length)
    for (const key of keysOf(answer, 'include')) included.add(key)
    next = answer.bundle.link?.find(({ relation }) => relation === 'next')?.url
  }
  return { matches, included, pages }
}

const own = () =>
  [ids.ada, ids.condition, ids.visit, ...Array.from({ length: 30 }, (_, i) => ids[`o${i}`])].toSorted()

describe('Patient/$everything', () => {
  test('answers the whole record and what it refers to, and nothing of others', async () => {
    const { matches, included } = await readAll(caller, `${ids.ada}/$everything`)
    expect(matches.toSorted()).toEqual(own())
    expect(matches[0]).toBe(ids.ada)
    expect([...included].toSorted()).toEqual([ids.clinic, ids.doctor].toSorted())
  })

  test.each([1, 7, 33, 1000])('in pages of %i: none twice, none missed', async (count) => {
    const { matches, pages } = await readAll(caller, `${ids.ada}/$everything?_count=${count}`)
    expect(matches.toSorted()).toEqual(own())
    expect(Math.max(...pages)).toBeLessThanOrEqual(count)
  })

  test('by POST with Parameters, whose pages go on by GET', async () => {
    const answer = await caller.send('POST', `${ids.ada}/$everything`, {
      resourceType: 'Parameters',
      parameter: [
        { name: '_count', valueInteger: 20 },
        { name: '_type', valueCode: 'Observation' },
      ],
    })
    expect(keysOf(answer)).toHaveLength(20)
    const next = answer.bundle.link?.find(({ relation }) => relation === 'next')?.url ?? ''
    expect(keysOf(await caller.send('GET', next))).toHaveLength(10)
  })

  test('of some types only, those referred to among them', async () => {
    const conditions = await readAll(caller, `${ids.ada}/$everything?_type=Condition`)
    expect(conditions).toMatchObject({ matches: [ids.condition], included: new Set() })
    const doctors = await readAll(caller, `${ids.ada}/$everything?_type=Practitioner,Patient`)
    expect(doctors).toMatchObject({ matches: [ids.ada], included: new Set([ids.doctor]) })
    expect((await caller.send('GET', `${ids.ada}/$everything?_type=Unicorn`)).status).toBe(400)
  })

  test('of care in a time; what has no date stays', async () => {
    const { matches } = await readAll(
      caller,
      `${ids.ada}/$everything?start=2024-03-01&end=2024-04&_type=Observation,Condition`,
    )
    const expected = [2, 3, 14, 15, 26, 27].map((i) => ids[`o${i}`])
    expect(matches.toSorted()).toEqual([...expected, ids.condition].toSorted())
  })

  test('of what has changed since', async () => {
    const { resource } = await caller.send('GET', `${ids.condition}`)
    const since = new Date(Date.now() + 5).toISOString()
    await new Promise((resolve) => setTimeout(resolve, 10))
    await caller.send('PUT', `${ids.condition}`, { ...resource, note: [{ text: 'changed' }] })
    const { matches } = await readAll(caller, `${ids.ada}/$everything?_since=${since}`)
    expect(matches).toEqual([ids.condition])
  })

  test('shows AuditEvents only to whom asks for them', async () => {
    await caller.send('GET', `${ids.bob}`)
    const { matches } = await readAll(caller, `${ids.bob}/$everything`)
    expect(matches.some((key) => key.startsWith('AuditEvent/'))).toBe(false)
  })

  test("shows a patient their own record, as far as their scopes go, and nobody else's", async () => {
    const ada = await callAs(server, {
      scope: 'patient/Patient.rs patient/Condition.rs',
      patient: (ids.ada ?? '').slice(8),
    })
    const { matches } = await readAll(ada, `${ids.ada}/$everything`)
    expect(matches).toEqual([ids.ada, ids.condition])
    expect((await ada.send('GET', `${ids.bob}/$everything`)).status).toBe(404)
    const writer = await callAs(server, { scope: 'system/Patient.c' })
    expect((await writer.send('GET', `${ids.ada}/$everything`)).status).toBe(403)
  })

  test('of nobody is not found', async () => {
    expect((await caller.send('GET', 'Patient/nobody/$everything')).status).toBe(404)
  })

  test.each([
    '_count=0',
    '_count=x',
    'start=2026-02-30',
    '_since=yesterday',
    '_page=made-up',
    'start=2024&start=2025',
  ])('refuses %s', async (query) => {
    const answer = await caller.send('GET', `${ids.ada}/$everything?${query}`)
    expect(answer.status).toBe(400)
  })

  test('a link to a page is good for its own record and caller alone', async () => {
    const answer = await caller.send('GET', `${ids.ada}/$everything?_count=5`)
    const next = answer.bundle.link?.find(({ relation }) => relation === 'next')?.url ?? ''
    expect((await caller.send('GET', next.replace(ids.ada ?? '', ids.bob ?? ''))).status).toBe(400)
    expect((await caller.send('GET', next.replace('_count=5', '_count=6'))).status).toBe(400)
  })

  test('pages hold while the record grows', async () => {
    const seen: string[] = []
    let next: string | undefined = `${ids.ada}/$everything?_count=5&_type=Observation`
    for (let i = 0; next !== undefined; i++) {
      const answer: Answer = await caller.send('GET', next)
      seen.push(...keysOf(answer))
      const more = {
        resourceType: 'Observation',
        status: 'final',
        code: { text: `more${i}` },
        subject: { reference: ids.ada },
      }
      if (i < 5) await caller.send('POST', 'Observation', more)
      next = answer.bundle.link?.find(({ relation }) => relation === 'next')?.url
    }
    expect(new Set(seen).size).toBe(seen.length)
    for (let i = 0; i < 30; i++) expect(seen).toContain(ids[`o${i}`])
  })
})
