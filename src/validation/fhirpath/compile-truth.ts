import { type Expression, ExpressionError, type Operator } from '#fhir/fhirpath/syntax.ts'
import type { Compiled, Scope, Truth, Types } from './compiled.ts'
import { equalItems, keyOf } from './equality.ts'
import { areDates, order } from './order.ts'

/** https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections: one value that is no boolean counts as true. */
export function truthOfItems(of: Compiled): Truth {
  return (focus, env) => {
    const items = of.items(focus, env)
    return items.length === 0 ? undefined : items[0] !== false
  }
}

/** https://hl7.org/fhirpath/N1/#boolean-logic, #equality, #comparison and #collections. */
export function compileTruthOperator(
  operator: Operator,
  left: Expression,
  right: Expression,
  input: Types,
  scope: Scope,
): Truth {
  switch (operator) {
    case 'and':
    case 'or': {
      const [first, second] = [scope.truth(left, input), scope.truth(right, input)]
      const decisive = operator === 'or'
      return (focus, env) => {
        const one = first(focus, env)
        if (one === decisive) return decisive
        const other = second(focus, env)
        if (other === decisive) return decisive
        return one === undefined || other === undefined ? undefined : !decisive
      }
    }
    case 'xor': {
      const [first, second] = [scope.truth(left, input), scope.truth(right, input)]
      return (focus, env) => {
        const [one, other] = [first(focus, env), second(focus, env)]
        return one === undefined || other === undefined ? undefined : one !== other
      }
    }
    case 'implies': {
      const [first, second] = [scope.truth(left, input), scope.truth(right, input)]
      return (focus, env) => {
        const one = first(focus, env)
        if (one === false) return true
        const other = second(focus, env)
        return one === undefined ? other || undefined : other
      }
    }
    case 'in':
      return compileIn(scope.items(left, input), right, input, scope)
    case 'contains':
      return compileIn(scope.items(right, input), left, input, scope)
  }
  const [first, second] = [scope.items(left, input), scope.items(right, input)]
  switch (operator) {
    case '=':
    case '~':
      return (focus, env) => equalItems(first.items(focus, env), second.items(focus, env))
    case '!=':
    case '!~':
      return (focus, env) => {
        const same = equalItems(first.items(focus, env), second.items(focus, env))
        return same === undefined ? undefined : !same
      }
    case '<':
      return compileOrder(first, second, (difference) => difference < 0)
    case '<=':
      return compileOrder(first, second, (difference) => difference <= 0)
    case '>':
      return compileOrder(first, second, (difference) => difference > 0)
    case '>=':
      return compileOrder(first, second, (difference) => difference >= 0)
    default:
      throw new ExpressionError(`uses ${operator} where a condition should be`)
  }
}

function compileOrder(first: Compiled, second: Compiled, holds: (difference: number) => boolean): Truth {
  const dates = areDates(first.types) || areDates(second.types)
  return (focus, env) => {
    const [one] = first.items(focus, env)
    const [other] = second.items(focus, env)
    const difference = one === undefined || other === undefined ? undefined : order(one, other, dates)
    return difference === undefined ? undefined : holds(difference)
  }
}

function compileIn(member: Compiled, list: Expression, input: Types, scope: Scope): Truth {
  const literals = literalsOf(list)
  if (literals !== undefined) {
    return (focus, env) => {
      const [one] = member.items(focus, env)
      return one === undefined ? undefined : literals.has(keyOf(one))
    }
  }
  const all = scope.items(list, input)
  return (focus, env) => {
    const [one] = member.items(focus, env)
    if (one === undefined) return undefined
    const key = keyOf(one)
    const items = all.items(focus, env)
    env.spend(items.length)
    return items.some((item) => keyOf(item) === key)
  }
}

/** `'proposed' | 'cancelled'` */
function literalsOf(list: Expression): ReadonlySet<unknown> | undefined {
  if (list.kind === 'literal') return new Set([keyOf(list.value)])
  if (list.kind !== 'operator' || list.operator !== '|') return undefined
  const [left, right] = [literalsOf(list.left), literalsOf(list.right)]
  return left && right && new Set([...left, ...right])
}
