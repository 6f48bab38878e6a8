import { isObject } from '../spots.ts'
import { addTo, atRoot } from './at-root.ts'
import type { Mutator } from './mutator.ts'
import { sampleTypes, sampleValue } from './sample-value.ts'

const ucum = 'http://unitsofmeasure.org'
const mood = 'http://example.org/fhir/StructureDefinition/mood'

/** Values that break one rule of their data type: https://hl7.org/fhir/R4/datatypes.html */
const broken: readonly (readonly [type: string, rule: string, value: unknown])[] = [
  ['Age', 'age-1', { value: 3, system: ucum, code: 'kg' }],
  ['Age', 'age-1', { value: -3, system: ucum, code: 'a' }],
  ['Attachment', 'att-1', { data: 'QWxtYW5hYw==' }],
  ['ContactPoint', 'cpt-2', { value: '+41 61 555 01 01' }],
  ['Count', 'cnt-3', { value: 3, system: ucum, code: 'kg' }],
  ['Count', 'cnt-3', { value: 1.5, system: ucum, code: '1' }],
  ['DataRequirement', 'drq-1', { type: 'Patient', codeFilter: [{ code: [{ code: 'x' }] }] }],
  ['DataRequirement', 'drq-2', { type: 'Patient', dateFilter: [{ valueDateTime: '2026' }] }],
  ['Distance', 'dis-1', { value: 3, unit: 'km' }],
  ['Duration', 'drt-1', { value: 3, system: ucum, code: 'kg' }],
  ['Expression', 'exp-1', { language: 'text/fhirpath' }],
  ['Period', 'per-1', { start: '2026-03-02', end: '2026-03-01' }],
  ['Quantity', 'qty-3', { value: 3, code: 'mg' }],
  ['Range', 'rng-2', { low: { value: 5 }, high: { value: 2 } }],
  ['Ratio', 'rat-1', { numerator: { value: 1 } }],
  ['Ratio', 'rat-1', { denominator: { value: 1 } }],
  ['Timing', 'tim-1', { repeat: { duration: 3 } }],
  ['Timing', 'tim-2', { repeat: { frequency: 1, period: 3 } }],
  ['Timing', 'tim-4', { repeat: { duration: -3, durationUnit: 'h' } }],
  ['Timing', 'tim-5', { repeat: { frequency: 1, period: -3, periodUnit: 'h' } }],
  ['Timing', 'tim-6', { repeat: { periodMax: 3, periodUnit: 'd' } }],
  ['Timing', 'tim-7', { repeat: { durationMax: 3, durationUnit: 'h' } }],
  ['Timing', 'tim-8', { repeat: { countMax: 3 } }],
  ['Timing', 'tim-9', { repeat: { offset: 30, when: ['C'] } }],
  ['Timing', 'tim-10', { repeat: { timeOfDay: ['09:00:00'], when: ['MORN'] } }],
  ['TriggerDefinition', 'trd-1', { type: 'periodic', timingDate: '2026', data: [{ type: 'Patient' }] }],
  ['TriggerDefinition', 'trd-3', { type: 'data-added' }],
]

