import { expect, test } from 'vitest'
import { definitions, element, profile, profilesOf, shipped, snapshot, urlOf } from './snapshots.ts'

const identifierSlices = [
  {
    path: 'Patient.identifier',
    slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' },
  },
  { path: 'Patient.identifier', sliceName: 'mrn', min: 1, max: '1' },
  { path: 'Patient.identifier.system', min: 1, fixedUri: 'https://clinic.example/mrn' },
  { path: 'Patient.identifier', sliceName: 'insurance' },
  { path: 'Patient.identifier.system', min: 1, fixedUri: 'https://insurance.example' },
] as const

test('what a profile does not mention is the very element of the base', () => {
  const made = snapshot(profile('named', 'Patient', 'Patient', [{ path: 'Patient.name', min: 1 }]))
  const base = definitions.type('Patient').elements
  expect(made.elements.map(({ name }) => name)).toEqual(base.map(({ name }) => name))
  expect(made.elements.filter((one, index) => one !== base[index]).map(({ name }) => name)).toEqual(['name'])
  expect(element(made, 'name')).toMatchObject({ min: 1, max: Number.POSITIVE_INFINITY, path: 'Patient.name' })
})

test('going into a data type unfolds it there and leaves the rest of it alone', () => {
  const made = snapshot(profile('family', 'Patient', 'Patient', [{ path: 'Patient.name.family', min: 1 }]))
  const humanName = definitions.type('HumanName').elements
  const children = element(made, 'name').children ?? []
  expect(children).toHaveLength(humanName.length)
  expect(children.filter((child, index) => child !== humanName[index])).toEqual([
    expect.objectContaining({ path: 'Patient.name.family', min: 1 }),
  ])
  expect(element(made, 'name').min).toBe(0)
})

test('the order of the differential does not matter when ids say where an element belongs', () => {
  const elements = [
    { id: 'Patient.identifier:mrn.system', path: 'Patient.identifier.system', fixedUri: 'https://a.example' },
    { id: 'Patient.identifier:mrn', path: 'Patient.identifier', sliceName: 'mrn', min: 1 },
    {
      id: 'Patient.identifier',
      path: 'Patient.identifier',
      slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' },
    },
  ]
  const forth = snapshot(profile('order', 'Patient', 'Patient', elements))
  const back = snapshot(profile('order', 'Patient', 'Patient', elements.toReversed()))
  expect(forth).toEqual(back)
  expect(element(forth, 'identifier:mrn.system').fixed).toBe('https://a.example')
})

test('slices are told apart by what is said after them, without ids as well', () => {
  const made = snapshot(profile('sliced', 'Patient', 'Patient', identifierSlices))
  expect(element(made, 'identifier').slicing).toEqual({
    discriminators: [{ type: 'value', path: 'system' }],
    ordered: false,
    rules: 'open',
  })
  expect(element(made, 'identifier:mrn')).toMatchObject({ min: 1, max: 1, sliceName: 'mrn' })
  expect(element(made, 'identifier:mrn.system').fixed).toBe('https://clinic.example/mrn')
  expect(element(made, 'identifier:insurance')).toMatchObject({ min: 0, max: Number.POSITIVE_INFINITY })
  expect(element(made, 'identifier:insurance.system').fixed).toBe('https://insurance.example')
  expect(element(made, 'identifier').children).toBeUndefined()
})

test('a slice holds what is said of all, and its children are shared where it says nothing', () => {
  const made = snapshot(
    profile('shared', 'Patient', 'Patient', [
      { path: 'Patient.identifier.value', min: 1 },
      ...identifierSlices,
    ]),
  )
  expect(element(made, 'identifier.value').min).toBe(1)
  expect(element(made, 'identifier:mrn.value')).toBe(element(made, 'identifier.value'))
})

test.each([
  ['the name of the type in its place', [{ path: 'Observation.valueQuantity', min: 1 }]],
  ['a slice by that name', [{ path: 'Observation.value[x]', sliceName: 'valueQuantity', min: 1 }]],
  ['an id', [{ id: 'Observation.value[x]:valueQuantity', path: 'Observation.valueQuantity', min: 1 }]],
])('a choice is narrowed by %s', (_, elements) => {
  const made = snapshot(
    profile('weight', 'Observation', 'Observation', [
      ...elements,
      { path: 'Observation.valueQuantity.code', min: 1, fixedCode: 'kg' },
    ]),
  )
  expect(element(made, 'value:valueQuantity')).toMatchObject({ types: ['Quantity'], min: 1, max: 1 })
  expect(element(made, 'value:valueQuantity.code')).toMatchObject({ fixed: 'kg', min: 1 })
  expect(element(made, 'value').slicing?.discriminators).toEqual([{ type: 'type', path: '$this' }])
})

test('a choice with one type left is gone into directly', () => {
  const made = snapshot(
    profile('mass', 'Observation', 'Observation', [
      { path: 'Observation.value[x]', type: [{ code: 'Quantity' }] },
      { path: 'Observation.value[x].unit', min: 1 },
    ]),
  )
  expect(element(made, 'value')).toMatchObject({ types: ['Quantity'], isChoice: true })
  expect(element(made, 'value.unit').min).toBe(1)
})

