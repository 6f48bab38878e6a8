import r4 from 'fhirpath/fhir-context/r4'
import { describe, expect, test } from 'vitest'
import type { ElementDefinition } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'

const definitions = loadDefinitions()
const types = [
  ...definitions.resourceTypes,
  'Meta',
  'HumanName',
  'Address',
  'Identifier',
  'Timing',
  'Dosage',
  'Quantity',
]

/** `path type` with a `*` where it repeats; ids are left out, which the library calls System.String. */
function* ours(elements: readonly ElementDefinition[], parent: string): Iterable<string> {
  for (const element of elements) {
    const many = element.max > 1 ? ' *' : ''
    if (element.isChoice) {
      for (const type of element.types) yield `${parent}.${choiceName(element.name, type)} ${type}${many}`
    } else if (element.name !== 'id' && element.contentReference === undefined) {
      yield `${parent}.${element.name} ${element.types[0]}${many}`
    }
    yield* ours(element.children ?? [], `${parent}.${element.name}`)
  }
}

function theirs(type: string): readonly string[] {
  return Object.entries(r4.path2Type as Record<string, string | { readonly code: string }>)
    .filter(([path]) => path.startsWith(`${type}.`) && !path.endsWith('.id'))
    .map(
      ([path, found]) =>
        `${path} ${typeof found === 'string' ? found : found.code}${path in r4.path2Repeating ? ' *' : ''}`,
    )
}

describe('elements are those of R4, no more and no fewer, as an independent model of R4 has them', () => {
  test.each(types)('%s', (type) => {
    expect([...ours(definitions.type(type).elements, type)].sort()).toEqual([...theirs(type)].sort())
  })
})
