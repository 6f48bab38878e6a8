import { describe, expect, test } from 'vitest'
import { parseReference } from '#fhir/references.ts'

const bases = ['https://clinic.example/fhir', 'http://localhost:8080/c/north/fhir']

describe('the forms of a reference', () => {
  test.each([
    ['Patient/1', { kind: 'local', type: 'Patient', id: '1' }],
    ['Patient/a.b-C/_history/12', { kind: 'local', type: 'Patient', id: 'a.b-C', version: '12' }],
    ['https://clinic.example/fhir/Patient/1', { kind: 'local', type: 'Patient', id: '1' }],
    [
      'http://localhost:8080/c/north/fhir/Slot/2/_history/1',
      { kind: 'local', type: 'Slot', id: '2', version: '1' },
    ],
    [
      'https://clinic.example/fhirPatient/1',
      { kind: 'absolute', url: 'https://clinic.example/fhirPatient/1' },
    ],
    [
      'https://other.example/fhir/Patient/1',
      { kind: 'absolute', url: 'https://other.example/fhir/Patient/1', type: 'Patient', id: '1' },
    ],
    [
      'https://other.example/Patient/1/_history/4',
      {
        kind: 'absolute',
        url: 'https://other.example/Patient/1/_history/4',
        type: 'Patient',
        id: '1',
        version: '4',
      },
    ],
    ['https://other.example/about', { kind: 'absolute', url: 'https://other.example/about' }],
    ['#p1', { kind: 'contained', id: 'p1' }],
    ['#', { kind: 'contained', id: '' }],
    ['urn:uuid:1', { kind: 'urn', urn: 'urn:uuid:1' }],
    ['Patient?identifier=a|b', { kind: 'conditional', type: 'Patient', query: 'identifier=a|b' }],
    ['', { kind: 'unknown', text: '' }],
    ['Patient', { kind: 'unknown', text: 'Patient' }],
    ['Patient/', { kind: 'unknown', text: 'Patient/' }],
    ['patient/1', { kind: 'unknown', text: 'patient/1' }],
    ['Patient/1/2', { kind: 'unknown', text: 'Patient/1/2' }],
    ['Patient/1/_history/', { kind: 'unknown', text: 'Patient/1/_history/' }],
    ['../Patient/1', { kind: 'unknown', text: '../Patient/1' }],
    [`Patient/${'a'.repeat(65)}`, { kind: 'unknown', text: `Patient/${'a'.repeat(65)}` }],
    ["Patient/1' or 1=1", { kind: 'unknown', text: "Patient/1' or 1=1" }],
    ['patient?x', { kind: 'unknown', text: 'patient?x' }],
  ])('%s', (text, expected) => expect(parseReference(text, bases)).toEqual(expected))
})
