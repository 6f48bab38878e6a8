import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { type Caller, callAs } from '../bundle/caller.ts'

let server: TestServer
let caller: Caller
beforeAll(async () => {
  server = await startTestServer()
  caller = await callAs(server)
  await caller.send('PUT', 'CodeSystem/visits', visits)
  await caller.send('PUT', 'ValueSet/visits', valueSet('urn:visits-set', [{ system: 'urn:visits' }]))
})
afterAll(() => server.close())

const gender = 'http://hl7.org/fhir/ValueSet/administrative-gender'
const visits = {
  resourceType: 'CodeSystem',
  id: 'visits',
  url: 'urn:visits',
  version: '1',
  name: 'Visits',
  status: 'active',
  content: 'complete',
  concept: [
    { code: 'visit', display: 'Visit', concept: [{ code: 'first', display: 'First visit' }] },
    { code: 'phone', display: 'By phone' },
  ],
}

function valueSet(url: string, include: readonly object[]) {
  return {
    resourceType: 'ValueSet',
    id: url.slice(4).replace('-set', ''),
    url,
    status: 'active',
    compose: { include },
  }
}

interface Expansion {
  readonly total: number
  readonly offset: number
  readonly contains?: readonly { readonly code: string }[]
}

async function expand(query: string): Promise<Expansion> {
  const { resource } = await caller.send('GET', query)
  return resource.expansion as Expansion
}

const codes = ({ contains = [] }: Expansion) => contains.map(({ code }) => code)

describe('$expand', () => {
  test('lists what FHIR itself publishes, by GET and by POST', async () => {
    const expected = ['male', 'female', 'other', 'unknown']
    expect(codes(await expand(`ValueSet/$expand?url=${gender}`))).toEqual(expected)
    const { resource } = await caller.send('POST', 'ValueSet/$expand', {
      resourceType: 'Parameters',
      parameter: [{ name: 'url', valueUri: gender }],
    })
    expect(codes(resource.expansion as Expansion)).toEqual(expected)
    expect(resource).toMatchObject({ resourceType: 'ValueSet', url: gender, status: 'active' })
  })

  test('lists what the clinic has stored, by its url and by its id', async () => {
    expect(codes(await expand('ValueSet/$expand?url=urn:visits-set'))).toEqual(['visit', 'first', 'phone'])
    expect(codes(await expand('ValueSet/visits/$expand'))).toEqual(['visit', 'first', 'phone'])
  })

  test('filters by words, and pages', async () => {
    expect(codes(await expand('ValueSet/visits/$expand?filter=VISIT%20fir'))).toEqual(['first'])
    const page = await expand('ValueSet/visits/$expand?offset=1&count=1&includeDesignations=true')
    expect(page).toMatchObject({ total: 3, offset: 1 })
    expect(codes(page)).toEqual(['first'])
    expect(await expand('ValueSet/visits/$expand?count=0')).not.toHaveProperty('contains')
  })

  test('says what it does not hold', async () => {
    const unknown = await caller.send('GET', 'ValueSet/$expand?url=urn:nothing')
    expect(unknown.status).toBe(404)
    expect(unknown.outcome.issue[0]?.diagnostics).toContain('urn:nothing')
    const snomed = await caller.send(
      'GET',
      'ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/condition-code',
    )
    expect(snomed.status).toBe(400)
    expect(snomed.outcome.issue[0]?.diagnostics).toContain('http://snomed.info/sct')
    expect((await caller.send('GET', 'ValueSet/$expand')).status).toBe(400)
    expect((await caller.send('GET', `ValueSet/$expand?url=${gender}&count=-1`)).status).toBe(400)
  })

  test('refuses to list more than a page can show', async () => {
    const concept = Array.from({ length: 10_001 }, (_, at) => ({ code: `c${at}` }))
    const many = valueSet('urn:many-set', [{ system: 'urn:many', concept }])
    expect((await caller.send('PUT', 'ValueSet/many', many)).status).toBe(201)
    const refused = await caller.send('GET', 'ValueSet/many/$expand')
    expect(refused.status).toBe(400)
    expect(refused.outcome.issue[0]?.code).toBe('too-costly')
    expect(codes(await expand('ValueSet/many/$expand?offset=10000&count=5'))).toEqual(['c10000'])
  })

  test('shows a caller nothing without the scope to read value sets', async () => {
    const stranger = await callAs(server, { scope: 'system/Patient.r' })
    expect((await stranger.send('GET', `ValueSet/$expand?url=${gender}`)).status).toBe(403)
  })

  test('does not know another clinic’s value sets', async () => {
    const north = await callAs(server, { scope: 'system/*.cruds', clinic: 'north' })
    expect((await north.send('GET', 'ValueSet/$expand?url=urn:visits-set')).status).toBe(404)
  })
})

