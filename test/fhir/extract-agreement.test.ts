import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SearchParameter } from '#fhir/definitions.ts'
import { splitUnion } from '#fhir/extract-expression.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { asSet, compileBoth } from './fhirpath-agreement.ts'
import { FullResources } from './full-resource.ts'

const definitions = loadDefinitions()
const examples = join(import.meta.dirname, '../../../shared/data/r4-examples')
/** Enough that every alternative that a search parameter looks at has its turn: Observation.value has eleven. */
const turns = 12

/** Answers the expressions that found something. */
function compare(type: string, resources: readonly Resource[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const expression of definitions.searchParameters(type).flatMap(expressionsOf)) {
    const { ours, theirs } = compileBoth(definitions, type, expression)
    for (const resource of resources) {
      const values = ours(resource)
      expect(asSet(values), expression).toEqual(asSet(theirs(resource)))
      if (values.length > 0) found.add(expression)
    }
  }
  return found
}

/** Its own, and those of a composite's components, from the resource on. */
function expressionsOf({ expression, components = [] }: SearchParameter): readonly string[] {
  if (expression === '') return []
  const parts = components.flatMap((component) => splitUnion(component.expression))
  const fromResource = splitUnion(expression).flatMap((branch) =>
    parts.map((part) => (part.startsWith('%') ? part : `(${branch}).${part}`)),
  )
  return [expression, ...fromResource]
}

describe('every search parameter finds what the fhirpath library finds', () => {
  const full = new FullResources(definitions)

  test.each(definitions.resourceTypes)('in a %s that has everything', (type) => {
    const found = compare(
      type,
      Array.from({ length: turns }, () => full.build(type)),
    )
    const all = definitions.searchParameters(type).flatMap(expressionsOf)
    expect(all.filter((expression) => !found.has(expression))).toEqual([])
  })

  const files = existsSync(examples) ? readdirSync(examples).filter((file) => file.endsWith('.json')) : []
  if (files.length === 0) test.skip('in the published examples, which this machine does not have')

  test.each(files)('in the example %s', (file) => {
    const resource = JSON.parse(readFileSync(join(examples, file), 'utf8').replace(/^\ufeff/, '')) as Resource
    compare(resource.resourceType, [resource])
  })
})
