import type { Definitions } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import type { Case } from './case.ts'
import { invariantMutators } from './mutations/invariants.ts'
import type { Mutator } from './mutations/mutator.ts'
import { narrativeMutators } from './mutations/narrative.ts'
import { primitiveMutators } from './mutations/primitives.ts'
import { referenceMutators } from './mutations/references.ts'
import { structureMutators } from './mutations/structure.ts'
import { terminologyMutators } from './mutations/terminology.ts'
import { createRandom } from './random.ts'
import { type Spot, spotsOf } from './spots.ts'

export const mutators: readonly Mutator[] = [
  ...structureMutators,
  ...primitiveMutators,
  ...referenceMutators,
  ...terminologyMutators,
  ...invariantMutators,
  ...narrativeMutators,
]

export interface MutateOptions {
  readonly definitions: Definitions
  readonly seed: string
  /** How often each mutator is used on one resource, at different places. */
  readonly each: number
  /** Upper limit a resource; which mutators are left out is up to chance. */
  readonly most?: number
}

/** The case with one thing changed, once for each chosen mutator and place. */
export function mutate(original: Case, options: MutateOptions): readonly Case[] {
  const { definitions, seed, each, most = Number.POSITIVE_INFINITY } = options
  const random = createRandom(`${seed} ${original.name}`)
  const spots = spotsOf(parseJson(original.text), definitions)
  const wishes = mutators.flatMap((mutator) => {
    const places = spots.flatMap((spot, index) => (mutator.applies(spot, definitions) ? [index] : []))
    return random.sample(places, each).map((place) => ({ mutator, place }))
  })
  const seen = new Set([original.text])
  return random.sample(wishes, most).flatMap(({ mutator, place }) => {
    // Parsed anew each time: a mutator changes what it is given.
    const resource = parseJson(original.text)
    const spot = spotsOf(resource, definitions)[place] as Spot
    mutator.change(spot, random, definitions)
    const text = JSON.stringify(resource)
    if (seen.has(text) || same(text, original.text)) return []
    seen.add(text)
    const { kind, breaksStructure = false } = mutator
    const mutation = { kind, at: spot.expression, breaksStructure }
    return [{ name: `${original.name}~${kind}~${spot.expression}`, text, mutation }]
  })
}

function same(text: string, other: string): boolean {
  return text === JSON.stringify(parseJson(other))
}
