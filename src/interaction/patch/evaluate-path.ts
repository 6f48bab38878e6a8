import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { findSlot, type Item, itemsOf } from './items.ts'
import { type Allowance, equalJson, isObject, spend } from './json-value.ts'
import type { Path } from './path-syntax.ts'

type Items = readonly Item[]

export interface PathContext {
  readonly definitions: Definitions
  readonly root: Item
  readonly allowance: Allowance
  /** Of the operation whose path this is. */
  readonly expression: string
}

export function evaluatePath(path: Path, focus: Items, context: PathContext): Items {
  spend(context.allowance, 1 + focus.length)
  switch (path.kind) {
    case 'this':
      return focus
    case 'literal':
      return [{ value: path.value }]
    case 'child':
      return evaluateChild(path, focus, context)
    case 'index':
      return evaluatePath(path.of, focus, context).slice(path.index, path.index + 1)
    case 'call':
      return evaluateCall(path, focus, context)
    case 'operator':
      return truth(evaluateOperator(path, focus, context))
    case 'type': {
      const items = evaluatePath(path.of, focus, context)
      const fits = (item: Item): boolean => typeOf(item) === path.type
      return path.test ? truth(items.length === 1 && items.every(fits)) : items.filter(fits)
    }
  }
}

function evaluateChild(path: Path & { kind: 'child' }, focus: Items, context: PathContext): Items {
  const { definitions, expression } = context
  // A path may begin with the type of what it starts from: Patient.name.
  if (path.of.kind === 'this' && /^[A-Z]/.test(path.name)) {
    return focus.filter(
      (item) => typeOf(item) === path.name || path.name === 'Resource' || path.name === 'DomainResource',
    )
  }
  return evaluatePath(path.of, focus, context).flatMap((item) => {
    const slot = findSlot(item, path.name)
    if (slot === 'absent') return []
    if (slot !== undefined) return itemsOf(definitions, slot)
    throw new Refusal(
      'invalid',
      `The path names "${path.name.slice(0, 64)}", which ${item.shape?.type ?? 'a plain value'} does not have.`,
      {
        expression,
      },
    )
  })
}

type Call = (items: Items, args: readonly Path[], context: PathContext) => Items

const calls: Readonly<
  Record<string, { readonly args: readonly [least: number, most: number]; readonly run: Call }>
> = {
  where: {
    args: [1, 1],
    run: (items, [test], context) => items.filter((item) => holds(test, item, context)),
  },
  first: { args: [0, 0], run: (items) => items.slice(0, 1) },
  last: { args: [0, 0], run: (items) => items.slice(-1) },
  tail: { args: [0, 0], run: (items) => items.slice(1) },
  skip: { args: [1, 1], run: (items, [count], context) => items.slice(wholeNumber(count, context)) },
  take: { args: [1, 1], run: (items, [count], context) => items.slice(0, wholeNumber(count, context)) },
  single: {
    args: [0, 0],
    run: (items, _, { expression }) => {
      if (items.length > 1)
        throw new Refusal('unprocessable', 'The path asks for a single element and meets several.', {
          expression,
        })
      return items
    },
  },
  extension: {
    args: [1, 1],
    run: (items, [url], context) =>
      items.flatMap((item) => {
        const slot = findSlot(item, 'extension')
        const wanted = text(url, context)
        if (slot === undefined || slot === 'absent') return []
        return itemsOf(context.definitions, slot).filter(
          ({ value }) => isObject(value) && value.url === wanted,
        )
      }),
  },
  exists: {
    args: [0, 1],
    run: (items, [test], context) =>
      truth(test === undefined ? items.length > 0 : items.some((item) => holds(test, item, context))),
  },
  all: {
    args: [1, 1],
    run: (items, [test], context) => truth(items.every((item) => holds(test, item, context))),
  },
  empty: { args: [0, 0], run: (items) => truth(items.length === 0) },
  hasValue: { args: [0, 0], run: (items) => truth(items.length === 1 && !isObject(items[0]?.value)) },
  not: { args: [0, 0], run: (items) => (items.length === 0 ? [] : truth(!isTrue(items))) },
  count: { args: [0, 0], run: (items) => [{ value: items.length }] },
  startsWith: {
    args: [1, 1],
    run: (items, [part], context) => compareText(items, part, context, (a, b) => a.startsWith(b)),
  },
  endsWith: {
    args: [1, 1],
    run: (items, [part], context) => compareText(items, part, context, (a, b) => a.endsWith(b)),
  },
  contains: {
    args: [1, 1],
    run: (items, [part], context) => compareText(items, part, context, (a, b) => a.includes(b)),
  },
}

function evaluateCall(path: Path & { kind: 'call' }, focus: Items, context: PathContext): Items {
  const call = Object.hasOwn(calls, path.name) ? calls[path.name] : undefined
  if (call === undefined) {
    throw new Refusal(
      'not-supported',
      `Paths of patches do not know ${path.name.slice(0, 64)}(). Use ${Object.keys(calls).join(', ')}.`,
      {
        expression: context.expression,
      },
    )
  }
  if (path.args.length < call.args[0] || path.args.length > call.args[1]) {
    throw new Refusal('invalid', `${path.name}() has the wrong number of arguments.`, {
      expression: context.expression,
    })
  }
  return call.run(evaluatePath(path.of, focus, context), path.args, context)
}

function evaluateOperator(
  path: Path & { kind: 'operator' },
  focus: Items,
  context: PathContext,
): boolean | undefined {
  const left = evaluatePath(path.left, focus, context)
  const right = evaluatePath(path.right, focus, context)
  if (path.name === 'and') return isTrue(left) && isTrue(right)
  if (path.name === 'or') return isTrue(left) || isTrue(right)
  if (path.name === 'xor') return isTrue(left) !== isTrue(right)
  if (left.length === 0 || right.length === 0) return undefined
  const equal =
    left.length === right.length &&
    left.every((item, i) => equalJson(item.value, right[i]?.value, context.allowance))
  return path.name === '=' ? equal : !equal
}

function holds(test: Path | undefined, item: Item, context: PathContext): boolean {
  return test !== undefined && isTrue(evaluatePath(test, [item], context))
}

/** An empty collection is no truth; a single value that is no boolean is one. */
function isTrue(items: Items): boolean {
  const [item] = items
  return items.length === 1 && item !== undefined && item.value !== false
}

function truth(value: boolean | undefined): Items {
  return value === undefined ? [] : [{ value }]
}

function typeOf(item: Item): string | undefined {
  return item.shape?.type
}

function wholeNumber(path: Path | undefined, { expression }: PathContext): number {
  if (path?.kind === 'literal' && Number.isSafeInteger(path.value)) return path.value as number
  throw new Refusal('invalid', 'skip() and take() need a whole number.', { expression })
}

function text(path: Path | undefined, { expression }: PathContext): string {
  if (path?.kind === 'literal' && typeof path.value === 'string') return path.value
  throw new Refusal('invalid', 'This function needs a text in single quotes.', { expression })
}

function compareText(
  items: Items,
  part: Path | undefined,
  context: PathContext,
  compare: (whole: string, part: string) => boolean,
): Items {
  const wanted = text(part, context)
  const value = items[0]?.value
  return items.length === 1 && typeof value === 'string' ? truth(compare(value, wanted)) : []
}
