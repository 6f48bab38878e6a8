import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import { jsonNames } from './json-names.ts'
import type { Check, Place } from './place.ts'
import { primitiveChecks } from './primitive-checks.ts'
import { checkReferenceForm } from './reference-form.ts'

/** https://hl7.org/fhir/R4/json.html, compiled from the definitions: a type becomes a table of what its objects may hold. */

interface Property {
  /** FHIRPath name: `value` for `valueQuantity`. */
  readonly element: string
  readonly repeats: boolean
  readonly check: Check
  /** One bit a choice element: two of its forms at once are refused. */
  readonly choice: number
}

type Shape = Map<string, Property>

export class Shapes {
  readonly #definitions: Definitions
  readonly #types = new Map<string, Check>()

  constructor(definitions: Definitions) {
    this.#definitions = definitions
  }

  /** The check for a data type or a resource type, compiled when first asked for. */
  type(name: string): Check {
    let check = this.#types.get(name)
    if (check === undefined) {
      check = this.#build(name)
      this.#types.set(name, check)
    }
    return check
  }

  #build(name: string): Check {
    const primitive = primitiveChecks.get(name)
    if (primitive !== undefined) return primitive
    if (name === 'Resource' || name === 'DomainResource')
      return (value, place) => this.#anyResource(value, place)
    const definition = this.#definitions.type(name)
    const shape = this.#shape(definition.elements, new Map())
    if (definition.kind === 'resource') {
      shape.set('resourceType', resourceTypeProperty)
      // R4's definitions call Resource.id a string; its data type is id.
      shape.set('id', { element: 'id', repeats: false, check: this.type('id'), choice: 0 })
    }
    return objectCheck(shape)
  }

  #shape(elements: readonly ElementDefinition[], backbones: Map<string, Check>): Shape {
    const shape: Shape = new Map()
    let choices = 0
    for (const element of elements) {
      const names = jsonNames(element)
      const choice = element.isChoice ? 1 << choices++ : 0
      const repeats = element.max > 1
      for (const [name, type] of names) {
        const check = this.#elementCheck(element, type, backbones)
        shape.set(name, { element: element.name, repeats, check, choice })
        if (isPrimitive(type)) {
          const extended: Check = (value, place) => this.type('Element')(value, place)
          shape.set(`_${name}`, { element: element.name, repeats, check: extended, choice: 0 })
        }
      }
    }
    return shape
  }

  #elementCheck(element: ElementDefinition, type: string, backbones: Map<string, Check>): Check {
    if (element.path === 'Reference.reference') return checkReferenceForm(this.#definitions)
    if (element.children !== undefined) {
      const shape: Shape = new Map()
      const check = objectCheck(shape)
      // Known before its children are built, for those that refer back to it.
      backbones.set(element.path, check)
      for (const [name, property] of this.#shape(element.children, backbones)) shape.set(name, property)
      return check
    }
    if (element.contentReference !== undefined) {
      const path = element.contentReference.slice(element.contentReference.indexOf('#') + 1)
      return (value, place) => backbones.get(path)?.(value, place)
    }
    const primitive = primitiveChecks.get(type)
    if (primitive !== undefined) return primitive
    let check: Check | undefined
    return (value, place) => {
      check ??= this.type(type)
      check(value, place)
    }
  }

  #anyResource(value: unknown, place: Place): void {
    const type = isObject(value) ? value.resourceType : undefined
    if (typeof type === 'string' && this.#definitions.isResourceType(type)) this.type(type)(value, place)
    else place.refuse('structure', 'must be a resource: an object with the resourceType of an R4 resource.')
  }
}

const resourceTypeProperty: Property = {
  element: 'resourceType',
  repeats: false,
  check: () => undefined,
  choice: 0,
}

function isPrimitive(type: string): boolean {
  return primitiveChecks.has(type)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectCheck(shape: Shape): Check {
  return (value, place) => {
    if (!isObject(value) || JSON.isRawJSON(value)) {
      place.refuse('structure', 'must be a JSON object.')
      return
    }
    let empty = true
    let chosen = 0
    for (const name in value) {
      empty = false
      const property = shape.get(name)
      if (property === undefined) {
        place.refuse('structure', `has no element '${name.slice(0, 64)}'; check its spelling and its place.`)
        continue
      }
      place.enter(property.element)
      if (property.choice !== 0) {
        if ((chosen & property.choice) !== 0)
          place.refuse('structure', 'is there in more than one form; keep one.')
        chosen |= property.choice
      }
      const item = value[name]
      if (property.repeats) checkList(item, property.check, name, value, place)
      else if (Array.isArray(item)) place.refuse('structure', 'occurs once: a value, not an array.')
      else property.check(item, place)
      place.leave()
    }
    if (empty)
      place.refuse('structure', 'is an empty object; leave the element out when there is nothing to say.')
  }
}

function checkList(
  list: unknown,
  check: Check,
  name: string,
  owner: Readonly<Record<string, unknown>>,
  place: Place,
): void {
  if (!Array.isArray(list)) {
    place.refuse('structure', 'may repeat: an array, also for a single value.')
    return
  }
  if (list.length === 0) place.refuse('structure', 'is an empty array; leave the element out.')
  for (let index = 0; index < list.length; index++) {
    const item: unknown = list[index]
    if (item === null && hasTwin(owner, name, index)) continue
    place.enter(index)
    check(item, place)
    place.leave()
  }
}

/** A primitive that repeats may be null where its extensions stand in the `_` array at the same index, and the reverse. */
function hasTwin(owner: Readonly<Record<string, unknown>>, name: string, index: number): boolean {
  const twin = owner[name.startsWith('_') ? name.slice(1) : `_${name}`]
  return Array.isArray(twin) && twin[index] !== null && twin[index] !== undefined
}