describe('$validate-code', () => {
  const validate = async (query: string, body?: object) => {
    const { resource } = await caller.send(
      body === undefined ? 'GET' : 'POST',
      `ValueSet/$validate-code${query}`,
      body,
    )
    const parameters = resource.parameter as readonly Record<string, unknown>[]
    return Object.fromEntries(
      parameters.map(({ name, valueBoolean, valueString }) => [name, valueBoolean ?? valueString]),
    )
  }

  test('accepts a code of the value set and tells its display', async () => {
    expect(
      await validate(`?url=${gender}&code=male&system=http://hl7.org/fhir/administrative-gender`),
    ).toEqual({
      result: true,
      display: 'Male',
    })
  })

  test('says why a code is not in it', async () => {
    const wrong = await validate(`?url=${gender}&code=man&system=http://hl7.org/fhir/administrative-gender`)
    expect(wrong.result).toBe(false)
    expect(wrong.message).toMatch(/man is not in .*there is no such code/)
  })

  test('tells the right display in place of a wrong one', async () => {
    expect(await validate('?url=urn:visits-set&code=first&system=urn:visits&display=Second')).toEqual({
      result: false,
      message: 'The display of urn:visits|first is "First visit".',
      display: 'First visit',
    })
  })

  test('is content with one coding of a concept', async () => {
    const codings = [
      { system: 'urn:other', code: 'x' },
      { system: 'urn:visits', code: 'phone' },
    ]
    const answer = await validate('', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'url', valueUri: 'urn:visits-set' },
        { name: 'codeableConcept', valueCodeableConcept: { coding: codings } },
      ],
    })
    expect(answer).toEqual({ result: true, display: 'By phone' })
  })

  test('tells languages by their form', async () => {
    const languages = 'http://hl7.org/fhir/ValueSet/all-languages'
    expect(await validate(`?url=${languages}&code=de-CH&system=urn:ietf:bcp:47`)).toEqual({ result: true })
    expect((await validate(`?url=${languages}&code=deutsch!&system=urn:ietf:bcp:47`)).result).toBe(false)
  })

  test('needs a code', async () => {
    expect((await caller.send('GET', `ValueSet/$validate-code?url=${gender}`)).status).toBe(400)
  })
})

describe('$lookup', () => {
  test('tells what a code means, and how it stands to others', async () => {
    const { resource } = await caller.send('GET', 'CodeSystem/$lookup?system=urn:visits&code=first')
    expect(resource.parameter).toEqual([
      { name: 'name', valueString: 'Visits' },
      { name: 'version', valueString: '1' },
      { name: 'display', valueString: 'First visit' },
      {
        name: 'property',
        part: [
          { name: 'code', valueCode: 'inactive' },
          { name: 'value', valueBoolean: false },
        ],
      },
      {
        name: 'property',
        part: [
          { name: 'code', valueCode: 'parent' },
          { name: 'value', valueCode: 'visit' },
        ],
      },
    ])
    const some = await caller.send('GET', 'CodeSystem/$lookup?system=urn:visits&code=first&property=parent')
    expect(some.resource.parameter).toHaveLength(4)
  })

  test('knows HL7’s own code systems', async () => {
    const system = 'http://terminology.hl7.org/CodeSystem/v2-0203'
    const { resource } = await caller.send('GET', `CodeSystem/$lookup?system=${system}&code=MR`)
    expect(resource.parameter).toContainEqual({ name: 'display', valueString: 'Medical record number' })
  })

  test('says what it does not know', async () => {
    expect((await caller.send('GET', 'CodeSystem/$lookup?system=urn:visits&code=none')).status).toBe(404)
    expect((await caller.send('GET', 'CodeSystem/$lookup?system=http://loinc.org&code=1-8')).status).toBe(404)
    expect((await caller.send('GET', 'CodeSystem/$lookup?code=first')).status).toBe(400)
  })
})

describe('a clinic’s value set', () => {
  test('is refused when it names one that is not there, or itself by way of another', async () => {
    const lost = await caller.send(
      'PUT',
      'ValueSet/lost',
      valueSet('urn:lost-set', [{ valueSet: ['urn:nothing'] }]),
    )
    expect(lost.status).toBe(422)
    expect(lost.outcome.issue[0]?.expression).toEqual(['ValueSet.compose.include.valueSet'])
    const plain = { ...valueSet('urn:a-set', [{ system: 'urn:visits' }]), id: 'a' }
    expect((await caller.send('PUT', 'ValueSet/a', plain)).status).toBe(201)
    const second = { ...valueSet('urn:b-set', [{ valueSet: ['urn:a-set'] }]), id: 'b' }
    expect((await caller.send('PUT', 'ValueSet/b', second)).status).toBe(201)
    const round = { ...valueSet('urn:a-set', [{ valueSet: ['urn:b-set'] }]), id: 'a' }
    const refused = await caller.send('PUT', 'ValueSet/a', round)
    expect(refused.status).toBe(422)
    expect(refused.outcome.issue[0]?.diagnostics).toContain('includes itself')
  })

  test('a code system with one code twice is refused', async () => {
    const concept = [{ code: 'a' }, { code: 'b', concept: [{ code: 'a' }] }]
    const twice = await caller.send('PUT', 'CodeSystem/twice', {
      ...visits,
      id: 'twice',
      url: 'urn:twice',
      concept,
    })
    expect(twice.status).toBe(422)
  })
})

