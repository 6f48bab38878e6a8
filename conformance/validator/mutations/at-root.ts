import type { Random } from '../random.ts'
import { isObject, type JsonObject, type Spot } from '../spots.ts'
import type { Mutator } from './mutator.ts'

/** A change to the resource itself. */
export const atRoot = (
  kind: string,
  change: (resource: JsonObject, random: Random) => void,
  breaksStructure = false,
): Mutator => ({
  kind,
  breaksStructure,
  applies: isRootProperty,
  change: ({ owner }, random) => {
    if (isObject(owner)) change(owner, random)
  },
})

export function isRootProperty({ owner, within, expression }: Spot): boolean {
  return isObject(owner) && owner.resourceType === within && expression.split('.').length === 2
}

export const addTo = (owner: JsonObject, name: string, item: unknown): void => {
  const list = owner[name]
  owner[name] = Array.isArray(list) ? [...list, item] : [item]
}
