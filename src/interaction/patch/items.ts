import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import { type ElementShape, findElement, jsonName, resourceShape, shapeOf, typesOf } from './element-shape.ts'
import { isObject, type JsonObject } from './json-value.ts'

/** One value of a FHIRPath collection, and where in the resource it stands, when it stands there. */
export interface Item {
  readonly value: unknown
  readonly shape?: ElementShape | undefined
  readonly place?: Place
}

export interface Place {
  readonly holder: Holder
  readonly element: ElementDefinition
  /** JSON name in the holder's object; the `_` twin of a primitive has it too, with the underscore before. */
  readonly key: string
  readonly index?: number
}

/** An object of the resource. A primitive's extensions are held by its `_` twin. */
export interface Holder {
  readonly object: JsonObject
  /** Absent for the resource itself. */
  readonly owner?: Place
  readonly twin: boolean
}

/** The children of one element as they stand: none when it is absent. */
export interface Slot {
  readonly holder: Holder
  readonly element: ElementDefinition
  /** Of a choice element, the form that is there. */
  readonly key?: string
}

export function rootItem(definitions: Definitions, resource: JsonObject & { resourceType: string }): Item {
  return { value: resource, shape: resourceShape(definitions, resource.resourceType) }
}

/** Undefined when the shape has no such element; `make` adds an absent twin for a primitive's extensions. */
export function findSlot(item: Item, name: string, make = false): Slot | undefined | 'absent' {
  if (item.shape === undefined) return undefined
  const element = findElement(item.shape, name)
  if (element === undefined) return undefined
  const holder = holderOf(item, make)
  if (holder === undefined) return 'absent'
  for (const type of typesOf(element)) {
    const key = jsonName(element, type)
    if (Object.hasOwn(holder.object, key) || Object.hasOwn(holder.object, `_${key}`))
      return { holder, element, key }
  }
  return { holder, element }
}

function holderOf(item: Item, make: boolean): Holder | undefined {
  const { place, shape, value } = item
  if (!shape?.primitive) {
    if (!isObject(value)) return undefined
    return place === undefined ? { object: value, twin: false } : { object: value, owner: place, twin: false }
  }
  if (place === undefined) return undefined
  const found = readTwin(place)
  if (found !== undefined) return { object: found, owner: place, twin: true }
  if (!make) return undefined
  const object: JsonObject = {}
  writeTwin(place, object)
  return { object, owner: place, twin: true }
}

function readTwin({ holder, key, index }: Place): JsonObject | undefined {
  const twin = holder.object[`_${key}`]
  const object = index === undefined ? twin : Array.isArray(twin) ? twin[index] : undefined
  return isObject(object) ? object : undefined
}

function writeTwin({ holder, key, index }: Place, twin: JsonObject): void {
  if (index === undefined) {
    holder.object[`_${key}`] = twin
    return
  }
  const list = alignedTwins(holder.object, key)
  list[index] = twin
}

/** The `_` list beside a list of primitives, as long as that is. */
export function alignedTwins(object: JsonObject, key: string): unknown[] {
  const values = object[key]
  const found = object[`_${key}`]
  const list: unknown[] = Array.isArray(found) ? found : []
  while (Array.isArray(values) && list.length < values.length) list.push(null)
  object[`_${key}`] = list
  return list
}

export function itemsOf(definitions: Definitions, slot: Slot): readonly Item[] {
  const { holder, element, key } = slot
  if (key === undefined) return []
  const type = typesOf(element).find((name) => jsonName(element, name) === key) ?? ''
  const value = holder.object[key]
  const make = (one: unknown, place: Place): Item => ({
    value: one,
    shape: shapeOf(definitions, element, type, one),
    place,
  })
  if (Array.isArray(value)) return value.map((one, index) => make(one, { holder, element, key, index }))
  return [make(value, { holder, element, key })]
}
