import { isObject, type JsonObject } from '../spots.ts'
import { addTo, atRoot, isRootProperty } from './at-root.ts'
import type { Mutator } from './mutator.ts'

const withMeta = (resource: JsonObject, part: JsonObject): void => {
  resource.meta = { ...(isObject(resource.meta) ? resource.meta : {}), ...part }
}

const basic = (id: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Basic',
  id,
  code: { text: 'x' },
  ...more,
})

/** Elements of some types, put where the type has none of that name. */
const strangers = ['birthDate', 'valueQuantity', 'linkId', 'fhirVersion', 'schedule', 'packageId', 'telecom']

/** https://hl7.org/fhir/R4/resource.html, domainresource.html: what every resource may carry. */
export const resourceMarkMutators: readonly Mutator[] = [
  atRoot('meta-tagged', (resource) =>
    withMeta(resource, {
      tag: [{ system: 'http://example.org/tags', code: 'x', display: 'X' }],
      security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
      source: 'http://example.org/import#1',
      lastUpdated: '2026-03-01T09:30:00.000+01:00',
      versionId: '3',
    }),
  ),
  atRoot(
    'meta-broken',
    (resource, random) =>
      withMeta(
        resource,
        random.pick<JsonObject>([
          { lastUpdated: '2026-03-01' },
          { versionId: 'a b' },
          { versionId: 3 },
          { tag: { code: 'x' } },
          { tag: ['x'] },
          { security: [{ label: 'x' }] },
          { source: 'a b' },
          { profile: 'http://example.org/fhir/StructureDefinition/x' },
          { profile: [{ value: 'http://example.org/fhir/StructureDefinition/x' }] },
          { author: 'somebody' },
        ]),
      ),
    true,
  ),
  atRoot('rules-implicit', (resource) => {
    resource.implicitRules = 'http://example.org/rules'
  }),
  atRoot(
    'text-broken',
    (resource, random) => {
      const div = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
      resource.text = random.pick<unknown>([
        { div },
        { status: 'generated' },
        { status: 'handmade', div },
        { status: 'generated', div: [div] },
        { status: 'generated', div, lang: 'de' },
        div,
        [{ status: 'generated', div }],
      ])
    },
    true,
  ),
  {
    kind: 'stranger-at-root',
    breaksStructure: true,
    applies: isRootProperty,
    change: ({ owner, within }, random, definitions) => {
      const known = new Set(definitions.type(within).elements.map(({ name }) => name.replace('[x]', '')))
      const name = random.pick(strangers.filter((one) => !known.has(one.replace(/Quantity$/, ''))))
      if (isObject(owner)) owner[name] = random.pick<unknown>(['x', { text: 'x' }, 1, true])
    },
  },
  atRoot(
    'as-in-older-versions',
    (resource, random) => {
      Object.assign(
        resource,
        random.pick<JsonObject>([
          { fhir_comments: ['a remark'] },
          { '@type': 'x' },
          { $schema: 'x' },
          { _id: '1' },
          { resourcetype: 'x' },
          { xmlns: 'http://hl7.org/fhir' },
        ]),
      )
    },
    true,
  ),
  atRoot('contained-used', (resource) => {
    addTo(resource, 'contained', basic('used'))
    addTo(resource, 'extension', {
      url: 'http://example.org/fhir/StructureDefinition/about',
      valueReference: { reference: '#used' },
    })
  }),
  atRoot('contained-labelled', (resource) => {
    addTo(resource, 'contained', basic('used', { meta: { security: [{ code: 'R' }] } }))
    addTo(resource, 'extension', {
      url: 'http://example.org/fhir/StructureDefinition/about',
      valueReference: { reference: '#used' },
    })
  }),
  atRoot('contained-updated', (resource) => {
    addTo(resource, 'contained', basic('used', { meta: { lastUpdated: '2026-03-01T09:30:00Z' } }))
    addTo(resource, 'extension', {
      url: 'http://example.org/fhir/StructureDefinition/about',
      valueReference: { reference: '#used' },
    })
  }),
  atRoot(
    'contained-no-resource',
    (resource, random) => {
      resource.contained = random.pick<unknown>([
        [{ id: 'c' }],
        basic('c'),
        ['c'],
        [[basic('c')]],
        [null],
        {},
      ])
    },
    true,
  ),
]
