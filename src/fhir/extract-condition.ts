import { compareDecimals } from './decimal.ts'
import { type ElementType, isKindOf } from './element-type.ts'
import {
  type Condition,
  collectWith,
  compilePath,
  fail,
  type Run,
  type Scope,
  self,
  typeNameOf,
} from './extract-path.ts'
import type { Expression } from './fhirpath/syntax.ts'
import { numberText } from './json.ts'
import { parseReference } from './references.ts'

type Collect = (value: unknown, run: Run) => readonly unknown[]

export function compileCondition(expression: Expression, input: ElementType, scope: Scope): Condition {
  if (expression.kind === 'operator') return compileOperator(expression, input, scope)
  if (expression.kind === 'call') {
    const {
      name,
      of = self,
      arguments: [argument],
    } = expression
    if (name === 'not') {
      const inner = compileCondition(of, input, scope)
      return (value, run) => not(inner(value, run))
    }
    if (name === 'is') return compileIs(of, typeNameOf(argument, scope), input, scope)
    if (name === 'exists' || name === 'empty') {
      const filtered: Expression = argument ? { kind: 'call', of, name: 'where', arguments: [argument] } : of
      const collect = compileCollect(filtered, input, scope)
      return (value, run) => collect(value, run).length > 0 === (name === 'exists')
    }
    if (name !== 'where' && name !== 'ofType' && name !== 'as' && name !== 'first' && name !== 'extension') {
      return fail(scope, `The function ${name}() is not supported`)
    }
  }
  const collect = compileCollect(expression, input, scope)
  return (value, run) => {
    const [first] = collect(value, run)
    return first === undefined ? undefined : first !== false
  }
}

function compileOperator(
  expression: Extract<Expression, { kind: 'operator' }>,
  input: ElementType,
  scope: Scope,
): Condition {
  const { operator, left, right } = expression
  switch (operator) {
    case 'and':
    case 'or': {
      const first = compileCondition(left, input, scope)
      const second = compileCondition(right, input, scope)
      const decisive = operator === 'or'
      return (value, run) => {
        const answer = first(value, run)
        if (answer === decisive) return decisive
        const other = second(value, run)
        if (other === decisive) return decisive
        return answer === undefined || other === undefined ? undefined : !decisive
      }
    }
    case 'is':
      return compileIs(left, typeNameOf(right, scope), input, scope)
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const first = compileCollect(left, input, scope)
      const second = compileCollect(right, input, scope)
      const compare = comparisons[operator]
      return (value, run) => {
        const one = first(value, run)
        const other = second(value, run)
        return one.length === 0 || other.length === 0 ? undefined : compare(one, other)
      }
    }
    default:
      return fail(scope, `The operator ${operator} where a condition should be`)
  }
}

const comparisons = {
  '=': equal,
  '!=': (left: readonly unknown[], right: readonly unknown[]) => !equal(left, right),
  '<': (left: readonly unknown[], right: readonly unknown[]) => order(left[0], right[0]) < 0,
  '<=': (left: readonly unknown[], right: readonly unknown[]) => order(left[0], right[0]) <= 0,
  '>': (left: readonly unknown[], right: readonly unknown[]) => order(left[0], right[0]) > 0,
  '>=': (left: readonly unknown[], right: readonly unknown[]) => order(left[0], right[0]) >= 0,
}

function equal(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => isSame(value, right[index]))
}

function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true
  const [a, b] = [numberText(left), numberText(right)]
  if (a !== undefined && b !== undefined) return compareDecimals(a, b) === 0
  return (
    typeof left === 'object' && typeof right === 'object' && JSON.stringify(left) === JSON.stringify(right)
  )
}

function order(left: unknown, right: unknown): number {
  const [a, b] = [numberText(left), numberText(right)]
  if (a !== undefined && b !== undefined) return compareDecimals(a, b)
  return String(left) < String(right) ? -1 : left === right ? 0 : 1
}

function not(answer: boolean | undefined): boolean | undefined {
  return answer === undefined ? undefined : !answer
}

function compileCollect(expression: Expression, input: ElementType, scope: Scope): Collect {
  if (expression.kind === 'literal') {
    const list = [expression.value]
    return () => list
  }
  const collect = compilePath(expression, input, scope, () => (value, run) => void run.found.push(value))
  if (collect === undefined) return fail(scope, 'A path that leads nowhere')
  return (value, run) => collectWith(collect, value, run)
}

function compileIs(of: Expression, wanted: string, input: ElementType, scope: Scope): Condition {
  if (of.kind === 'call' && of.name === 'resolve') {
    const { of: reference = self } = of
    const collect = compileCollect(reference, input, scope)
    return (value, run) => {
      const [first] = collect(value, run)
      return first === undefined ? undefined : referencedType(first, run) === wanted
    }
  }
  const isWanted = compilePath(of, input, scope, (type) => {
    const answer = isKindOf(scope.definitions, type.name, wanted)
    return (_, run) => void run.found.push(answer)
  })
  if (isWanted === undefined) return fail(scope, 'A path that leads nowhere')
  return (value, run) => collectWith(isWanted, value, run)[0] as boolean | undefined
}

/** The type that a reference leads to, told without looking there: from its text, `Reference.type` or `contained`. */
function referencedType(value: unknown, run: Run): string | undefined {
  const reference =
    typeof value === 'string' ? { reference: value } : (value as { reference?: unknown; type?: unknown })
  if (typeof reference.reference === 'string') {
    const target = parseReference(reference.reference, run.localBases)
    if (target.kind === 'local' || target.kind === 'absolute') {
      if (target.type !== undefined) return target.type
    } else if (target.kind === 'contained') {
      return containedType(target.id, run)
    } else if (target.kind === 'conditional') {
      return target.type
    }
  }
  return 'type' in reference && typeof reference.type === 'string' ? reference.type : undefined
}

function containedType(id: string, run: Run): string | undefined {
  if (id === '') return run.resource.resourceType
  const contained = run.resource.contained
  if (!Array.isArray(contained)) return undefined
  return (contained as { id?: string; resourceType?: string }[]).find((one) => one?.id === id)?.resourceType
}
