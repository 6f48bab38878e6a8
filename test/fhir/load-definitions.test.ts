import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Definitions, SearchParameter } from '#fhir/definitions.ts'
import { compileType, createExtractor } from '#fhir/extract.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { buildParameterView } from '#fhir/search-parameter-view.ts'

const definitions = loadDefinitions()
const parameter = (type: string, code: string): SearchParameter | undefined =>
  definitions.searchParameter(type, code)

describe('R4 as it is published', () => {
  test('has 146 resource types', () => {
    expect(definitions.resourceTypes).toHaveLength(146)
    expect(definitions.resourceTypes).toEqual([...definitions.resourceTypes].sort())
    for (const name of ['Resource', 'DomainResource', 'HumanName', 'Nonsense', '../Patient', '__proto__']) {
      expect(definitions.isResourceType(name)).toBe(false)
    }
  })

  test.each(definitions.resourceTypes)(
    'every parameter of %s can be extracted, and says what it finds',
    (type) => {
      const parameters = definitions.searchParameters(type)
      const codes = parameters.map(({ code }) => code)
      expect(codes).toEqual([...new Set(codes)].sort())
      expect(codes).toEqual(
        expect.arrayContaining([
          '_id',
          '_lastUpdated',
          '_tag',
          '_profile',
          '_security',
          '_source',
          '_content',
          '_list',
          '_has',
          '_type',
          '_query',
          '_filter',
        ]),
      )
      expect(codes.includes('_text')).toBe(!['Binary', 'Bundle', 'Parameters'].includes(type))
      for (const { kind, dataTypes, targets, components, ...rest } of parameters) {
        expect(rest.type).toBe(type)
        if (kind !== 'special') expect(dataTypes, rest.code).not.toEqual([])
        expect(targets.length > 0, rest.code).toBe(kind === 'reference')
        expect(
          targets.every((target) => definitions.isResourceType(target)),
          rest.code,
        ).toBe(true)
        expect((components?.length ?? 0) >= 2, rest.code).toBe(kind === 'composite')
      }
      expect(() => compileType(definitions, type)).not.toThrow()
    },
  )

  test.each([
    ['Patient', 'birthdate', false, ['date']],
    ['Patient', 'family', true, ['string']],
    ['Patient', 'organization', false, ['Reference']],
    ['Patient', 'death-date', false, ['dateTime']],
    ['Condition', 'onset-age', false, ['Age', 'Range']],
    ['Observation', 'date', false, ['dateTime', 'Period', 'Timing', 'instant']],
    ['Observation', 'combo-code', true, ['CodeableConcept']],
    ['Procedure', 'date', false, ['dateTime', 'Period']],
    ['Slot', 'start', false, ['instant']],
    ['Appointment', 'patient', true, ['Reference']],
    ['AuditEvent', 'patient', true, ['Reference']],
    ['Bundle', 'composition', false, ['Resource']],
    ['Location', 'name', true, ['string']],
  ])('%s?%s: repeats %s, data types %j', (type, code, repeats, dataTypes) => {
    expect(parameter(type, code)).toMatchObject({ repeats, dataTypes })
  })

  test('references say where they may lead', () => {
    expect(parameter('Observation', 'patient')?.targets).toEqual(['Patient'])
    expect(parameter('Encounter', 'practitioner')?.targets).toEqual(['Practitioner'])
    expect(parameter('Patient', 'general-practitioner')?.targets).toEqual([
      'Practitioner',
      'Organization',
      'PractitionerRole',
    ])
    expect(parameter('Provenance', 'target')?.targets).toEqual(definitions.resourceTypes)
  })

  test('codes whose binding names one system imply it', () => {
    expect(parameter('Patient', 'gender')?.impliedSystem).toBe('http://hl7.org/fhir/administrative-gender')
    expect(parameter('Slot', 'status')?.impliedSystem).toBe('http://hl7.org/fhir/slotstatus')
    expect(parameter('Patient', 'active')?.impliedSystem).toBe(
      'http://terminology.hl7.org/CodeSystem/special-values',
    )
    expect(parameter('Patient', 'identifier')?.impliedSystem).toBeUndefined()
  })

  test('composites know their parts', () => {
    const { components } = parameter('DocumentReference', 'relationship') ?? {}
    expect(
      components?.map(({ parameter, expression }) => `${parameter.code} ${parameter.kind} ${expression}`),
    ).toEqual(['relation token code', 'relatesto reference target'])
  })

  test('types have their elements, invariants and primitive forms', () => {
    const { elements, constraints, base } = definitions.type('Patient')
    expect(base).toBe('DomainResource')
    expect(constraints).toEqual([])
    const contact = elements.find(({ name }) => name === 'contact')
    expect(contact).toMatchObject({
      max: Number.POSITIVE_INFINITY,
      constraints: [{ key: 'pat-1', severity: 'error' }],
    })
    expect(contact?.children?.map(({ name }) => name)).toContain('relationship')
    expect(elements.find(({ name }) => name === 'deceased')).toMatchObject({
      isChoice: true,
      types: ['boolean', 'dateTime'],
      isModifier: true,
    })
    expect(elements.find(({ name }) => name === 'id')?.types).toEqual(['id'])
    expect(definitions.type('DomainResource').constraints.map(({ key }) => key)).toContain('dom-2')
    expect(definitions.type('id').elements.find(({ name }) => name === 'value')?.regex).toBe(
      '[A-Za-z0-9\\-\\.]{1,64}',
    )
    expect(definitions.type('SimpleQuantity').base).toBe('Quantity')
  })

  test('an unknown type is refused by name', () => {
    for (const name of ['Nonsense', '../../package', 'constructor']) {
      expect(() => definitions.type(name)).toThrow(Refusal)
      expect(() => definitions.searchParameters(name)).toThrow(Refusal)
    }
  })

  test('what lies worked out in the files is what the definitions say', () => {
    for (const type of ['Patient', 'Observation', 'Encounter', 'Bundle']) {
      for (const { code, url, kind, expression, repeats, dataTypes } of definitions.searchParameters(type)) {
        if (kind === 'special' || kind === 'composite') continue
        const view = buildParameterView(
          { resourceType: 'SearchParameter', url, code, base: [type], type: kind, expression },
          type,
          definitions,
        )
        expect({ repeats: false, ...view }).toMatchObject({ repeats, dataTypes })
      }
    }
  })
})