/** What each type's sample lacks or has too much of. */
const misshapen: readonly (readonly [type: string, value: unknown])[] = [
  ['Address', { city: ['Basel'] }],
  ['Address', { line: 'Rheingasse 1' }],
  ['Address', { use: 'nowhere' }],
  ['Annotation', { time: '2026-03-01' }],
  ['Annotation', { text: 'x', authorString: 'a', authorReference: { display: 'b' } }],
  ['Attachment', { size: -1 }],
  ['Attachment', { url: 'a b' }],
  ['CodeableConcept', { coding: { code: 'x' } }],
  ['CodeableConcept', { code: 'x' }],
  ['CodeableConcept', { coding: [{ code: 'x', userSelected: 'yes' }] }],
  ['Coding', { coding: [{ code: 'x' }] }],
  ['ContactPoint', { system: 'phone', value: '1', rank: 0 }],
  ['ContactPoint', { system: 'pigeon', value: '1' }],
  ['HumanName', { given: 'Ada' }],
  ['HumanName', { family: ['Keller'] }],
  ['HumanName', { use: 'stage', text: 'x' }],
  ['Identifier', { value: 1 }],
  ['Identifier', { system: 'a b', value: '1' }],
  ['Identifier', { use: 'primary', value: '1' }],
  ['Identifier', { value: '1', assigner: { reference: 'Patient/1' } }],
  ['Money', { value: '12.50', currency: 'CHF' }],
  ['Money', { value: 12.5, currency: 'Franken' }],
  ['Money', { value: 12.5, unit: 'CHF' }],
  ['Period', { start: '2026-03-01T10:00' }],
  ['Period', { from: '2026-03-01' }],
  ['Quantity', { value: '3' }],
  ['Quantity', { value: 3, comparator: '=' }],
  ['Range', { low: 1, high: 2 }],
  ['Range', { low: { value: 1, comparator: '<' } }],
  ['Reference', { reference: { reference: 'Patient/1' } }],
  ['Reference', { id: 1, display: 'x' }],
  ['SampledData', { origin: { value: 0 }, period: 10, data: '1 2 3' }],
  ['Signature', { when: '2026-03-01T09:30:00.000Z', who: { display: 'somebody' } }],
  ['Timing', { event: '2026-03-01' }],
  ['Timing', { repeat: { dayOfWeek: ['monday'] } }],
  ['UsageContext', { valueCodeableConcept: { text: 'a clinic' } }],
  ['Dosage', { text: 'one a day', sequence: 1.5 }],
  ['Dosage', { asNeededBoolean: true, asNeededCodeableConcept: { text: 'pain' } }],
  ['RelatedArtifact', { display: 'a page' }],
  ['ParameterDefinition', { use: 'inout', type: 'string' }],
]

const named = (type: string): string => `value${type.charAt(0).toUpperCase()}${type.slice(1)}`

/** An extension may hold any data type, wherever it stands. */
export const typeRuleMutators: readonly Mutator[] = [
  atRoot('extension-valued', (resource, random) => {
    const type = random.pick(sampleTypes)
    addTo(resource, 'extension', { url: mood, [named(type)]: sampleValue(type) })
  }),
  atRoot('extension-rule-broken', (resource, random) => {
    const [type, , value] = random.pick(broken)
    addTo(resource, 'extension', { url: mood, [named(type)]: value })
  }),
  atRoot(
    'extension-misshapen',
    (resource, random) => {
      const [type, value] = random.pick(misshapen)
      addTo(resource, 'extension', { url: mood, [named(type)]: value })
    },
    true,
  ),
  atRoot(
    'extension-two-values',
    (resource, random) => {
      const [one, other] = [
        random.pick(['string', 'code', 'uri']),
        random.pick(['boolean', 'Period', 'Coding']),
      ]
      addTo(resource, 'extension', { url: mood, [named(one)]: 'x', [named(other)]: sampleValue(other) })
    },
    true,
  ),
  atRoot(
    'extension-of-no-type',
    (resource, random) => {
      addTo(resource, 'extension', { url: mood, [random.pick(['value', 'valueText', 'valuestring'])]: 'x' })
    },
    true,
  ),
  atRoot('extension-nested', (resource) =>
    addTo(resource, 'extension', {
      url: mood,
      extension: [
        { url: 'since', valueDate: '2026-03-01' },
        { url: 'why', extension: [{ url: 'said', valueString: 'nobody' }] },
      ],
    }),
  ),
  atRoot('extension-absent-reason-wrong', (resource, random) =>
    addTo(resource, 'extension', {
      url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
      ...random.pick<object>([{ valueString: 'unknown' }, { valueCode: 'no-idea' }, { valueBoolean: true }]),
    }),
  ),
  {
    kind: 'modifier-in-data-type',
    breaksStructure: true,
    applies: ({ type, value }) =>
      ['CodeableConcept', 'Coding', 'Identifier', 'Reference'].includes(type) && isObject(value),
    change: ({ value }) => {
      if (isObject(value)) addTo(value, 'modifierExtension', { url: mood, valueString: 'good' })
    },
  },
  {
    kind: 'modified-backbone',
    applies: ({ element, value }) => element.children !== undefined && isObject(value),
    change: ({ value }) => {
      if (isObject(value)) addTo(value, 'modifierExtension', { url: mood, valueString: 'good' })
    },
  },
]
