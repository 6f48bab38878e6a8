import { Refusal } from '#fhir/refusal.ts'
import { mostOperations } from './json-patch.ts'
import { isObject, type JsonObject } from './json-value.ts'
import { type Path, parsePath } from './path-syntax.ts'

export type PatchType = 'add' | 'insert' | 'delete' | 'replace' | 'move'

export interface PatchOperation {
  readonly type: PatchType
  readonly path: Path
  /** The place of the operation in the Parameters. */
  readonly expression: string
  /** Those the type needs are there. */
  readonly name: string
  readonly value: PatchValue
  readonly index: number
  readonly source: number
  readonly destination: number
}

/** What stands in `value[x]`, in the parts of an anonymous type, or in `resource`. */
export type PatchValue =
  | {
      readonly kind: 'typed' /** As in the JSON name: `HumanName`, `Code`. */
      readonly type: string
      readonly value: unknown
      readonly twin?: unknown
    }
  | { readonly kind: 'parts'; readonly parts: readonly NamedValue[] }
  | { readonly kind: 'resource'; readonly resource: JsonObject }

export interface NamedValue {
  readonly name: string
  readonly value: PatchValue
  readonly expression: string
}

const needs: Readonly<Record<PatchType, readonly string[]>> = {
  add: ['name', 'value'],
  insert: ['value', 'index'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
}
const partNames = new Set(['type', 'path', 'name', 'value', 'index', 'source', 'destination'])
const none: PatchValue = { kind: 'parts', parts: [] }

export function parsePatchParameters(parameters: JsonObject): readonly PatchOperation[] {
  const list = readList(parameters.parameter ?? [], 'Parameters.parameter')
  if (list.length > mostOperations) {
    throw new Refusal(
      'too-costly',
      `A patch may have at most ${mostOperations} operations: send an update.`,
      {
        expression: 'Parameters.parameter',
      },
    )
  }
  return list.map((parameter, i) => parseOperation(parameter, `Parameters.parameter[${i}]`))
}

function parseOperation(parameter: JsonObject, expression: string): PatchOperation {
  if (parameter.name !== 'operation')
    throw bad('Each parameter of a FHIRPath Patch must have the name "operation".', `${expression}.name`)
  const parts = new Map<string, NamedValue>()
  for (const part of parseParts(parameter.part, expression)) {
    if (!partNames.has(part.name)) {
      throw bad(
        `A patch operation has no part "${part.name.slice(0, 64)}": use ${[...partNames].join(', ')}.`,
        part.expression,
      )
    }
    if (parts.has(part.name)) throw bad(`The part "${part.name}" is there twice.`, part.expression)
    parts.set(part.name, part)
  }
  const type = readString(parts.get('type'), 'type', expression)
  if (!Object.hasOwn(needs, type)) {
    throw bad(
      'The type of a patch operation must be add, insert, delete, replace or move.',
      `${expression}.part.where(name = 'type')`,
    )
  }
  for (const name of needs[type as PatchType]) {
    if (!parts.has(name)) throw bad(`The operation ${type} needs a part "${name}".`, expression)
  }
  const path = readString(parts.get('path'), 'path', expression)
  return {
    type: type as PatchType,
    path: parsePath(path, parts.get('path')?.expression ?? expression),
    expression,
    name: type === 'add' ? readString(parts.get('name'), 'name', expression) : '',
    value: parts.get('value')?.value ?? none,
    index: readInteger(parts.get('index')),
    source: readInteger(parts.get('source')),
    destination: readInteger(parts.get('destination')),
  }
}

function parseParts(parts: unknown, expression: string): readonly NamedValue[] {
  return readList(parts, `${expression}.part`).map((part, i) => {
    const place = `${expression}.part[${i}]`
    if (typeof part.name !== 'string') throw bad('Each part needs a name.', place)
    return { name: part.name, value: parseValue(part, place), expression: place }
  })
}

function parseValue(part: JsonObject, expression: string): PatchValue {
  if (part.part !== undefined) return { kind: 'parts', parts: parseParts(part.part, expression) }
  if (isObject(part.resource)) return { kind: 'resource', resource: part.resource }
  for (const key of Object.keys(part)) {
    const name = key.startsWith('_') ? key.slice(1) : key
    if (!name.startsWith('value') || name === 'value') continue
    const twin = part[`_${name}`]
    const typed = { kind: 'typed', type: name.slice('value'.length), value: part[name] } as const
    return twin === undefined ? typed : { ...typed, twin }
  }
  throw bad('This part has no value: give it a value[x], parts or a resource.', expression)
}

function readList(list: unknown, expression: string): readonly JsonObject[] {
  if (Array.isArray(list) && list.every(isObject)) return list
  throw bad('A list of objects must stand here.', expression)
}

function readString(part: NamedValue | undefined, name: string, expression: string): string {
  if (part === undefined) throw bad(`A patch operation needs a part "${name}".`, expression)
  if (part.value.kind === 'typed' && typeof part.value.value === 'string') return part.value.value
  throw bad(`The part "${name}" must be a text.`, part.expression)
}

function readInteger(part: NamedValue | undefined): number {
  if (part === undefined) return 0
  const value = part.value.kind === 'typed' ? part.value.value : undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw bad(`The part "${part.name}" must be a whole number from 0.`, part.expression)
}

function bad(sentence: string, expression: string): Refusal {
  return new Refusal('invalid', sentence, { expression })
}
