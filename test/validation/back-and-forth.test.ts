import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { loadValidator } from '../support/validator.ts'

const validator = loadValidator(loadDefinitions())
const folder = new URL('../../fhir-profiles/examples/valid/', import.meta.url)
const examples = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))

type Node = Record<string, unknown>
const errorsOf = (resource: unknown) =>
  validator.validate(resource).filter(({ severity }) => severity === 'error')

/** Every object in the resource, itself included. */
function nodesOf(value: unknown): readonly Node[] {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.values(value).flatMap(nodesOf)
  return Array.isArray(value) ? below : [value as Node, ...below]
}

test('what is accepted, changed and changed back, is accepted, and nobody else has changed it', () => {
  const change = fc.record({
    example: fc.nat(examples.length - 1),
    node: fc.nat(),
    key: fc.nat(),
    value: fc.oneof(fc.jsonValue(), fc.constant(undefined)),
  })
  fc.assert(
    fc.property(change, ({ example, node, key, value }) => {
      const text = examples[example] as string
      const resource = JSON.parse(text)
      expect(errorsOf(resource)).toEqual([])
      const nodes = nodesOf(resource)
      const chosen = nodes[node % nodes.length] as Node
      const name = Object.keys(chosen)[key % Object.keys(chosen).length] as string
      const before = chosen[name]
      chosen[name] = value
      errorsOf(JSON.parse(JSON.stringify(resource)))
      chosen[name] = before
      expect(errorsOf(resource)).toEqual([])
      expect(resource).toEqual(JSON.parse(text))
    }),
    { numRuns: 300 },
  )
})
