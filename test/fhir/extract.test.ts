import { describe, expect, test } from 'vitest'
import { createExtractor, narrativeText } from '#fhir/extract.ts'
import type { IndexValue } from '#fhir/index-values.ts'
import { parseJson } from '#fhir/json.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'

const extractor = createExtractor(loadDefinitions())
const context = { localBases: ['https://clinic.example/fhir'], timeZone: 'Europe/Berlin' }

const extract = (resource: object): ReadonlyMap<string, readonly IndexValue[]> =>
  extractor.extract(parseJson(JSON.stringify(resource)) as Resource, context)
const valuesOf = (resource: object, code: string): readonly IndexValue[] => extract(resource).get(code) ?? []
const codesOf = (resource: object): readonly string[] => [...extract(resource).keys()]
const time = (text: string): number => Date.parse(text)

describe('tokens', () => {
  test('a gender is found by its code, which has its system by the binding', () => {
    expect(valuesOf({ resourceType: 'Patient', gender: 'female' }, 'gender')).toEqual([
      { kind: 'token', system: 'http://hl7.org/fhir/administrative-gender', code: 'female' },
    ])
  })

  test('an identifier is found by number, by system, and by the type of number it is', () => {
    const type = {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }, { code: 'X' }],
      text: 'MRN',
    }
    const identifier = [{ type, system: 'urn:oid:1.2.3', value: '12345' }, { value: 'no system' }, {}]
    expect(valuesOf({ resourceType: 'Patient', identifier }, 'identifier')).toEqual([
      {
        kind: 'token',
        system: 'urn:oid:1.2.3',
        code: '12345',
        text: 'MRN',
        ofType: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }, { code: 'X' }],
      },
      { kind: 'token', code: 'no system' },
    ])
  })

  test('a concept is found by each of its codings, and by its text', () => {
    const code = {
      coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }, { code: 'bw' }],
      text: 'Weight',
    }
    expect(valuesOf({ resourceType: 'Observation', code }, 'code')).toEqual([
      { kind: 'token', system: 'http://loinc.org', code: '29463-7', text: 'Body weight' },
      { kind: 'token', code: 'bw' },
      { kind: 'token', text: 'Weight' },
    ])
  })

  test('a phone number is a phone and a telecom, and no email', () => {
    const telecom = [
      { system: 'phone', value: '030 1234' },
      { system: 'email', value: 'a@b.example' },
      { use: 'home' },
    ]
    const patient = { resourceType: 'Patient', telecom }
    expect(valuesOf(patient, 'phone')).toEqual([{ kind: 'token', system: 'phone', code: '030 1234' }])
    expect(valuesOf(patient, 'email')).toEqual([{ kind: 'token', system: 'email', code: 'a@b.example' }])
    expect(valuesOf(patient, 'telecom')).toHaveLength(2)
  })

  test.each([
    [{}, 'false'],
    [{ deceasedBoolean: false }, 'false'],
    [{ deceasedBoolean: true }, 'true'],
    [{ deceasedDateTime: '2020-02-03' }, 'true'],
  ])('a patient with %j is deceased: %s', (life, code) => {
    expect(valuesOf({ resourceType: 'Patient', ...life }, 'deceased')).toMatchObject([
      { kind: 'token', code },
    ])
  })

  test('tags and security labels are found on every type', () => {
    const meta = { tag: [{ system: 'http://example.org/tags', code: 'demo' }], security: [{ code: 'R' }] }
    expect(valuesOf({ resourceType: 'Binary', meta }, '_tag')).toMatchObject([{ code: 'demo' }])
    expect(valuesOf({ resourceType: 'Slot', meta }, '_security')).toEqual([{ kind: 'token', code: 'R' }])
  })
})

describe('strings', () => {
  test('a name is found by each of its parts', () => {
    const name = [
      { text: 'Dr Jane Doe', family: 'Doe', given: ['Jane', null, 'Q.'], prefix: ['Dr'], suffix: [''] },
    ]
    const _name = [{ given: [null, { extension: [] }] }]
    expect(
      valuesOf({ resourceType: 'Patient', name, _name }, 'name').map(
        (value) => 'text' in value && value.text,
      ),
    ).toEqual(['Dr Jane Doe', 'Doe', 'Jane', 'Q.', 'Dr'])
    expect(valuesOf({ resourceType: 'Patient', name }, 'given')).toEqual([
      { kind: 'string', text: 'Jane' },
      { kind: 'string', text: 'Q.' },
    ])
  })

  test('an address is found by each of its parts', () => {
    const address = {
      line: ['Main St 1', 'Flat 2'],
      city: 'Ulm',
      district: 'D',
      state: 'S',
      postalCode: '89073',
      country: 'DE',
    }
    expect(
      valuesOf({ resourceType: 'Location', address }, 'address').map(
        (value) => 'text' in value && value.text,
      ),
    ).toEqual(['Main St 1', 'Flat 2', 'Ulm', 'D', 'S', '89073', 'DE'])
  })

  test('the narrative is found by what a reader sees', () => {
    const div =
      '<div xmlns="http://www.w3.org/1999/xhtml"><p class="x">J&uuml;rgen &amp; <b>Ann</b></p>\n<p>&#233;&#xe9; &#0;&lt;</p></div>'
    const resource = { resourceType: 'Basic', text: { status: 'generated', div } }
    expect(narrativeText(resource)).toBe('J&uuml;rgen & Ann éé &#0;<')
    expect(valuesOf(resource, '_text')).toEqual([{ kind: 'string', text: narrativeText(resource) }])
    expect(narrativeText({ resourceType: 'Basic' })).toBe('')
  })
})

