import type { Definitions, ElementDefinition } from './definitions.ts'
import { choiceName } from './element-tree.ts'

/** What is known of a value before any resource is there. */
export interface ElementType {
  /** `code`, `Period`, `BackboneElement`, `Patient`. */
  readonly name: string
  readonly children: readonly ElementDefinition[]
  readonly element?: ElementDefinition
  /** May the path so far yield several values of one resource? */
  readonly repeats: boolean
  /** The way from the resource: `onset:Age` for a choice. Empty for the resource itself. */
  readonly steps: readonly string[]
  /** Types that a `resolve() is …` leaves. */
  readonly resolved?: readonly string[]
}

export function typeOfResource(definitions: Definitions, name: string): ElementType {
  return { name, children: definitions.type(name).elements, repeats: false, steps: [] }
}

/** Each JSON name that an element may have, with the type found there; several for a choice, none if there is no such element. */
export function typesOfMember(
  definitions: Definitions,
  of: ElementType,
  name: string,
): readonly (readonly [key: string, type: ElementType])[] {
  const element = of.children.find((child) => child.name === name)
  if (element === undefined) return []
  const repeats = of.repeats || element.max > 1
  if (element.isChoice) {
    return element.types.map((type) => {
      const { elements: children } = definitions.type(type)
      const steps = [...of.steps, `${name}:${type}`]
      return [choiceName(name, type), { name: type, children, element, repeats, steps }]
    })
  }
  const structure = referencedElement(definitions, element)
  const [typeName = 'BackboneElement'] = structure.types
  const children = structure.children ?? definitions.type(typeName).elements
  return [[name, { name: typeName, children, element, repeats, steps: [...of.steps, name] }]]
}

/** Where `#Questionnaire.item` leads; the element itself when it has its own structure. */
export function referencedElement(definitions: Definitions, element: ElementDefinition): ElementDefinition {
  if (element.contentReference === undefined) return element
  const [type = '', ...names] = element.contentReference.slice(1).split('.')
  let children = definitions.type(type).elements
  let found: ElementDefinition | undefined
  for (const name of names) {
    found = children.find((child) => child.name === name)
    children = found?.children ?? []
  }
  if (found === undefined)
    throw new Error(`${element.path} refers to ${element.contentReference}, which is not there`)
  return found
}

/** Is the type that one, or derived from it? R4 itself writes `ofType(DateTime)`, so case does not count. */
export function isKindOf(definitions: Definitions, type: string, wanted: string): boolean {
  if (type.toLowerCase() === wanted.toLowerCase()) return true
  const { base } = definitions.type(type)
  return base !== undefined && isKindOf(definitions, base, wanted)
}

/** R4 says "the implicit system for boolean values is …" (https://hl7.org/fhir/R4/search.html#token). */
const booleanSystem = 'http://terminology.hl7.org/CodeSystem/special-values'

/** The code system that goes without saying, because the element is bound to it. */
export function impliedSystemOf(type: ElementType): string | undefined {
  if (type.name === 'boolean') return booleanSystem
  return type.name === 'code' ? type.element?.binding?.system : undefined
}
