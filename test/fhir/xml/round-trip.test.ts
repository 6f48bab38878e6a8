import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '#fhir/json.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { createXmlFormat } from '#fhir/xml/xml-format.ts'
import { FullResources } from '../full-resource.ts'
import { canonical } from './canonical.ts'
import { RandomResources } from './random-resource.ts'

const definitions = loadDefinitions()
const format = createXmlFormat(definitions)

function expectSurvival(resource: unknown): void {
  const text = JSON.stringify(resource)
  const before = canonical(resource)
  const tight = format.write(text)
  expect(canonical(format.read(tight))).toBe(before)
  const indented = format.write(text, { pretty: true })
  expect(canonical(format.read(indented))).toBe(before)
  expect(format.write(JSON.stringify(format.read(indented)))).toBe(tight)
}

const published = join(import.meta.dirname, '../../../../shared/data/r4-examples')
const files = existsSync(published) ? readdirSync(published).filter((file) => file.endsWith('.json')) : []

describe('what R4 publishes', () => {
  it.skipIf(files.length === 0)('is here: HL7’s examples lie beside the project, not in it', () => {
    expect(files.length).toBeGreaterThan(50)
  })

  it.for(files)('%s is the same after a journey through XML', (file) => {
    expectSurvival(parseJson(readFileSync(join(published, file), 'utf8')))
  })
})

describe('every resource type, with every element it can have', () => {
  const full = new FullResources(definitions)
  it.for(definitions.resourceTypes)('%s', (type) => {
    for (let i = 0; i < 2; i++) expectSurvival(full.build(type))
  })
})

describe('resources that nobody thought of', () => {
  it('survive, whatever their text, extensions and holes', () => {
    fc.assert(
      fc.property(fc.gen(), (g) => {
        expectSurvival(new RandomResources(definitions, g).build())
      }),
      { numRuns: 400 },
    )
  })
})
