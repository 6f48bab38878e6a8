import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'

export type JsonObject = { [name: string]: unknown }

/** A place in a resource where something stands, with what the definitions say of it. */
export interface Spot {
  readonly element: ElementDefinition
  /** Data type of what stands there; '' for a backbone element. */
  readonly type: string
  readonly kind: 'property' | 'item'
  /** Object or array that holds it, under `key`. */
  readonly owner: JsonObject | unknown[]
  readonly key: string | number
  readonly value: unknown
  /** The object that holds the list of which this is an item. */
  readonly holder?: JsonObject
  readonly expression: string
  /** Data type or backbone path of the owner, or of the list's owner. */
  readonly within: string
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

/** Every property of the resource, and every item of those that repeat; `_name` twins and unknown ones are left out. */
export function spotsOf(resource: unknown, definitions: Definitions): readonly Spot[] {
  const spots: Spot[] = []
  const elementsByPath = new Map<string, readonly ElementDefinition[]>()

  const walkResource = (value: unknown, expression: string): void => {
    if (!isObject(value) || typeof value.resourceType !== 'string') return
    if (!definitions.isResourceType(value.resourceType)) return
    const { name, elements } = definitions.type(value.resourceType)
    index(elements)
    walkObject(value, elements, expression, name)
  }

  const index = (elements: readonly ElementDefinition[]): void => {
    for (const { path, children } of elements) {
      if (children === undefined) continue
      elementsByPath.set(path, children)
      index(children)
    }
  }

  const walkObject = (
    owner: JsonObject,
    elements: readonly ElementDefinition[],
    at: string,
    within: string,
  ): void => {
    for (const element of elements) {
      for (const type of element.types.length === 0 ? [''] : element.types) {
        const key = element.isChoice ? choiceName(element.name, type) : element.name
        const value = owner[key]
        if (value === undefined) continue
        const expression = `${at}.${element.name}`
        const about = { element, type, within }
        spots.push({ ...about, kind: 'property', owner, key, value, expression })
        if (!Array.isArray(value)) {
          walkValue(value, element, type, expression)
          continue
        }
        value.forEach((item, position) => {
          const place = `${expression}[${position}]`
          const where = { owner: value, key: position, value: item, expression: place, holder: owner }
          spots.push({ ...about, kind: 'item', ...where })
          walkValue(item, element, type, place)
        })
      }
    }
  }

  const walkValue = (value: unknown, element: ElementDefinition, type: string, expression: string): void => {
    if (!isObject(value)) return
    const referred = element.contentReference?.slice(element.contentReference.indexOf('#') + 1)
    const children = element.children ?? (referred && elementsByPath.get(referred))
    if (children) walkObject(value, children, expression, element.path)
    else if (type === 'Resource') walkResource(value, expression)
    else if (type !== '') walkObject(value, definitions.type(type).elements, expression, type)
  }

  walkResource(resource, isObject(resource) ? String(resource.resourceType) : '')
  return spots
}

/** One value: an item of a list, or a property that does not repeat. */
export function isSingle(spot: Spot): boolean {
  return spot.kind === 'item' || !Array.isArray(spot.value)
}

export function put(spot: Spot, value: unknown): void {
  ;(spot.owner as JsonObject)[spot.key] = value
}

/** No list stays behind empty: that would be another fault. */
export function take({ owner, key, holder, element }: Spot): void {
  if (!Array.isArray(owner)) remove(owner, String(key))
  else if (owner.length > 1) owner.splice(Number(key), 1)
  else if (holder !== undefined) remove(holder, element.name)
}

function remove(owner: JsonObject, name: string): void {
  delete owner[name]
  delete owner[`_${name}`]
}

/** A shared object would be changed in both places by what comes after. */
export function copyOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
