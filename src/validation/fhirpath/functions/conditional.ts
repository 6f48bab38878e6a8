import type { Expression } from '#fhir/fhirpath/syntax.ts'
import { type MakeItems, needed } from './function.ts'

/** https://hl7.org/fhirpath/N1/#iifcriterion-expression-true-result-collection-otherwise-result-collection. */
export const iif: MakeItems = (_, [condition, then, otherwise], input, scope, ofExpression) => {
  // As a method, what stands before it is the focus of its arguments.
  const bound = (argument: Expression) =>
    ofExpression === undefined ? argument : bindFocus(argument, ofExpression)
  const holds = scope.truth(bound(needed(condition)), input)
  const one = scope.items(bound(needed(then)), input)
  const other = otherwise === undefined ? undefined : scope.items(bound(otherwise), input)
  return {
    types:
      other === undefined || (one.types && other.types)
        ? [...(one.types ?? []), ...(other?.types ?? [])]
        : undefined,
    items: (focus, env) =>
      holds(focus, env) === true ? one.items(focus, env) : (other?.items(focus, env) ?? []),
  }
}

function bindFocus(expression: Expression, focus: Expression): Expression {
  switch (expression.kind) {
    case 'member':
    case 'call':
      return { ...expression, of: expression.of === undefined ? focus : bindFocus(expression.of, focus) }
    case 'index':
      return { ...expression, of: bindFocus(expression.of, focus) }
    case 'operator':
      return {
        ...expression,
        left: bindFocus(expression.left, focus),
        right: bindFocus(expression.right, focus),
      }
    case 'variable':
      return expression.name === '$this' ? focus : expression
    default:
      return expression
  }
}
