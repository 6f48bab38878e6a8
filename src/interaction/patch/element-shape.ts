import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import { isObject } from './json-value.ts'

/** What may stand below a value: the elements of its data type, resource type or backbone. */
export interface ElementShape {
  readonly type: string
  readonly elements: readonly ElementDefinition[]
  readonly primitive: boolean
}

export function resourceShape(definitions: Definitions, type: string): ElementShape {
  return { type, elements: definitions.type(type).elements, primitive: false }
}

/** `type` is one of the element's; a contained resource says itself what it is. */
export function shapeOf(
  definitions: Definitions,
  element: ElementDefinition,
  type: string,
  value: unknown,
): ElementShape | undefined {
  if (element.children !== undefined) return { type, elements: element.children, primitive: false }
  if (element.contentReference !== undefined) {
    return { type, elements: findByPath(definitions, element.contentReference), primitive: false }
  }
  if (type === 'Resource' || type === 'DomainResource') {
    const name = isObject(value) ? value.resourceType : undefined
    if (typeof name !== 'string' || !definitions.isResourceType(name)) return undefined
    return resourceShape(definitions, name)
  }
  const definition = definitions.type(type)
  return { type, elements: definition.elements, primitive: definition.kind === 'primitive-type' }
}

/** `#Questionnaire.item` and the like: the elements of the backbone that is repeated here. */
function findByPath(definitions: Definitions, reference: string): readonly ElementDefinition[] {
  const [type = '', ...names] = reference.slice(reference.indexOf('#') + 1).split('.')
  let { elements } = definitions.type(type)
  for (const name of names) elements = elements.find((element) => element.name === name)?.children ?? []
  return elements
}

export function findElement(shape: ElementShape, name: string): ElementDefinition | undefined {
  return shape.elements.find((element) => nameOf(element) === name)
}

/** An element that repeats another one's structure names no type of its own. */
export function typesOf({ types }: ElementDefinition): readonly string[] {
  return types.length > 0 ? types : backbone
}

const backbone = ['BackboneElement']

export function isChoice(element: ElementDefinition): boolean {
  return element.types.length > 1 || element.name.endsWith('[x]')
}

/** The JSON name of a choice element carries its type: `deceased` becomes `deceasedBoolean`. */
export function jsonName(element: ElementDefinition, type: string): string {
  const name = nameOf(element)
  return isChoice(element) ? name + type.charAt(0).toUpperCase() + type.slice(1) : name
}

function nameOf(element: ElementDefinition): string {
  return element.name.endsWith('[x]') ? element.name.slice(0, -3) : element.name
}

/** By JSON name: `valueQuantity` finds the choice element and the type chosen. */
export function findElementByKey(
  shape: ElementShape,
  key: string,
): { readonly element: ElementDefinition; readonly type: string } | undefined {
  for (const element of shape.elements) {
    for (const type of typesOf(element)) if (jsonName(element, type) === key) return { element, type }
  }
  return undefined
}
