import type { ElementDefinition } from '#fhir/definitions.ts'

/** What an element is called in JSON, with the type each name stands for: several for a choice element. */
export function jsonNames(element: ElementDefinition): readonly (readonly [name: string, type: string])[] {
  const name = element.name.replace('[x]', '')
  const choice = element.name.endsWith('[x]') || element.types.length > 1
  if (!choice) return [[name, element.types[0] ?? '']]
  return element.types.map((type) => [name + type.charAt(0).toUpperCase() + type.slice(1), type])
}
