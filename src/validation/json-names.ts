import type { ElementDefinition } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'

/** What an element is called in JSON, with the type each name stands for: several for a choice element. */
export function jsonNames(element: ElementDefinition): readonly (readonly [name: string, type: string])[] {
  const { name, types, isChoice } = element
  return isChoice ? types.map((type) => [choiceName(name, type), type]) : [[name, types[0] ?? '']]
}
