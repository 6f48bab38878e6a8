import { type Expression, ExpressionError, parseExpression } from './fhirpath/syntax.ts'

/** What search parameters cannot be written in is an error when the server starts, never an empty result later. */
export function parseSearchExpression(text: string): Expression {
  try {
    return parseExpression(text)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw new ExpressionError(`The search parameter expression "${text}" ${error.message}`)
  }
}

/** The branches of the outermost union, each as its own text: `(A.b as X) | C.d` → `(A.b as X)`, `C.d`. */
export function splitUnion(text: string): readonly string[] {
  const branches: string[] = []
  let depth = 0
  let start = 0
  for (const { index, 0: found } of text.matchAll(/'(?:[^'\\]|\\.)*'|[()|]/g)) {
    if (found === '(') depth++
    else if (found === ')') depth--
    else if (found === '|' && depth === 0) {
      branches.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  return [...branches, text.slice(start).trim()]
}
