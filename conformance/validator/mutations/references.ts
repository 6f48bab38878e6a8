import { isSingle, put, type Spot } from '../spots.ts'
import type { Mutator } from './mutator.ts'

const isReference = (spot: Spot): boolean =>
  spot.within === 'Reference' && spot.element.name === 'reference' && isSingle(spot)

const retarget = (kind: string, values: readonly string[], breaksStructure = false): Mutator => ({
  kind,
  breaksStructure,
  applies: isReference,
  change: (spot, random) => put(spot, random.pick(values)),
})

export const referenceMutators: readonly Mutator[] = [
  retarget('reference-other-type', ['Medication/1', 'Slot/1', 'Patient/1', 'Observation/1', 'Bundle/1']),
  retarget('reference-no-type', ['Nothing/1', 'patient/1', 'Patients/1']),
  retarget('reference-absolute', [
    'http://example.org/fhir/Patient/1',
    'http://example.org/fhir/Medication/1',
    'https://example.org/fhir/Binary/1/_history/2',
    'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  ]),
  retarget('reference-local-missing', ['#nobody', '#nothing-here']),
  retarget('reference-odd', [
    'Patient',
    'Patient/',
    'Patient/a b',
    'Patient/a_b',
    'Patient/1/2',
    'Patient?identifier=http://example.org/ids|1',
    '/Patient/1',
    'urn:uuid:1234',
    '1',
  ]),
  {
    kind: 'reference-type-told',
    applies: isReference,
    change: ({ owner }, random) => {
      ;(owner as { type: string }).type = random.pick(['Medication', 'Patient', 'Nothing', 'Slot'])
    },
  },
  {
    kind: 'reference-type-absolute',
    applies: isReference,
    change: ({ owner }, random) => {
      ;(owner as { type: string }).type = random.pick([
        'http://example.org/fhir/StructureDefinition/Patient',
        'urn:oid:2.16.840.1.113883.6.1',
      ])
    },
  },
  {
    kind: 'reference-to-identifier',
    applies: isReference,
    change: (spot) => {
      const owner = spot.owner as { [name: string]: unknown }
      delete owner.reference
      owner.identifier = { system: 'http://example.org/ids', value: '1' }
    },
  },
]
