/** A right value of a data type, plain enough to be right nearly everywhere. */
const samples: Readonly<Record<string, unknown>> = {
  base64Binary: 'QWxtYW5hYw==',
  boolean: true,
  canonical: 'http://example.org/fhir/StructureDefinition/x',
  code: 'x',
  date: '2026-03-01',
  dateTime: '2026-03-01T09:30:00+01:00',
  decimal: 1.5,
  id: 'x-1',
  instant: '2026-03-01T09:30:00.000Z',
  integer: 3,
  markdown: 'Some *text*',
  oid: 'urn:oid:1.2.3',
  positiveInt: 2,
  string: 'some text',
  time: '09:30:00',
  unsignedInt: 0,
  uri: 'http://example.org/x',
  url: 'http://example.org/x',
  uuid: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  Address: { city: 'Basel' },
  Age: { value: 40, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
  Annotation: { text: 'Called back.' },
  Attachment: { contentType: 'text/plain', data: 'QWxtYW5hYw==' },
  CodeableConcept: { text: 'something' },
  Coding: { system: 'http://example.org/codes', code: 'x' },
  ContactDetail: { name: 'Reception' },
  ContactPoint: { system: 'phone', value: '+41 61 555 01 01' },
  Contributor: { type: 'author', name: 'Reception' },
  Count: { value: 3, system: 'http://unitsofmeasure.org', code: '1' },
  DataRequirement: { type: 'Patient' },
  Distance: { value: 3, unit: 'km', system: 'http://unitsofmeasure.org', code: 'km' },
  Dosage: { text: 'one a day' },
  Duration: { value: 30, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
  Expression: { language: 'text/fhirpath', expression: 'true' },
  HumanName: { text: 'Ada Keller' },
  Identifier: { system: 'http://example.org/ids', value: '1' },
  Money: { value: 12.5, currency: 'CHF' },
  ParameterDefinition: { use: 'in', type: 'string' },
  Period: { start: '2026-03-01', end: '2026-03-02' },
  Quantity: { value: 3, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
  Range: { low: { value: 1 }, high: { value: 2 } },
  Ratio: { numerator: { value: 1 }, denominator: { value: 2 } },
  Reference: { display: 'somebody' },
  RelatedArtifact: { type: 'documentation', display: 'a page' },
  SampledData: { origin: { value: 0 }, period: 10, dimensions: 1, data: '1 2 3' },
  Signature: {
    type: [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1' }],
    when: '2026-03-01T09:30:00.000Z',
    who: { display: 'somebody' },
  },
  Timing: { event: ['2026-03-01'] },
  TriggerDefinition: { type: 'named-event', name: 'x' },
  UsageContext: {
    code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'venue' },
    valueCodeableConcept: { text: 'a clinic' },
  },
  Meta: { tag: [{ system: 'http://example.org/tags', code: 'x' }] },
}

/** Data types of which there is a sample. */
export const sampleTypes: readonly string[] = Object.keys(samples)

export function sampleValue(type: string): unknown {
  const sample = samples[type]
  if (sample === undefined) throw new RangeError(`There is no sample of ${type}.`)
  return structuredClone(sample)
}
