import { alignedTwins, type Holder, type Place } from './items.ts'
import type { JsonObject } from './json-value.ts'

/** A value made to fit an element: under which name it goes, and the extensions of a primitive beside it. */
export interface BuiltValue {
  readonly key: string
  readonly value: unknown
  readonly twin?: JsonObject
}

export function listLength(object: JsonObject, key: string): number {
  const list = object[key]
  return Array.isArray(list) ? list.length : 0
}

/** A list of primitives and the `_` list beside it move together. */
export function insertValue(object: JsonObject, built: BuiltValue, index: number): void {
  const { key, value, twin } = built
  const found = object[key]
  const list: unknown[] = Array.isArray(found) ? found : []
  object[key] = list
  const twins = twin !== undefined || object[`_${key}`] !== undefined ? alignedTwins(object, key) : undefined
  list.splice(index, 0, value ?? null)
  twins?.splice(index, 0, twin ?? null)
}

export function setValue(object: JsonObject, built: BuiltValue): void {
  if (built.value !== undefined) object[built.key] = built.value
  if (built.twin !== undefined) object[`_${built.key}`] = built.twin
}

export function replaceValue({ holder, key, index }: Place, built: BuiltValue): void {
  const { object } = holder
  if (index !== undefined) {
    const list = object[key] as unknown[]
    list[index] = built.value ?? null
    if (built.twin === undefined && object[`_${key}`] === undefined) return
    alignedTwins(object, key)[index] = built.twin ?? null
    dropEmptyTwins(object, key)
    return
  }
  const members = Object.entries(object)
  const at = members.findIndex(([name]) => name === key || name === `_${key}`)
  for (const [name] of members.slice(at)) delete object[name]
  setValue(object, built)
  for (const [name, value] of members.slice(at + 1))
    if (name !== key && name !== `_${key}`) object[name] = value
}

export function moveValue(object: JsonObject, key: string, source: number, destination: number): void {
  for (const list of [object[key], object[`_${key}`] === undefined ? undefined : alignedTwins(object, key)]) {
    if (Array.isArray(list)) list.splice(destination, 0, ...list.splice(source, 1))
  }
}

/** FHIR knows no empty objects or lists: what held only the deleted element goes with it, up to the resource. */
export function deleteValue(place: Place): void {
  const { holder, key, index } = place
  const { object } = holder
  if (index === undefined) {
    delete object[key]
    delete object[`_${key}`]
  } else {
    const list = object[key] as unknown[]
    if (object[`_${key}`] !== undefined) alignedTwins(object, key).splice(index, 1)
    list.splice(index, 1)
    if (list.length === 0) delete object[key]
    dropEmptyTwins(object, key)
  }
  if (Object.keys(object).length === 0) dropHolder(holder)
}

function dropHolder({ owner, twin }: Holder): void {
  if (owner === undefined) return
  const { object } = owner.holder
  const { key, index } = owner
  if (!twin) {
    deleteValue(owner)
    return
  }
  if (index === undefined) {
    delete object[`_${key}`]
    if (object[key] === undefined) deleteValue(owner)
    return
  }
  alignedTwins(object, key)[index] = null
  dropEmptyTwins(object, key)
  if ((object[key] as unknown[])[index] === null) deleteValue(owner)
}

function dropEmptyTwins(object: JsonObject, key: string): void {
  const twins = object[`_${key}`]
  if (Array.isArray(twins) && twins.every((twin) => twin === null)) delete object[`_${key}`]
}