describe('dates', () => {
  test('a birth date is a day of the clinic', () => {
    expect(valuesOf({ resourceType: 'Patient', birthDate: '1980-05-17' }, 'birthdate')).toEqual([
      { kind: 'date', start: time('1980-05-17T00:00+02:00'), end: time('1980-05-18T00:00+02:00') },
    ])
  })

  test('a period without an end goes on', () => {
    expect(
      valuesOf({ resourceType: 'Encounter', period: { start: '2026-01-02T10:00:00Z' } }, 'date'),
    ).toEqual([{ kind: 'date', start: time('2026-01-02T10:00:00Z'), end: Number.POSITIVE_INFINITY }])
    expect(valuesOf({ resourceType: 'Encounter', period: {} }, 'date')).toEqual([])
  })

  test('of a timing the outer limits count', () => {
    const event = ['2026-03-01T08:00:00Z', '2026-01-01T08:00:00Z']
    const repeat = { boundsPeriod: { start: '2025-12-01T00:00:00Z', end: '2026-02-01T00:00:00Z' } }
    const range = (timing: object): readonly IndexValue[] =>
      valuesOf({ resourceType: 'Observation', effectiveTiming: timing }, 'date')
    expect(range({ event })).toEqual([
      { kind: 'date', start: time('2026-01-01T08:00:00Z'), end: time('2026-03-01T08:00:01Z') },
    ])
    expect(range({ event, repeat })).toMatchObject([{ start: time('2025-12-01T00:00:00Z') }])
    expect(range({ repeat: { frequency: 3 } })).toEqual([])
  })

  test.each([
    [{ resourceType: 'Patient', birthDate: '2026-02-30' }, 'Patient.birthDate'],
    [{ resourceType: 'Encounter', period: { start: '2026-02-02', end: '2026-02-01' } }, 'Encounter.period'],
    [
      {
        resourceType: 'RiskAssessment',
        prediction: [{ probabilityRange: { low: { value: 2 }, high: { value: 1 } } }],
      },
      'RiskAssessment.prediction.probability',
    ],
  ])('%j cannot be ordered and is refused', (resource, expression) => {
    try {
      extract(resource)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal)
      expect((error as Refusal).issues).toMatchObject([{ code: 'value', expression: [expression] }])
    }
  })
})

describe('numbers and quantities', () => {
  const measured = (text: string, rest = ''): readonly IndexValue[] => {
    const observation = parseJson(
      `{"resourceType":"Observation","valueQuantity":{"value":${text}${rest}}}`,
    ) as Resource
    return extractor.extract(observation, context).get('value-quantity') ?? []
  }

  test('a measured value is found exactly, however it was written', () => {
    expect(measured('5.40', ',"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"')).toEqual([
      {
        kind: 'quantity',
        low: '5.40',
        high: '5.40',
        system: 'http://unitsofmeasure.org',
        code: 'mg',
        unit: 'mg',
      },
    ])
    expect(measured('1e-2')).toEqual([{ kind: 'quantity', low: '1e-2', high: '1e-2' }])
    expect(measured('"5"')).toEqual([])
  })

  test('below and above a limit are open ranges', () => {
    expect(measured('5', ',"comparator":"<"')).toMatchObject([{ low: '-Infinity', high: '5' }])
    expect(measured('5', ',"comparator":">="')).toMatchObject([{ low: '5', high: 'Infinity' }])
  })

  test('ranges, money and sampled data have their own limits', () => {
    expect(
      valuesOf({ resourceType: 'Condition', onsetRange: { low: { value: 3, code: 'a' } } }, 'onset-age'),
    ).toEqual([{ kind: 'quantity', low: '3', high: 'Infinity', code: 'a' }])
    expect(
      valuesOf({ resourceType: 'Invoice', totalGross: { value: 12.5, currency: 'EUR' } }, 'totalgross'),
    ).toEqual([{ kind: 'quantity', low: '12.5', high: '12.5', system: 'urn:iso:std:iso:4217', code: 'EUR' }])
    const valueSampledData = {
      origin: { value: 2, unit: 'mV' },
      factor: 0.1,
      data: '5 E -3 10 U',
      period: 1,
      dimensions: 1,
    }
    expect(valuesOf({ resourceType: 'Observation', valueSampledData }, 'value-quantity')).toEqual([
      { kind: 'quantity', low: '1.7', high: '3.0', unit: 'mV' },
    ])
  })
})

