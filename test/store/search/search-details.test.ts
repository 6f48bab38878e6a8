import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refusal } from '../../../src/fhir/refusal.ts'
import type { Viewer } from '../../../src/fhir/search-query.ts'
import type { Store } from '../../../src/store/store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { definitions, idsOf, queryOf, remove, store } from './population.ts'

let clinic: TestDatabase
let main: Store

beforeAll(async () => {
  clinic = await createTestDatabase({ checkReferences: false })
  main = clinic.database.asSystem('main')
})
afterAll(() => clinic.drop())

async function find(url: string, from = main): Promise<string[]> {
  return idsOf(await from.search(queryOf(url)))
}

async function refusalOf(url: string): Promise<string | undefined> {
  return main.search(queryOf(url)).then(
    () => undefined,
    (error: unknown) => (error instanceof Refusal ? error.kind : 'fault'),
  )
}

describe('ways to reach a person', () => {
  const person = (id: string, telecom: object[]) => ({ resourceType: 'Patient', id, telecom })
  beforeAll(() =>
    store(main, [
      person('reached', [
        { system: 'phone', value: '+420 1' },
        { system: 'email', value: 'eva@example.org' },
      ]),
      person('noted', [{ system: 'other', value: 'eva@example.org' }]),
    ]),
  )

  test('an e-mail address is found as one, a telephone number as one, either as telecom', async () => {
    expect(await find('Patient?email=eva@example.org')).toEqual(['reached'])
    expect(await find('Patient?phone=eva@example.org')).toEqual([])
    expect(await find('Patient?phone=%2B420 1')).toEqual(['reached'])
    expect(await find('Patient?telecom=eva@example.org&_sort=_id')).toEqual(['noted', 'reached'])
    expect(await find('Patient?email:not=eva@example.org&telecom=eva@example.org')).toEqual(['noted'])
  })
})

test('a code of a value set has no system: it is found without one, and with none', async () => {
  const concept = [{ code: 'A|1' }, { code: 'b' }]
  await store(main, [
    { resourceType: 'ValueSet', id: 'rooms', status: 'active', compose: { include: [{ concept }] } },
  ])
  for (const [asked, found] of [
    ['b', ['rooms']],
    ['B', ['rooms']],
    ['%7Cb', ['rooms']],
    ['a\\%7C1', ['rooms']],
    ['urn:other%7Cb', []],
    ['urn:other%7C', []],
    ['c', []],
  ] as const)
    expect(await find(`ValueSet?code=${asked}`), asked).toEqual(found)
  expect(await find('ValueSet?code:not=b')).toEqual([])
  expect(await find('ValueSet?code:missing=false')).toEqual(['rooms'])
})

test('nothing is included through what was deleted', async () => {
  const patient = { reference: 'Patient/gone' }
  await store(main, [
    { resourceType: 'Patient', id: 'gone' },
    { resourceType: 'RelatedPerson', id: 'sister', patient },
    { resourceType: 'Flag', id: 'left', status: 'active', code: { text: 'x' }, subject: patient },
  ])
  const question = 'RelatedPerson?_include=RelatedPerson:patient&_revinclude:iterate=Flag:patient'
  const included = async () => (await main.search(queryOf(question))).included.map(({ id }) => id).toSorted()
  expect(await included()).toEqual(['gone', 'left'])
  await remove(main, 'Patient', 'gone', 2)
  expect(await included()).toEqual([])
})

describe('texts', () => {
  beforeAll(() =>
    store(main, [
      { resourceType: 'Patient', id: 'percent', name: [{ family: '100%_Müller' }] },
      { resourceType: 'Patient', id: 'plain', name: [{ family: '100 Mueller' }] },
      { resourceType: 'Patient', id: 'slash', name: [{ family: 'back\\slash' }] },
      {
        resourceType: 'Condition',
        id: 'told',
        subject: { reference: 'Patient/plain' },
        text: {
          status: 'generated',
          div: '<div xmlns="http://www.w3.org/1999/xhtml">Acute <b>migraine</b> at night</div>',
        },
        note: [{ text: 'Übelkeit since Tuesday, better-than before' }],
      },
    ]),
  )

  test('a percent sign, an underscore and a backslash are letters', async () => {
    expect(await find('Patient?family=100%25')).toEqual(['percent'])
    expect(await find('Patient?family=100_')).toEqual([])
    expect(await find('Patient?family:contains=%25_m')).toEqual(['percent'])
    expect(await find('Patient?family=back\\\\')).toEqual(['slash'])
    expect(await find('Patient?family:exact=100%25_müller')).toEqual([])
    expect(await find('Patient?family:exact=100%25_Müller')).toEqual(['percent'])
  })

  test('_text looks into the narrative, _content into everything a person wrote', async () => {
    expect(await find('Condition?_text=migraine')).toEqual(['told'])
    expect(await find('Condition?_text=night migraine')).toEqual(['told'])
    expect(await find('Condition?_text=%22acute migraine%22')).toEqual(['told'])
    expect(await find('Condition?_text=%22night migraine%22')).toEqual([])
    expect(await find('Condition?_text=migraine -night')).toEqual([])
    expect(await find('Condition?_text=ubelkeit')).toEqual([])
    expect(await find('Condition?_content=ubelkeit tuesday')).toEqual(['told'])
    expect(await find('Condition?_content=better-than')).toEqual(['told'])
    expect(await find('Condition?_content=xhtml')).toEqual([])
    expect(await find('Condition?_content=subject')).toEqual([])
    expect(await find("Condition?_content=nobody or tuesday!:*|'")).toEqual(['told'])
  })
})

