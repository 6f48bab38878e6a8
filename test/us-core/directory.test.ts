import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyOf, openUsCoreClinic, seeded, type UsCoreClinic } from './us-core-clinic.ts'

let clinic: UsCoreClinic
beforeAll(async () => {
  clinic = await openUsCoreClinic()
})
afterAll(() => clinic[Symbol.asyncDispose]())

describe('whoever is in use is not deleted', () => {
  const roster = (id: string, actor: string, active = true) => ({
    resourceType: 'Schedule',
    id,
    active,
    actor: [{ reference: actor }],
  })

  test('a practitioner with a live role stays, and goes when the role has ended', async () => {
    const doctor = { ...copyOf('us-core-doctor'), id: 'leaving' }
    await clinic.send('PUT', 'Practitioner/leaving', doctor)
    const role = {
      ...copyOf('us-core-role'),
      id: 'leaving',
      practitioner: { reference: 'Practitioner/leaving' },
    }
    await clinic.send('PUT', 'PractitionerRole/leaving', role)
    const { status, json } = await clinic.send('DELETE', 'Practitioner/leaving')
    expect(status).toBe(409)
    expect(json.issue?.[0]?.diagnostics).toContain('PractitionerRole/leaving: end the role')
    await clinic.send('PUT', 'PractitionerRole/leaving', { ...role, active: false })
    expect((await clinic.send('DELETE', 'Practitioner/leaving')).status).toBe(204)
  })

  test('a practitioner with a live schedule stays, and goes when the schedule is inactive', async () => {
    await clinic.send('PUT', 'Practitioner/rostered', { ...copyOf('us-core-nurse'), id: 'rostered' })
    await clinic.send('PUT', 'Schedule/nurse', roster('nurse', 'Practitioner/rostered'))
    expect((await clinic.send('DELETE', 'Practitioner/rostered')).status).toBe(409)
    await clinic.send('PUT', 'Schedule/nurse', roster('nurse', 'Practitioner/rostered', false))
    expect((await clinic.send('DELETE', 'Practitioner/rostered')).status).toBe(204)
  })

  test.each([
    ['Schedule', roster('room', 'Location/annex'), { active: false }],
    ['Appointment', visit('visit', 'Location/annex'), { status: 'cancelled' }],
  ])('a location that a living %s names stays', async (type, user, over) => {
    await clinic.send('PUT', 'Location/annex', { ...copyOf('us-core-south-wing'), id: 'annex' })
    expect((await clinic.send('PUT', `${type}/${user.id}`, user)).status).toBe(201)
    const { status, json } = await clinic.send('DELETE', 'Location/annex')
    expect(status).toBe(409)
    expect(json.issue?.[0]).toMatchObject({ code: 'conflict', expression: ['Location'] })
    expect((await clinic.send('PUT', `${type}/${user.id}`, { ...user, ...over })).status).toBe(200)
    expect((await clinic.send('DELETE', 'Location/annex')).status).toBe(204)
  })

  test('a conditional delete and one in a transaction meet the same rule', async () => {
    expect((await clinic.send('DELETE', 'Practitioner?identifier=1234567893')).status).toBe(409)
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ request: { method: 'DELETE', url: 'Location/us-core-south-wing' } }],
    }
    expect((await clinic.send('POST', '', bundle)).status).toBe(409)
  })
})

function visit(id: string, place: string) {
  return {
    resourceType: 'Appointment',
    id,
    status: 'booked',
    start: '2036-03-03T09:00:00Z',
    end: '2036-03-03T09:30:00Z',
    participant: ['Patient/us-core-amy', place].map((reference) => ({
      actor: { reference },
      status: 'accepted',
    })),
  }
}

describe('nothing is part of itself', () => {
  const house = (id: string, above?: string) => ({
    resourceType: 'Organization',
    id,
    active: true,
    name: `House ${id}`,
    ...(above !== undefined && { partOf: { reference: `Organization/${above}` } }),
  })

  test('not at once, and not by way of others', async () => {
    await clinic.send('PUT', 'Organization/top', house('top'))
    await clinic.send('PUT', 'Organization/middle', house('middle', 'top'))
    await clinic.send('PUT', 'Organization/low', house('low', 'middle'))
    for (const [id, above] of [
      ['top', 'top'],
      ['top', 'low'],
      ['middle', 'low'],
    ] as const) {
      const { status, json } = await clinic.send('PUT', `Organization/${id}`, house(id, above))
      expect(status).toBe(422)
      expect(json.issue?.[0]).toMatchObject({ code: 'business-rule', expression: ['Organization.partOf'] })
    }
    expect((await clinic.send('PUT', 'Organization/low', house('low', 'top'))).status).toBe(200)
  })

  test('not in one transaction, nor when two make it at the same time', async () => {
    const entry = (id: string, above: string) => ({
      resource: house(id, above),
      request: { method: 'PUT', url: `Organization/${id}` },
    })
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [entry('a', 'b'), entry('b', 'a')] }
    expect((await clinic.send('POST', '', bundle)).status).toBe(422)
    await clinic.send('PUT', 'Organization/c', house('c'))
    await clinic.send('PUT', 'Organization/d', house('d'))
    const both = await Promise.all([
      clinic.send('PUT', 'Organization/c', house('c', 'd')),
      clinic.send('PUT', 'Organization/d', house('d', 'c')),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422])
  })
})

test('location and contact of a practitioner are found by the role', async () => {
  const search = 'PractitionerRole?practitioner=us-core-doctor&_include=PractitionerRole:location'
  expect(await clinic.found(search)).toEqual([
    'include Location/us-core-south-wing',
    'match PractitionerRole/us-core-role',
  ])
  const { json } = await clinic.send('GET', 'PractitionerRole/us-core-role')
  expect(json).toMatchObject({ telecom: [{ system: 'phone' }], endpoint: [{}] })
})

test('everything that a seeded resource refers to can be read', async () => {
  const references = new Set(
    seeded.flatMap((resource) =>
      [...JSON.stringify(resource).matchAll(/"reference":"([^"]+)"/g)].map(([, reference]) => reference),
    ),
  )
  expect(references.size).toBeGreaterThan(6)
  for (const reference of references)
    expect((await clinic.send('GET', String(reference))).status, reference).toBe(200)
})

test.each([
  ['PractitionerRole/us-core-role', ['DocumentReference', 'Encounter']],
  ['Location/us-core-south-wing', ['Encounter']],
  ['Patient/us-core-amy', ['Provenance', 'Encounter', 'DocumentReference']],
])('the tester reaches %s from what else is seeded', (target, types) => {
  const from = seeded.filter((resource) => JSON.stringify(resource).includes(`"reference":"${target}"`))
  expect(from.map(({ resourceType }) => resourceType)).toEqual(expect.arrayContaining(types))
})

test('a Provenance targets the test patient and comes along when asked for', async () => {
  expect(await clinic.found('Patient?_id=us-core-amy&_revinclude=Provenance:target')).toEqual([
    'include Provenance/us-core-entered',
    'match Patient/us-core-amy',
  ])
})