describe('compartments', () => {
  test('a patient has appointments by actor, observations by subject and performer', () => {
    expect(definitions.compartmentParameters('Patient', 'Appointment')).toEqual(['actor'])
    expect(definitions.compartmentParameters('Patient', 'Observation')).toEqual(['subject', 'performer'])
    expect(definitions.compartmentParameters('Patient', 'Slot')).toBeUndefined()
    expect(definitions.compartmentParameters('Encounter', 'Encounter')).toEqual([])
    expect(definitions.compartmentParameters('Galaxy', 'Slot')).toBeUndefined()
  })

  test('are tied by parameters that exist and lead there', () => {
    for (const compartment of ['Patient', 'Encounter', 'Practitioner', 'RelatedPerson', 'Device']) {
      for (const type of definitions.resourceTypes) {
        for (const code of definitions.compartmentParameters(compartment, type) ?? []) {
          expect(parameter(type, code)?.kind, `${compartment}: ${type}?${code}`).toBe('reference')
        }
      }
    }
  })
})

describe('a new resource type is data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'definitions-'))
  let extended: Definitions

  const write = (kind: string, name: string, resource: object): void => {
    mkdirSync(join(folder, kind), { recursive: true })
    writeFileSync(join(folder, kind, `${name}.json`), JSON.stringify(resource))
  }

  beforeAll(() => {
    write('structure-definitions', 'WaitingRoom', {
      resourceType: 'StructureDefinition',
      url: 'http://example.org/StructureDefinition/WaitingRoom',
      name: 'WaitingRoom',
      kind: 'resource',
      abstract: false,
      type: 'WaitingRoom',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/DomainResource',
      derivation: 'specialization',
      differential: {
        element: [
          { path: 'WaitingRoom', min: 0, max: '*' },
          { path: 'WaitingRoom.name', min: 1, max: '1', type: [{ code: 'string' }] },
          { path: 'WaitingRoom.guest', min: 0, max: '*', type: [{ code: 'BackboneElement' }] },
          {
            path: 'WaitingRoom.guest.patient',
            min: 1,
            max: '1',
            type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Patient'] }],
          },
        ],
      },
    })
    const searchParameter = (code: string, type: string, expression: string, base: string): object => ({
      resource: {
        resourceType: 'SearchParameter',
        url: `http://example.org/SearchParameter/${base}-${code}`,
        code,
        base: [base],
        type,
        expression,
      },
    })
    write('search-parameters', 'waiting-room', {
      resourceType: 'Bundle',
      entry: [
        searchParameter('name', 'string', 'WaitingRoom.name', 'WaitingRoom'),
        searchParameter('guest', 'reference', 'WaitingRoom.guest.patient', 'WaitingRoom'),
        searchParameter(
          'mood',
          'token',
          "Patient.extension('http://example.org/mood').value.ofType(code)",
          'Patient',
        ),
      ],
    })
    extended = loadDefinitions(undefined, [folder])
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('with its own elements and those it inherits', () => {
    expect(extended.resourceTypes).toHaveLength(147)
    expect(extended.isResourceType('WaitingRoom')).toBe(true)
    const names = extended.type('WaitingRoom').elements.map(({ name }) => name)
    expect(names).toEqual([
      'id',
      'meta',
      'implicitRules',
      'language',
      'text',
      'contained',
      'extension',
      'modifierExtension',
      'name',
      'guest',
    ])
  })

  test('with its own search parameters and those of all types', () => {
    expect(extended.searchParameter('WaitingRoom', 'guest')).toMatchObject({
      repeats: true,
      targets: ['Patient'],
      dataTypes: ['Reference'],
    })
    expect(extended.searchParameter('WaitingRoom', '_tag')?.expression).toBe('WaitingRoom.meta.tag')
    expect(extended.searchParameter('WaitingRoom', '_text')).toBeDefined()
    const room = {
      resourceType: 'WaitingRoom',
      name: 'Blue',
      guest: [{ patient: { reference: 'Patient/1' } }],
    }
    const found = createExtractor(extended).extract(room, { localBases: [], timeZone: 'UTC' })
    expect(Object.fromEntries(found)).toEqual({
      name: [{ kind: 'string', text: 'Blue' }],
      guest: [{ kind: 'reference', reference: 'Patient/1' }],
    })
  })

  test('and a parameter for a type that was there', () => {
    expect(extended.searchParameter('Patient', 'mood')).toMatchObject({
      kind: 'token',
      dataTypes: ['code'],
      repeats: true,
    })
    expect(definitions.searchParameter('Patient', 'mood')).toBeUndefined()
    const patient = {
      resourceType: 'Patient',
      extension: [{ url: 'http://example.org/mood', valueCode: 'good' }],
    }
    const found = createExtractor(extended).extract(patient, { localBases: [], timeZone: 'UTC' })
    expect(found.get('mood')).toEqual([{ kind: 'token', code: 'good' }])
  })
})

test('the folder is small enough to read in a review', () => {
  const { length } = readFileSync(
    join(import.meta.dirname, '../../fhir-profiles/r4/resource-types/Patient.json'),
    'utf8',
  )
  expect(length).toBeLessThan(10_000)
})