describe('references', () => {
  const subject = (reference: object): readonly IndexValue[] =>
    valuesOf({ resourceType: 'Observation', subject: reference }, 'subject')

  test.each([
    ['Patient/1', { reference: 'Patient/1' }],
    ['https://clinic.example/fhir/Patient/1', { reference: 'Patient/1' }],
    ['Patient/1/_history/3', { reference: 'Patient/1', versioned: 'Patient/1/_history/3' }],
    ['https://other.example/fhir/Patient/1', { reference: 'https://other.example/fhir/Patient/1' }],
    [
      'urn:uuid:0198c8f0-0000-7000-8000-000000000000',
      { reference: 'urn:uuid:0198c8f0-0000-7000-8000-000000000000' },
    ],
    ['#mother', { reference: '#mother' }],
  ])('%s', (reference, expected) =>
    expect(subject({ reference })).toEqual([{ kind: 'reference', ...expected }]),
  )

  test('a reference by identifier alone is found by that', () => {
    expect(subject({ identifier: { system: 'urn:oid:1', value: '7' } })).toEqual([
      { kind: 'reference', identifier: { system: 'urn:oid:1', value: '7' } },
    ])
    expect(subject({ display: 'someone' })).toEqual([])
  })

  test('who is a patient is told by the reference: its text, its type, or what is contained', () => {
    const patientOf = (reference: object, contained: object[] = []): number =>
      valuesOf({ resourceType: 'Observation', subject: reference, contained }, 'patient').length
    expect(patientOf({ reference: 'Patient/1' })).toBe(1)
    expect(patientOf({ reference: 'https://other.example/fhir/Patient/1' })).toBe(1)
    expect(patientOf({ reference: 'Group/1' })).toBe(0)
    expect(patientOf({ reference: 'urn:uuid:1', type: 'Patient' })).toBe(1)
    expect(patientOf({ reference: 'urn:uuid:1' })).toBe(0)
    expect(patientOf({ type: 'Patient', identifier: { value: '1' } })).toBe(1)
    expect(patientOf({ reference: '#a' }, [{ resourceType: 'Patient', id: 'a' }])).toBe(1)
    expect(patientOf({ reference: '#a' }, [{ resourceType: 'Group', id: 'a' }])).toBe(0)
    expect(patientOf({ reference: 'Patient?identifier=1' })).toBe(1)
  })

  test('a document bundle is found by its composition', () => {
    const entry = [
      { resource: { resourceType: 'Composition', id: 'c1' } },
      { resource: { resourceType: 'Composition', id: 'c2' } },
    ]
    expect(valuesOf({ resourceType: 'Bundle', entry }, 'composition')).toEqual([
      { kind: 'reference', reference: 'Composition/c1' },
    ])
    expect(valuesOf({ resourceType: 'Bundle', entry }, 'message')).toEqual([])
  })

  test('canonical references stay as written', () => {
    expect(
      valuesOf(
        { resourceType: 'QuestionnaireResponse', questionnaire: 'http://q.example/1|2.0' },
        'questionnaire',
      ),
    ).toEqual([{ kind: 'reference', reference: 'http://q.example/1|2.0' }])
    expect(valuesOf({ resourceType: 'Slot', meta: { profile: ['http://p.example|1'] } }, '_profile')).toEqual(
      [{ kind: 'uri', uri: 'http://p.example|1' }],
    )
  })
})

describe('several parts together', () => {
  test('a composite joins the parts of one element', () => {
    const component = [
      { code: { coding: [{ code: 'systolic' }] }, valueQuantity: { value: 120 } },
      { code: { coding: [{ code: 'diastolic' }] }, valueQuantity: { value: 80 } },
      { code: { coding: [{ code: 'no value' }] } },
    ]
    expect(valuesOf({ resourceType: 'Observation', component }, 'component-code-value-quantity')).toEqual([
      {
        kind: 'composite',
        components: [[{ kind: 'token', code: 'systolic' }], [{ kind: 'quantity', low: '120', high: '120' }]],
      },
      {
        kind: 'composite',
        components: [[{ kind: 'token', code: 'diastolic' }], [{ kind: 'quantity', low: '80', high: '80' }]],
      },
    ])
  })

  test('a place on the map is a latitude and a longitude', () => {
    expect(
      valuesOf({ resourceType: 'Location', position: { latitude: -1.5, longitude: 36 } }, 'near'),
    ).toEqual([
      {
        kind: 'composite',
        components: [
          [{ kind: 'number', low: '-1.5', high: '-1.5' }],
          [{ kind: 'number', low: '36', high: '36' }],
        ],
      },
    ])
    expect(valuesOf({ resourceType: 'Location', position: { latitude: 1 } }, 'near')).toEqual([])
  })

  test('what is not there leaves no trace', () => {
    expect(codesOf({ resourceType: 'Slot', id: '1', meta: { lastUpdated: '2026-01-01T00:00:00Z' } })).toEqual(
      [],
    )
    expect(codesOf({ resourceType: 'Patient' })).toEqual(['deceased'])
  })

  test('content of a wrong shape finds nothing and breaks nothing', () => {
    const odd = {
      resourceType: 'Patient',
      name: 'Jane',
      identifier: [null, 7, 'x'],
      telecom: {},
      address: [[]],
      contact: 3,
    }
    expect(codesOf(odd)).toEqual(['deceased'])
  })
})
