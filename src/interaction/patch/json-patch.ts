import { Refusal } from '#fhir/refusal.ts'
import { parseIndex, parsePointer } from './json-pointer.ts'
import {
  type Allowance,
  copyJson,
  equalJson,
  isObject,
  type JsonObject,
  patchAllowance,
} from './json-value.ts'

/** A thousand single changes are an update. */
export const mostOperations = 1000

interface Step {
  readonly op: string
  readonly path: readonly string[]
  readonly from: readonly string[]
  readonly value: unknown
  /** Where the operation stands in the patch. */
  readonly expression: string
}

interface Document {
  root: unknown
  readonly allowance: Allowance
}

const operations: Readonly<Record<string, (document: Document, step: Step) => void>> = {
  add: (document, step) => add(document, step, step.value),
  remove: (document, step) => void remove(document, step, step.path, 'path'),
  replace: (document, step) => {
    if (step.path.length === 0) document.root = copy(document, step, step.value)
    else replace(document, step)
  },
  move: (document, step) => {
    if (step.from.length < step.path.length && step.from.every((key, i) => key === step.path[i])) {
      throw new Refusal('invalid', 'A value cannot be moved into itself.', {
        expression: `${step.expression}.path`,
      })
    }
    add(document, step, remove(document, step, step.from, 'from'))
  },
  copy: (document, step) => add(document, step, find(document, step, step.from, 'from')),
  test: (document, step) => {
    if (!equalJson(find(document, step, step.path, 'path'), step.value, document.allowance)) {
      throw unprocessable(
        'The value found differs from the one tested for: read the resource again.',
        step,
        'path',
      )
    }
  },
}

/** https://www.rfc-editor.org/rfc/rfc6902: all operations or none; the input is left as it is. */
export function applyJsonPatch(input: unknown, patch: unknown): unknown {
  const steps = parsePatch(patch)
  const allowance = { left: patchAllowance }
  const document: Document = { root: copyJson(input, allowance), allowance }
  for (const step of steps) operations[step.op]?.(document, step)
  return document.root
}

function parsePatch(patch: unknown): readonly Step[] {
  if (!Array.isArray(patch)) {
    throw new Refusal('invalid', 'A JSON Patch must be an array of operations (RFC 6902).', {
      expression: '$this',
    })
  }
  if (patch.length > mostOperations) {
    throw new Refusal(
      'too-costly',
      `A JSON Patch may have at most ${mostOperations} operations: send an update.`,
    )
  }
  return patch.map((operation: unknown, i) => parseStep(operation, `[${i}]`))
}

function parseStep(operation: unknown, expression: string): Step {
  if (!isObject(operation))
    throw new Refusal('invalid', 'A JSON Patch operation must be an object.', { expression })
  const { op, path, from, value } = operation
  if (typeof op !== 'string' || !Object.hasOwn(operations, op)) {
    throw new Refusal(
      'invalid',
      'A JSON Patch operation needs "op": add, remove, replace, move, copy or test.',
      {
        expression: `${expression}.op`,
      },
    )
  }
  if ((op === 'add' || op === 'replace' || op === 'test') && !Object.hasOwn(operation, 'value')) {
    throw new Refusal('invalid', `The operation ${op} needs a "value".`, { expression })
  }
  const takesFrom = op === 'move' || op === 'copy'
  return {
    op,
    path: parsePointer(path, `${expression}.path`),
    from: takesFrom ? parsePointer(from, `${expression}.from`) : [],
    value,
    expression,
  }
}

/** Copied, so that a later operation cannot reach the patch, or another place, through it. */
function copy(document: Document, step: Step, value: unknown): unknown {
  return copyJson(value, document.allowance, step.path.length)
}

function add(document: Document, step: Step, value: unknown): void {
  const { path } = step
  const added = copy(document, step, value)
  const key = path.at(-1)
  if (key === undefined) {
    document.root = added
    return
  }
  const holder = find(document, step, path.slice(0, -1), 'path')
  if (Array.isArray(holder)) {
    const index = key === '-' ? holder.length : parseIndex(key, holder.length + 1)
    if (index === undefined) throw unprocessable('The list has no place with this index.', step, 'path')
    holder.splice(index, 0, added)
  } else if (isObject(holder)) holder[key] = added
  else
    throw unprocessable('Nothing can be added to a value that is neither an object nor a list.', step, 'path')
}

function replace(document: Document, step: Step): void {
  const { holder, key } = findPlace(document, step, step.path, 'path')
  const added = copy(document, step, step.value)
  if (Array.isArray(holder)) holder[Number(key)] = added
  else holder[key] = added
}

function remove(document: Document, step: Step, path: readonly string[], member: 'path' | 'from'): unknown {
  if (path.length === 0)
    throw unprocessable('A patch cannot remove the whole resource: send a delete.', step, member)
  const { holder, key } = findPlace(document, step, path, member)
  if (Array.isArray(holder)) return holder.splice(Number(key), 1)[0]
  const removed = holder[key]
  delete holder[key]
  return removed
}

function find(document: Document, step: Step, path: readonly string[], member: 'path' | 'from'): unknown {
  if (path.length === 0) return document.root
  const { holder, key } = findPlace(document, step, path, member)
  return Array.isArray(holder) ? holder[Number(key)] : holder[key]
}

/** The object or list at the end of the path but one, and the last step: there is a value. */
function findPlace(
  document: Document,
  step: Step,
  path: readonly string[],
  member: 'path' | 'from',
): { holder: JsonObject | unknown[]; key: string } {
  let node = document.root
  let holder: JsonObject | unknown[] | undefined
  for (const key of path) {
    if (Array.isArray(node)) {
      const index = parseIndex(key, node.length)
      if (index === undefined) throw unprocessable('The resource has nothing at this place.', step, member)
      holder = node
      node = node[index]
    } else if (isObject(node) && Object.hasOwn(node, key)) {
      holder = node
      node = node[key]
    } else throw unprocessable('The resource has nothing at this place.', step, member)
  }
  return { holder: holder as JsonObject | unknown[], key: path.at(-1) as string }
}

function unprocessable(sentence: string, step: Step, member: 'path' | 'from'): Refusal {
  return new Refusal('unprocessable', sentence, { expression: `${step.expression}.${member}` })
}
