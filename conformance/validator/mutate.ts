import type { Definitions } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import type { Case } from './case.ts'
import { addedMutators } from './mutations/added.ts'
import { invariantMutators } from './mutations/invariants.ts'
import type { Mutator } from './mutations/mutator.ts'
import { narrativeMutators } from './mutations/narrative.ts'
import { primitiveMutators } from './mutations/primitives.ts'
import { referenceMutators } from './mutations/references.ts'
import { resourceMarkMutators } from './mutations/resource-marks.ts'
import { resourceRuleMutators } from './mutations/resource-rules.ts'
import { sliceMutators } from './mutations/slices.ts'
import { structureMutators } from './mutations/structure.ts'
import { terminologyMutators } from './mutations/terminology.ts'
import { typeRuleMutators } from './mutations/type-rules.ts'
import { createRandom } from './random.ts'
import { type Spot, spotsOf } from './spots.ts'

export const mutators: readonly Mutator[] = [
  ...structureMutators,
  ...primitiveMutators,
  ...referenceMutators,
  ...terminologyMutators,
  ...invariantMutators,
  ...narrativeMutators,
  ...addedMutators,
  ...typeRuleMutators,
  ...resourceMarkMutators,
  ...resourceRuleMutators,
  ...sliceMutators,
]

export interface MutateOptions {
  readonly definitions: Definitions
  readonly seed: string
  /** How often each mutator is used on one resource, at different places. */
  readonly each: number
}

/** The case with one thing changed, once for each chosen mutator and place. */
export function mutate(original: Case, options: MutateOptions): readonly Case[] {
  const { definitions, seed, each } = options
  const spots = spotsOf(parseJson(original.text), definitions)
  const seen = new Set([original.text])
  return mutators.flatMap((mutator) => {
    const { kind, about = '', breaksStructure = false } = mutator
    // Of its own, so that another mutator beside it changes nothing here.
    const random = createRandom(`${seed} ${original.name} ${kind} ${about}`)
    const places = spots.flatMap((spot, index) => (mutator.applies(spot, definitions) ? [index] : []))
    return random.sample(places, each).flatMap((place) => {
      // Parsed anew each time: a mutator changes what it is given.
      const resource = parseJson(original.text)
      const spot = spotsOf(resource, definitions)[place] as Spot
      mutator.change(spot, random, definitions)
      const text = JSON.stringify(resource)
      if (seen.has(text) || same(text, original.text)) return []
      seen.add(text)
      const name = [original.name, kind, spot.expression, about].filter((part) => part !== '').join('~')
      return [{ name, text, mutation: { kind, at: spot.expression, breaksStructure } }]
    })
  })
}

function same(text: string, other: string): boolean {
  return text === JSON.stringify(parseJson(other))
}