test('an element that refers to another structure is unfolded when a profile goes into it', () => {
  const made = snapshot(
    profile('form', 'Questionnaire', 'Questionnaire', [{ path: 'Questionnaire.item.item.text', min: 1 }]),
  )
  expect(element(made, 'item.item.text').min).toBe(1)
  expect(element(made, 'item.item').contentReference).toBeUndefined()
  expect(element(made, 'item.text').min).toBe(0)
  expect(element(made, 'item.item.item').contentReference).toContain('Questionnaire.item')
})

test('extensions are sliced by their URL without saying so, and their profile gives their structure', () => {
  const made = snapshot(
    profile('raced', 'Patient', 'Patient', [
      {
        path: 'Patient.extension',
        sliceName: 'race',
        min: 1,
        type: [
          { code: 'Extension', profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-race'] },
        ],
      },
      { path: 'Patient.extension.extension', sliceName: 'ombCategory', min: 1 },
    ]),
  )
  expect(element(made, 'extension').slicing?.discriminators).toEqual([{ type: 'value', path: 'url' }])
  expect(element(made, 'extension:race.extension:ombCategory').min).toBe(1)
  expect(element(made, 'extension:race.extension:text').min).toBe(1)
  expect(element(made, 'extension:race.url').fixed).toBe(
    'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
  )
})

test('a profile of a profile keeps what that one demands and adds to its slices', () => {
  const parent = profile('parent', 'Patient', 'Patient', identifierSlices)
  const child = profile('child', urlOf('parent'), 'Patient', [
    { path: 'Patient.identifier', sliceName: 'mrn', mustSupport: true },
    { path: 'Patient.identifier.value', min: 1 },
    { path: 'Patient.identifier', sliceName: 'passport', max: '2' },
    { path: 'Patient.identifier.system', fixedUri: 'https://passport.example' },
  ])
  const made = snapshot(child, parent)
  expect(element(made, 'identifier').slices?.map(({ sliceName }) => sliceName)).toEqual([
    'mrn',
    'insurance',
    'passport',
  ])
  expect(element(made, 'identifier:mrn')).toMatchObject({ min: 1, max: 1, mustSupport: true })
  expect(element(made, 'identifier:mrn.system').fixed).toBe('https://clinic.example/mrn')
  expect(element(made, 'identifier:mrn.value').min).toBe(1)
  expect(made.base).toBe(urlOf('parent'))
})

test('rules add to those of the base, and references say where they may lead', () => {
  const made = snapshot(
    profile('ruled', 'Schedule', 'Schedule', [
      {
        path: 'Schedule',
        constraint: [
          { key: 'own-1', severity: 'error', human: 'One actor.', expression: 'actor.count() = 1' },
        ],
      },
      {
        path: 'Schedule.actor',
        type: [
          {
            code: 'Reference',
            targetProfile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner'],
          },
        ],
      },
    ]),
  )
  expect(made.constraints.map(({ key }) => key)).toContain('own-1')
  expect(element(made, 'actor')).toMatchObject({
    targets: ['Practitioner'],
    targetProfiles: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner'],
  })
})

test('another required value set does not replace that of the base', () => {
  const valueSet = 'https://clinic.example/ValueSet/two-genders'
  const made = snapshot(
    profile('bound', 'Patient', 'Patient', [
      { path: 'Patient.gender', binding: { strength: 'required', valueSet } },
    ]),
  )
  expect(element(made, 'gender').binding).toEqual({ strength: 'required', valueSet })
  expect(element(made, 'gender').moreBindings?.map((binding) => binding.valueSet)).toEqual([
    'http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1',
  ])
})

test('a snapshot without a differential is taken for what it says', () => {
  const { differential, ...rest } = profile('whole', 'Patient', 'Patient', [{ path: 'Patient.name', min: 1 }])
  const made = snapshot({ ...rest, snapshot: differential as NonNullable<typeof differential> })
  expect(element(made, 'name').min).toBe(1)
})

test('a base type answers to its URL, SimpleQuantity as a Quantity', () => {
  expect(shipped.profile('http://hl7.org/fhir/StructureDefinition/Patient')).toMatchObject({
    type: 'Patient',
  })
  expect(shipped.profile('http://hl7.org/fhir/StructureDefinition/Patient|4.0.1')?.type).toBe('Patient')
  expect(shipped.profile('http://hl7.org/fhir/StructureDefinition/SimpleQuantity')).toMatchObject({
    name: 'SimpleQuantity',
    type: 'Quantity',
  })
  expect(shipped.profile('http://hl7.org/fhir/StructureDefinition/../../../package')).toBeUndefined()
})

test('a version that is named is the one that answers, and the newest when none is', () => {
  const patient = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'
  const minimum = (canonical: string) => {
    const found = shipped.profile(canonical)
    return found && element(found, 'gender').min
  }
  expect(shipped.profile(patient)?.version).toBe('8.0.0')
  expect([minimum(`${patient}|6.1.0`), minimum(`${patient}|7.0.0`), minimum(`${patient}|8.0.0`)]).toEqual([
    1, 1, 0,
  ])
  expect(minimum(`${patient}|5.0.1`)).toBeUndefined()
})

test('what the server ships is not replaced by a profile of the same name', () => {
  const url = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'
  const profiles = profilesOf({ ...profile('x', 'Patient', 'Patient', []), url, version: '99.0.0' })
  expect(profiles.profile(url)?.version).toBe('8.0.0')
  expect(profiles.profile(`${url}|99.0.0`)?.version).toBe('99.0.0')
})
