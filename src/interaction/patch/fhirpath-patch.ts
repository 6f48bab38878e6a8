import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { buildValue } from './build-value.ts'
import { deleteValue, insertValue, listLength, moveValue, replaceValue, setValue } from './change-places.ts'
import { jsonName, typesOf } from './element-shape.ts'
import { evaluatePath, type PathContext } from './evaluate-path.ts'
import { findSlot, type Item, type Place, rootItem, type Slot } from './items.ts'
import { copyJson, type JsonObject, patchAllowance } from './json-value.ts'
import { type PatchOperation, type PatchType, parsePatchParameters } from './patch-parameters.ts'

type Apply = (operation: PatchOperation, context: PathContext) => void

const apply: Readonly<Record<PatchType, Apply>> = {
  add(operation, context) {
    const item = findSingle(operation, context)
    const { holder, element, key } = findChild(item, operation.name, operation)
    const built = buildValue(element, operation.value, context)
    if (element.max > 1) insertValue(holder.object, built, listLength(holder.object, built.key))
    else if (key === undefined) setValue(holder.object, built)
    else
      throw unprocessable(
        `There is a "${operation.name}" already, and it occurs once: use replace.`,
        operation,
      )
  },

  insert(operation, context) {
    const { holder, element, key } = findList(operation, context)
    const built = buildValue(element, operation.value, context)
    const length = key === undefined ? 0 : listLength(holder.object, key)
    if (operation.index > length)
      throw unprocessable(`The list has ${length} elements: the index may be at most that.`, operation)
    insertValue(holder.object, built, operation.index)
  },

  delete(operation, context) {
    const items = evaluatePath(operation.path, [context.root], context)
    if (items.length > 1)
      throw unprocessable('The path meets several elements: delete one at a time.', operation)
    // "Path of the element to delete (if found)".
    const [item] = items
    if (item !== undefined) deleteValue(placeOf(item, operation))
  },

  replace(operation, context) {
    const place = placeOf(findSingle(operation, context), operation)
    replaceValue(place, buildValue(place.element, operation.value, context))
  },

  move(operation, context) {
    const { holder, element, key } = findList(operation, context)
    const { source, destination } = operation
    const name = key ?? jsonName(element, typesOf(element)[0] ?? '')
    const length = listLength(holder.object, name)
    if (source >= length || destination >= length) {
      throw unprocessable(
        `The list has ${length} elements: source and destination must be below that.`,
        operation,
      )
    }
    moveValue(holder.object, name, source, destination)
  },
}

/** https://hl7.org/fhir/R4/fhirpatch.html: all operations or none; the input is left as it is. */
export function applyFhirPathPatch(
  input: Resource,
  parameters: JsonObject,
  definitions: Definitions,
): Resource {
  const operations = parsePatchParameters(parameters)
  const allowance = { left: patchAllowance }
  const resource = copyJson(input, allowance)
  const root = rootItem(definitions, resource)
  for (const operation of operations) {
    apply[operation.type](operation, { definitions, root, allowance, expression: operation.expression })
  }
  return resource
}

function findSingle(operation: PatchOperation, context: PathContext): Item {
  const [item, ...others] = evaluatePath(operation.path, [context.root], context)
  if (item === undefined) throw unprocessable('The path meets nothing in the resource.', operation)
  if (others.length > 0)
    throw unprocessable('The path meets several elements: name one, by an index or where().', operation)
  return item
}

/** A list may be empty, and then it is nowhere: it is found by its owner and its name. */
function findList(operation: PatchOperation, context: PathContext): Slot {
  const { path } = operation
  if (path.kind !== 'child')
    throw unprocessable('The path must name a list, such as Patient.identifier.', operation)
  const owners = evaluatePath(path.of, [context.root], context)
  const [owner] = owners
  if (owner === undefined || owners.length > 1) {
    throw unprocessable(
      `The path meets ${owners.length === 0 ? 'no list' : 'several lists'} in the resource.`,
      operation,
    )
  }
  const slot = findChild(owner, path.name, operation)
  if (slot.element.max <= 1)
    throw unprocessable(`"${path.name}" is no list: use add, replace or delete.`, operation)
  return slot
}

function findChild(item: Item, name: string, { expression }: PatchOperation): Slot {
  const slot = findSlot(item, name, true)
  if (slot !== undefined && slot !== 'absent') return slot
  throw new Refusal(
    'invalid',
    `${item.shape?.type ?? 'A plain value'} has no element "${name.slice(0, 64)}".`,
    { expression },
  )
}

function placeOf(item: Item, operation: PatchOperation): Place {
  if (item.place !== undefined) return item.place
  throw unprocessable('The path must lead to an element inside the resource.', operation)
}

function unprocessable(sentence: string, { expression }: PatchOperation): Refusal {
  return new Refusal('unprocessable', sentence, { expression })
}