test('what looks like SQL is looked for, in every parameter of every kind', async () => {
  const attack = `'; drop table patient; -- \\' $1 " %00`.replace('%00', '')
  const types = ['Patient', 'Observation', 'Location', 'Appointment', 'ValueSet', 'RiskAssessment', 'List']
  for (const type of types)
    for (const { code } of definitions.searchParameters(type))
      for (const modifier of [
        '',
        ':missing',
        ':not',
        ':text',
        ':exact',
        ':contains',
        ':below',
        ':identifier',
      ])
        try {
          await main.search(queryOf(`${type}?${code}${modifier}=${encodeURIComponent(attack)}`))
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
          expect((error as Refusal).status).toBe(400)
        }
  expect(await find('Patient?_id=plain')).toEqual(['plain'])
}, 60_000)

describe('value sets and hierarchies', () => {
  const system = 'http://clinic.example/codes'

  beforeAll(() =>
    store(main, [
      {
        resourceType: 'CodeSystem',
        id: 'codes',
        url: system,
        status: 'active',
        content: 'complete',
        concept: [
          {
            code: 'visit',
            concept: [{ code: 'first' }, { code: 'follow-up', concept: [{ code: 'phone' }] }],
          },
          { code: 'lab' },
        ],
      },
      {
        resourceType: 'ValueSet',
        id: 'visits',
        url: 'http://clinic.example/visits',
        status: 'active',
        compose: {
          include: [
            { system, filter: [{ property: 'concept', op: 'is-a', value: 'follow-up' }] },
            { system, concept: [{ code: 'first' }] },
          ],
        },
      },
      ...['visit', 'first', 'phone', 'lab'].map((code) => ({
        resourceType: 'HealthcareService',
        id: code,
        type: [{ coding: [{ system, code }] }],
      })),
    ]),
  )

  test.each([
    [`service-type:in=http://clinic.example/visits`, ['first', 'phone']],
    [`service-type:not-in=http://clinic.example/visits`, ['lab', 'visit']],
    [`service-type:below=${system}|visit`, ['first', 'phone', 'visit']],
    [`service-type:above=${system}|phone`, ['phone', 'visit']],
    ['_filter=service-type in http://clinic.example/visits', ['first', 'phone']],
  ])('HealthcareService?%s', async (text, expected) => {
    expect((await find(`HealthcareService?${text}`)).sort()).toEqual(expected)
  })

  test('a list that is not held here is refused, not taken as empty', async () => {
    expect(await refusalOf('HealthcareService?service-type:in=http://unknown.example')).toBe('not-supported')
    expect(await refusalOf('HealthcareService?service-type:below=http://unknown.example|a')).toBe(
      'not-supported',
    )
    expect(await refusalOf('HealthcareService?service-type:below=a')).toBe('value')
  })
})

