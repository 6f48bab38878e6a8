import { expect, test } from 'vitest'
import type { SourceElement } from '#fhir/profiles/structure-source.ts'
import { faults, profile, profilesOf, said, urlOf } from './snapshots.ts'

const patient = (...elements: SourceElement[]) => profile('strict', 'Patient', 'Patient', elements)
const bySystem = { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' }
const slice = (sliceName: string, system: string, more: Partial<SourceElement> = {}): SourceElement[] => [
  { path: 'Patient.identifier', sliceName, ...more },
  { path: 'Patient.identifier.system', fixedUri: system },
]
const rule = (expression: string, key = 'own-1') =>
  [{ key, severity: 'error', human: 'So it is.', expression }] as const
const demanding = profile('demanding', 'Patient', 'Patient', [
  {
    path: 'Patient',
    constraint: [{ key: 'dem-1', severity: 'error', human: 'Active.', expression: 'active' }],
  },
  { path: 'Patient.name', min: 1, max: '2', mustSupport: true },
  { path: 'Patient.gender', fixedCode: 'female' },
  { path: 'Patient.maritalStatus', patternCodeableConcept: { coding: [{ system: 'urn:a', code: 'M' }] } },
  { path: 'Patient.identifier', slicing: { ...bySystem, ordered: true, rules: 'closed' } },
  { path: 'Patient.identifier', sliceName: 'mrn' },
  { path: 'Patient.identifier.system', fixedUri: 'https://a.example' },
  { path: 'Patient.name.family', maxLength: 20 },
  {
    path: 'Patient.generalPractitioner',
    type: [
      {
        code: 'Reference',
        targetProfile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner'],
      },
    ],
  },
])
const derived = (...elements: SourceElement[]) => profile('derived', urlOf('demanding'), 'Patient', elements)

test.each<[string, SourceElement[], string]>([
  [
    'a lower minimum',
    [{ path: 'Patient.link.other', min: 0 }],
    'element[0].min: Patient.link.other must occur 1',
  ],
  ['a higher maximum', [{ path: 'Patient.gender', max: '2' }], 'element[0].max: Patient.gender may occur 1'],
  [
    'a minimum above the maximum',
    [{ path: 'Patient.name', min: 3, max: '2' }],
    'at least 3 times and at most 2',
  ],
  ['a maximum that is no number', [{ path: 'Patient.name', max: 'many' }], 'a whole number or * as max'],
  ['another type', [{ path: 'Patient.birthDate', type: [{ code: 'dateTime' }] }], 'cannot be a dateTime'],
  [
    'a type no choice has',
    [{ path: 'Patient.deceased[x]', type: [{ code: 'Quantity' }] }],
    'allows boolean, dateTime',
  ],
  [
    'a weaker binding',
    [{ path: 'Patient.gender', binding: { strength: 'extensible' } }],
    'extensible would loosen',
  ],
  [
    'a target that the base does not allow',
    [
      {
        path: 'Patient.managingOrganization',
        type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Location'] }],
      },
    ],
    'A reference to Location is not allowed',
  ],
  ['an element of no such name', [{ path: 'Patient.nmae', min: 1 }], 'Patient has no element nmae'],
  [
    'an element in the wrong place',
    [{ path: 'Patient.name.city', min: 1 }],
    'Patient.name has no element city',
  ],
  ['a path of another type', [{ path: 'Person.name', min: 1 }], 'A path starts with the type'],
  [
    'the same element twice',
    [{ path: 'Patient.name' }, { path: 'Patient.name', min: 1 }],
    'element[1].path: Patient.name is constrained twice',
  ],
  [
    'a value of another type',
    [{ path: 'Patient.birthDate', fixedCode: 'x' }],
    'birthDate is a date, so fixedCode',
  ],
  [
    'a value where several types are left',
    [{ path: 'Patient.deceased[x]', fixedBoolean: false }],
    'narrow them to one',
  ],
  [
    'going into a choice of several types',
    [{ path: 'Patient.deceased[x].extension', min: 1 }],
    'narrow it to one',
  ],
  [
    'slices that nothing tells apart',
    [{ path: 'Patient.name', sliceName: 'official' }],
    'nothing says how they are told apart',
  ],
  [
    'a slice without a mark',
    [
      { path: 'Patient.identifier', slicing: bySystem },
      { path: 'Patient.identifier', sliceName: 'mrn', min: 1 },
    ],
    'nothing tells the slice mrn apart',
  ],
  [
    'two slices with the same mark',
    [
      { path: 'Patient.identifier', slicing: bySystem },
      ...slice('one', 'https://a.example'),
      ...slice('two', 'https://a.example'),
    ],
    'one and two are told apart by nothing',
  ],
  [
    'slices that do not fit in together',
    [
      { path: 'Patient.identifier', max: '1', slicing: bySystem },
      ...slice('one', 'https://a.example', { min: 1 }),
      ...slice('two', 'https://b.example', { min: 1 }),
    ],
    'its slices demand 2 together',
  ],
  [
    'closed slices that leave too little',
    [
      { path: 'Patient.identifier', min: 2, slicing: { ...bySystem, rules: 'closed' } },
      ...slice('one', 'https://a.example', { max: '1' }),
    ],
    'must occur 2 times, and its slices, which are closed, allow 1',
  ],
  [
    'a slice above what the element allows',
    [
      { path: 'Patient.identifier', max: '1', slicing: bySystem },
      ...slice('one', 'https://a.example', { max: '2' }),
    ],
    'may occur 1 times in the base',
  ],
  [
    'slices of slices',
    [{ path: 'Patient.identifier', slicing: bySystem }, ...slice('one/half', 'https://a.example')],
    'Slices of slices are not supported',
  ],
  [
    'a discriminator that is no path',
    [
      {
        path: 'Patient.identifier',
        slicing: { discriminator: [{ type: 'value', path: 'system.where(true)' }], rules: 'open' },
      },
    ],
    'must be $this or element names',
  ],
  [
    'a value that contradicts its part',
    [
      { path: 'Patient.maritalStatus', patternCodeableConcept: { text: 'married' } },
      { path: 'Patient.maritalStatus.text', fixedString: 'single' },
    ],
    'another text than the fixed one',
  ],
  [
    'a value with a part that is not allowed',
    [
      { path: 'Patient.maritalStatus', patternCodeableConcept: { text: 'married' } },
      { path: 'Patient.maritalStatus.text', max: '0' },
    ],
    'has text, which is not allowed',
  ],
  ['a change of meaning', [{ path: 'Patient.name', isModifier: true }], 'does not modify the meaning'],
  [
    'an expression without end',
    [{ path: 'Patient', constraint: rule(`active ${'or active '.repeat(1000)}`) }],
    'longer than',
  ],
  [
    'a rule of a known key',
    [{ path: 'Patient.contact', constraint: rule('true', 'pat-1') }],
    'The key pat-1 is taken',
  ],
  ['a path without end', [{ path: `Patient${'.extension'.repeat(40)}` }], 'at most 24 steps'],
])('%s is refused, with its place', (_, elements, sentence) => {
  expect(said(patient(...elements))).toContain(sentence)
  expect(faults(patient(...elements))[0]?.expression?.[0]).toMatch(
    /^StructureDefinition\.differential\.element\[\d+\]/,
  )
})

test.each<[string, SourceElement[], string]>([
  ['occurs less often', [{ path: 'Patient.name', min: 0 }], 'min 0 would loosen'],
  ['occurs more often', [{ path: 'Patient.name', max: '*' }], 'may occur 2 times'],
  ['need not be supported', [{ path: 'Patient.name', mustSupport: false }], 'must be supported'],
  ['has another fixed value', [{ path: 'Patient.gender', fixedCode: 'male' }], 'another fixed value'],
  ['has a pattern instead of it', [{ path: 'Patient.gender', patternCode: 'male' }], 'another fixed value'],
  [
    'does not fit the pattern',
    [{ path: 'Patient.maritalStatus', patternCodeableConcept: { text: 'x' } }],
    'does not fit',
  ],
  ['has a slice more', slice('two', 'https://b.example'), 'closed in the base'],
  [
    'is sliced otherwise',
    [
      {
        path: 'Patient.identifier',
        slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'closed', ordered: true },
      },
    ],
    'other discriminators',
  ],
  [
    'is sliced more openly',
    [{ path: 'Patient.identifier', slicing: { ...bySystem, ordered: true } }],
    'open would loosen',
  ],
  [
    'is no longer in order',
    [{ path: 'Patient.identifier', slicing: { ...bySystem, rules: 'closed' } }],
    'orders its slices',
  ],
  ['is longer', [{ path: 'Patient.name.family', maxLength: 30 }], 'at most 20 characters'],
  [
    'leads anywhere of the type',
    [
      {
        path: 'Patient.generalPractitioner',
        type: [
          { code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Practitioner'] },
        ],
      },
    ],
    'does not derive',
  ],
  ['says a rule anew', [{ path: 'Patient', constraint: rule('true', 'dem-1') }], 'The key dem-1 is taken'],
])('what a parent profile demands stays: an element that %s is refused', (_, elements, sentence) => {
  expect(said(derived(...elements), demanding)).toContain(sentence)
})

test('all that is wrong is told at once, and no more than a hundred of it', () => {
  const two = patient({ path: 'Patient.gender', max: '2' }, { path: 'Patient.nmae' })
  expect(faults(two)).toHaveLength(2)
  const many = Array.from({ length: 500 }, (_, index) => ({ path: `Patient.wrong${index}` }))
  expect(faults(patient(...many))).toHaveLength(100)
})

test('a profile of more elements than anyone reads is refused', () => {
  const many = Array.from({ length: 6_000 }, () => ({ path: 'Patient.name' }))
  expect(said(patient(...many))).toContain('more than 5000 elements')
})

test('an unknown base, an unknown type and a base of another type are refused', () => {
  expect(said(profile('a', 'https://nowhere.example/x', 'Patient', []))).toContain(
    'is not known here: store it first',
  )
  expect(said(profile('b', 'Patient', 'Patientt', []))).toContain('no FHIR type "Patientt"')
  expect(said(profile('c', 'Patient', 'Person', []))).toContain('cannot constrain Person')
  expect(said(profile('d', 'string', 'string', []))).toContain('no elements')
  const { baseDefinition: _, ...without } = profile('e', 'Patient', 'Patient', [])
  expect(said(without)).toContain('names the definition that it constrains')
})

test('profiles that rest on each other in a circle are refused, and unknown to whoever asks', () => {
  const one = profile('one', urlOf('two'), 'Patient', [])
  const two = profile('two', urlOf('three'), 'Patient', [])
  const three = profile('three', urlOf('one'), 'Patient', [])
  expect(faults(one, two, three)[0]?.expression).toEqual(['StructureDefinition.baseDefinition'])
  expect(said(profile('self', urlOf('self'), 'Patient', []))).toContain('leads back to this profile')
  expect(profilesOf(one, two, three).profile(urlOf('two'))).toBeUndefined()
})

test('a chain of profiles that goes on and on is refused', () => {
  const chain = Array.from({ length: 60 }, (_, index) =>
    profile(`p${index}`, index === 59 ? 'Patient' : urlOf(`p${index + 1}`), 'Patient', []),
  )
  expect(said(chain[0] as (typeof chain)[0], ...chain)).not.toBe('')
  expect(faults(chain[50] as (typeof chain)[0], ...chain)).toEqual([])
})

test('a profile that goes into itself is refused; one that leads to itself by reference is not', () => {
  const within = (min: number) =>
    profile('nest', 'Extension', 'Extension', [
      {
        path: 'Extension.extension',
        sliceName: 'again',
        min,
        type: [{ code: 'Extension', profile: [urlOf('nest')] }],
      },
    ])
  expect(faults(within(0))).toEqual([])
  expect(said(within(1))).toContain('never ends')
  const into = profile('into', 'Extension', 'Extension', [
    {
      path: 'Extension.extension',
      sliceName: 'again',
      type: [{ code: 'Extension', profile: [urlOf('into')] }],
    },
    { path: 'Extension.extension.value[x]', max: '0' },
  ])
  expect(said(into)).toContain('leads back to this profile')
  const linked = profile('linked', 'Patient', 'Patient', [
    { path: 'Patient.link.other', type: [{ code: 'Reference', targetProfile: [urlOf('linked')] }] },
  ])
  expect(faults(linked)).toEqual([])
})

test('an expression that cannot be used is told by whoever knows FHIRPath', async () => {
  const { createProfiles } = await import('#fhir/profiles/create-profiles.ts')
  const { definitions } = await import('./snapshots.ts')
  const profiles = createProfiles({
    definitions,
    sources: { source: () => undefined },
    faultOfExpression: (expression) => (expression === '((' ? 'leaves a bracket open' : undefined),
  })
  const wrong = patient({ path: 'Patient', constraint: rule('((') })
  expect(() => profiles.build(wrong)).toThrow(
    expect.objectContaining({
      issues: [
        expect.objectContaining({ diagnostics: 'The expression of the rule own-1 leaves a bracket open.' }),
      ],
    }),
  )
})