describe('a ValueSet that is sent along', () => {
  const sent = (valueSet: object, more: object[] = []) => ({
    resourceType: 'Parameters',
    parameter: [{ name: 'valueSet', resource: valueSet }, ...more],
  })
  const inline = { ...valueSet('urn:not-stored', [{ system: 'urn:visits' }]), id: undefined }

  test('is expanded, and codes are held against it, as if it were stored', async () => {
    const expanded = await caller.send('POST', 'ValueSet/$expand', sent(inline))
    expect(expanded.resource).toMatchObject({ expansion: { total: 3 } })
    const code = { name: 'coding', valueCoding: { system: 'urn:visits', code: 'phone' } }
    const judged = await caller.send('POST', 'ValueSet/$validate-code', sent(inline, [code]))
    expect(judged.resource).toMatchObject({ parameter: [{ name: 'result', valueBoolean: true }, {}] })
    expect((await caller.send('GET', 'ValueSet?url=urn:not-stored&_summary=count')).bundle.total).toBe(0)
  })

  test('is refused when it is wrong, or when another is named too', async () => {
    const wrong = { ...inline, compose: { include: 'everything' } }
    expect((await caller.send('POST', 'ValueSet/$expand', sent(wrong))).status).toBe(400)
    const named = sent(inline, [{ name: 'url', valueUri: 'urn:visits-set' }])
    expect((await caller.send('POST', 'ValueSet/$expand', named)).status).toBe(400)
    expect((await caller.send('POST', 'ValueSet/visits/$expand', sent(inline))).status).toBe(400)
  })
})

describe('a code system', () => {
  const first = async (path: string) => {
    const { status, resource } = await caller.send('GET', path)
    const [parameter] =
      (resource as { parameter?: { valueBoolean?: boolean; valueCode?: string }[] }).parameter ?? []
    return parameter?.valueBoolean ?? parameter?.valueCode ?? status
  }

  test.each<[query: string, verdict: boolean | number]>([
    ['$validate-code?url=urn:visits&code=first', true],
    ['visits/$validate-code?code=first', true],
    ['$validate-code?url=urn:visits&code=surgery', false],
    ['$validate-code?url=urn:visits&code=first&display=Second', false],
    ['$validate-code?code=first', 400],
    ['$validate-code?url=urn:visits', 400],
    ['$validate-code?url=urn:unknown&code=first', 404],
    ['none/$validate-code?code=first', 404],
  ])('says whether it has a code: %s', async (query, verdict) => {
    expect(await first(`CodeSystem/${query}`)).toBe(verdict)
  })

  test.each<[query: string, outcome: string | number]>([
    ['$subsumes?system=urn:visits&codeA=visit&codeB=first', 'subsumes'],
    ['$subsumes?system=urn:visits&codeA=first&codeB=visit', 'subsumed-by'],
    ['visits/$subsumes?codeA=first&codeB=first', 'equivalent'],
    ['$subsumes?system=urn:visits&codeA=first&codeB=phone', 'not-subsumed'],
    ['$subsumes?system=urn:visits&codeA=first', 400],
    ['$subsumes?codeA=first&codeB=visit', 400],
    ['$subsumes?system=urn:visits&codeA=first&codeB=surgery', 404],
  ])('says how two codes stand to each other: %s', async (query, outcome) => {
    expect(await first(`CodeSystem/${query}`)).toBe(outcome)
  })

  test('takes codings too, of one system', async () => {
    const coding = (side: string, system: string, code: string) => ({
      name: `coding${side}`,
      valueCoding: { system, code },
    })
    const ask = (b: object) =>
      caller.send('POST', 'CodeSystem/$subsumes', {
        resourceType: 'Parameters',
        parameter: [coding('A', 'urn:visits', 'visit'), b],
      })
    expect((await ask(coding('B', 'urn:visits', 'first'))).resource).toMatchObject({
      parameter: [{ valueCode: 'subsumes' }],
    })
    expect((await ask(coding('B', 'urn:other', 'first'))).status).toBe(400)
  })
})

describe('a search', () => {
  test('by the codes of a value set, or below a code, uses the same terminology', async () => {
    const create = (code: string) =>
      caller.send('POST', 'Basic', {
        resourceType: 'Basic',
        code: { coding: [{ system: 'urn:visits', code }] },
      })
    for (const code of ['visit', 'first', 'phone']) await create(code)
    const total = async (query: string) =>
      (await caller.send('GET', `Basic?${query}&_summary=count`)).bundle.total
    expect(await total('code:in=urn:visits-set')).toBe(3)
    expect(await total('code:in=ValueSet/visits')).toBe(3)
    expect(await total(`code:not-in=${server.base}/ValueSet/visits`)).toBe(0)
    expect((await caller.send('GET', 'Basic?code:in=ValueSet/none')).status).toBe(400)
    expect(await total('code:below=urn:visits|visit')).toBe(2)
    await caller.send('POST', 'Patient', { resourceType: 'Patient', gender: 'male' })
    const shipped = (await caller.send('GET', `Patient?gender:in=${gender}&_summary=count`)).bundle.total
    expect(shipped).toBe(1)
  })
})
