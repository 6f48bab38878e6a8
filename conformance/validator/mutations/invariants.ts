import { copyOf, isObject, isSingle, type JsonObject, put, type Spot } from '../spots.ts'
import { addTo, atRoot } from './at-root.ts'
import type { Mutator } from './mutator.ts'

const extension = { url: 'http://example.org/fhir/StructureDefinition/mood', valueString: 'good' }

/** Objects of a data type, or the resource itself. */
const onType = (kind: string, type: string, change: (value: JsonObject) => void): Mutator => ({
  kind,
  applies: (spot) => isSingle(spot) && spot.type === type && isObject(spot.value),
  change: ({ value }) => {
    if (isObject(value)) change(value)
  },
})

/** One invariant each, broken on purpose: https://hl7.org/fhir/R4/conformance-rules.html#constraints */
export const invariantMutators: readonly Mutator[] = [
  onType('period-turned', 'Period', (period) => {
    period.start = '2026-03-02'
    period.end = '2026-03-01'
  }),
  onType('quantity-code-alone', 'Quantity', (quantity) => {
    delete quantity.system
    quantity.code = 'mg'
  }),
  onType('range-turned', 'Range', (range) => {
    range.low = { value: 5 }
    range.high = { value: 2 }
  }),
  onType('ratio-half', 'Ratio', (ratio) => {
    delete ratio.denominator
  }),
  onType('attachment-untyped', 'Attachment', (attachment) => {
    delete attachment.contentType
    attachment.data = 'QWxtYW5hYw=='
  }),
  onType('contact-point-unsaid', 'ContactPoint', (contact) => {
    delete contact.system
    contact.value = '+41 61 555 01 01'
  }),
  onType('timing-odd', 'Timing', (timing) => {
    timing.repeat = { duration: 3, when: ['MORN'], offset: 5, period: -1 }
  }),
  onType('extension-both', 'Extension', (value) => {
    value.valueString = 'good'
    value.extension = [extension]
  }),
  onType('extension-neither', 'Extension', (value) => {
    for (const name of Object.keys(value)) if (name !== 'url' && name !== 'id') delete value[name]
  }),
  onType('extension-unnamed', 'Extension', (value) => {
    delete value.url
  }),
  onType('extension-elsewhere', 'Extension', (value) => {
    value.url = 'http://hl7.org/fhir/StructureDefinition/patient-birthTime'
  }),
  onType('extension-relative', 'Extension', (value) => {
    value.url = 'mood'
  }),
  onType('element-extended', 'CodeableConcept', (value) => addTo(value, 'extension', extension)),
  atRoot('extended', (resource) => addTo(resource, 'extension', extension)),
  atRoot('modified', (resource) => addTo(resource, 'modifierExtension', extension)),
  atRoot('profile-unknown', (resource) => {
    resource.meta = { profile: ['http://example.org/fhir/StructureDefinition/nobody-knows'] }
  }),
  atRoot('profile-of-other-type', (resource) => {
    resource.meta = { profile: ['http://hl7.org/fhir/StructureDefinition/bodyheight'] }
  }),
  atRoot('contained-unused', (resource) =>
    addTo(resource, 'contained', { resourceType: 'Basic', id: 'unused', code: { text: 'x' } }),
  ),
  atRoot('contained-nested', (resource) =>
    addTo(resource, 'contained', {
      resourceType: 'Basic',
      id: 'outer',
      code: { text: 'x' },
      contained: [{ resourceType: 'Basic', id: 'inner', code: { text: 'x' } }],
    }),
  ),
  atRoot('contained-versioned', (resource) =>
    addTo(resource, 'contained', {
      resourceType: 'Basic',
      id: 'c',
      meta: { versionId: '1' },
      code: { text: 'x' },
    }),
  ),
  atRoot('contained-broken', (resource) => addTo(resource, 'contained', { resourceType: 'Basic', id: 'c' })),
  atRoot('contained-unknown-type', (resource) =>
    addTo(resource, 'contained', { resourceType: 'Nothing', id: 'c' }),
  ),
  atRoot(
    'type-unknown',
    (resource) => {
      resource.resourceType = 'Nothing'
    },
    true,
  ),
  atRoot(
    'type-lower-case',
    (resource) => {
      resource.resourceType = String(resource.resourceType).toLowerCase()
    },
    true,
  ),
  atRoot(
    'type-gone',
    (resource) => {
      delete resource.resourceType
    },
    true,
  ),
  atRoot('language-odd', (resource) => {
    resource.language = 'de-CH'
  }),
  atRoot('language-broken', (resource) => {
    resource.language = 'no language'
  }),
  {
    kind: 'primitive-extended',
    applies: (spot) => isPrimitiveProperty(spot),
    change: ({ owner, key }) => {
      if (isObject(owner)) owner[`_${key}`] = { extension: [extension] }
    },
  },
  {
    kind: 'primitive-only-extended',
    applies: (spot) => isPrimitiveProperty(spot) && spot.element.min === 0,
    change: (spot) => {
      const { owner, key } = spot
      if (!isObject(owner)) return
      delete owner[key]
      owner[`_${key}`] = {
        extension: [
          { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
        ],
      }
    },
  },
  {
    kind: 'primitive-twin-broken',
    breaksStructure: true,
    applies: (spot) => isPrimitiveProperty(spot),
    change: ({ owner, key }, random) => {
      if (isObject(owner))
        owner[`_${key}`] = random.pick<unknown>(['x', { value: 'x' }, {}, { extension: {} }, [null]])
    },
  },
  {
    kind: 'twin-of-object',
    breaksStructure: true,
    applies: ({ kind, value }) => kind === 'property' && isObject(value),
    change: ({ owner, key }) => {
      if (isObject(owner)) owner[`_${key}`] = { extension: [extension] }
    },
  },
  {
    kind: 'id-again',
    applies: ({ value, kind }) => kind === 'item' && isObject(value),
    change: (spot) => {
      if (isObject(spot.value)) spot.value.id = 'same'
      const list = spot.owner as unknown[]
      list.push(copyOf(spot.value))
    },
  },
  {
    kind: 'text-changed',
    applies: (spot) => isSingle(spot) && spot.type === 'string' && typeof spot.value === 'string',
    change: (spot, random) => put(spot, random.pick(['other', 'x', `${spot.value} 2`])),
  },
  {
    kind: 'number-changed',
    applies: (spot) => isSingle(spot) && typeof spot.value === 'number',
    change: (spot, random) => put(spot, random.pick([0, 1, 2, 1000, -1])),
  },
  {
    kind: 'flag-turned',
    applies: (spot) => isSingle(spot) && typeof spot.value === 'boolean',
    change: (spot) => put(spot, !spot.value),
  },
]

function isPrimitiveProperty({ kind, value, owner, key }: Spot): boolean {
  return kind === 'property' && typeof value !== 'object' && !(`_${key}` in owner)
}