describe('includes', () => {
  beforeAll(async () => {
    await store(main, [
      ...['a', 'b', 'c'].map((id, place, all) => ({
        resourceType: 'Organization',
        id,
        partOf: { reference: `Organization/${all[(place + 1) % 3]}` },
      })),
      { resourceType: 'Patient', id: 'many', managingOrganization: { reference: 'Organization/a' } },
      ...Array.from({ length: 1001 }, (_, number) => ({
        resourceType: 'Basic',
        id: `basic-${number}`,
        code: { text: 'note' },
        subject: { reference: 'Patient/many' },
      })),
      {
        resourceType: 'QuestionnaireResponse',
        id: 'answered',
        status: 'completed',
        questionnaire: 'http://clinic.example/intake|2',
      },
      {
        resourceType: 'Questionnaire',
        id: 'intake',
        status: 'active',
        url: 'http://clinic.example/intake',
        title: 'Intake',
      },
    ])
  })

  const included = async (url: string, from = main) =>
    (await from.search(queryOf(url))).included.map(({ type, id }) => `${type}/${id}`).sort()

  test('a circle ends where it began', async () => {
    expect(await included('Organization?_id=a&_include:iterate=Organization:partof')).toEqual([
      'Organization/b',
      'Organization/c',
    ])
    expect(await included('Organization?_id=a&_include=Organization:partof')).toEqual(['Organization/b'])
    expect(await included('Patient?_id=many&_include=*&_include:iterate=*')).toEqual([
      'Organization/a',
      'Organization/b',
      'Organization/c',
    ])
  })

  test('what is cut off is said', async () => {
    const page = await main.search(queryOf('Patient?_id=many&_revinclude=Basic:subject'))
    expect(page.included).toHaveLength(1000)
    expect(page.warnings).toHaveLength(1)
    expect(
      (await main.search(queryOf('Organization?_id=a&_revinclude=Patient:organization'))).warnings,
    ).toEqual([])
  })

  test('a canonical leads to what bears its URL', async () => {
    expect(await included('QuestionnaireResponse?_include=QuestionnaireResponse:questionnaire')).toEqual([
      'Questionnaire/intake',
    ])
    expect(await find('QuestionnaireResponse?questionnaire=http://clinic.example/intake')).toEqual([
      'answered',
    ])
    expect(await find('QuestionnaireResponse?questionnaire=http://clinic.example/intake\\|2')).toEqual([
      'answered',
    ])
    expect(await find('QuestionnaireResponse?questionnaire=http://clinic.example/intake\\|1')).toEqual([])
    expect(await find('QuestionnaireResponse?questionnaire.title=intake')).toEqual(['answered'])
  })

  test('what was deleted is neither found nor included nor a link of a chain', async () => {
    await store(main, [
      { resourceType: 'Organization', id: 'gone', name: 'Gone' },
      { resourceType: 'Patient', id: 'left', managingOrganization: { reference: 'Organization/gone' } },
    ])
    expect(await find('Patient?organization.name=gone')).toEqual(['left'])
    await remove(main, 'Organization', 'gone', 2)
    expect(await find('Organization?name=gone')).toEqual([])
    expect(await find('Patient?organization.name=gone')).toEqual([])
    expect(await included('Patient?_id=left&_include=Patient:organization')).toEqual([])
  })

  test('every reference of everything is more than one search may follow', async () => {
    expect(await refusalOf('Patient?_id=many&_revinclude:iterate=*')).toBe('too-costly')
    expect(await included('Patient?_id=many&_revinclude=Basic:*&_count=1')).toHaveLength(1000)
  })
})

describe('who looks', () => {
  const patient: Viewer = {
    tenant: 'main',
    visible: (type) =>
      type === 'Patient' ? { kind: 'id', ids: ['own'] } : type === 'Organization' ? 'all' : 'nothing',
  }

  beforeAll(async () => {
    await store(main, [
      {
        resourceType: 'Patient',
        id: 'own',
        gender: 'other',
        managingOrganization: { reference: 'Organization/ward' },
      },
      {
        resourceType: 'Patient',
        id: 'neighbour',
        gender: 'other',
        managingOrganization: { reference: 'Organization/ward' },
      },
      { resourceType: 'Organization', id: 'ward', name: 'Ward' },
      {
        resourceType: 'Observation',
        id: 'seen',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: 'Patient/own' },
      },
    ])
    await store(clinic.database.asSystem('north'), [
      { resourceType: 'Patient', id: 'north', gender: 'other' },
    ])
  })

  const own = () => clinic.database.openStore(patient)

  test('others are not found, counted, chained through or included', async () => {
    expect(await find('Patient?gender=other', own())).toEqual(['own'])
    expect((await own().search(queryOf('Patient?gender=other&_count=0'))).total).toBe(1)
    expect(await find('Organization?_has:Patient:organization:_id=neighbour', own())).toEqual([])
    expect(await find('Organization?_has:Patient:organization:_id=own', own())).toEqual(['ward'])
    expect(await find('Patient?_has:Observation:subject:status=final', own())).toEqual([])
    const page = await own().search(
      queryOf(
        'Organization?_id=ward&_revinclude=Patient:organization&_revinclude:iterate=Observation:subject',
      ),
    )
    expect(page.included.map(({ id }) => id)).toEqual(['own'])
  })

  test('a type that is not theirs is empty', async () => {
    expect(await own().search(queryOf('Observation?_total=accurate'))).toEqual({
      matches: [],
      included: [],
      total: 0,
      warnings: [],
    })
    expect(await find('?_type=Observation,Organization&_id=seen,ward', own())).toEqual(['ward'])
  })

  test('another clinic has its own patients', async () => {
    expect(await find('Patient?gender=other', clinic.database.asSystem('north'))).toEqual(['north'])
  })
})

test('all types at once are searched by what all have', async () => {
  const page = await main.search(queryOf('?_id=ward,codes&_total=accurate'))
  expect(page.matches.map(({ type }) => type)).toEqual(['CodeSystem', 'Organization'])
  expect(page.total).toBe(2)
})
