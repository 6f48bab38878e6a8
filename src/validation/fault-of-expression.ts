import { ExpressionError, longestExpression, parseExpression } from '#fhir/fhirpath/syntax.ts'
import { canRead } from './fhirpath/evaluate-slowly.ts'

/** Before a profile is stored: what is wrong with one of its expressions, as the end of a sentence; undefined: nothing. */
export function faultOfExpression(expression: string): string | undefined {
  if (expression.length > longestExpression) return `is longer than ${longestExpression} characters`
  try {
    parseExpression(expression)
    return undefined
  } catch (failure) {
    if (!(failure instanceof ExpressionError)) throw failure
    return canRead(expression) ? undefined : failure.message
  }
}
