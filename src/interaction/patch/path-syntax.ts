import { type Expression, ExpressionError, parseExpression } from '#fhir/fhirpath/syntax.ts'
import { Refusal } from '#fhir/refusal.ts'

/** The part of FHIRPath that patches use: https://hl7.org/fhir/R4/fhirpatch.html, http://hl7.org/fhirpath/N1/ */
export type Path =
  | { readonly kind: 'this' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'child'; readonly of: Path; readonly name: string }
  | { readonly kind: 'index'; readonly of: Path; readonly index: number }
  | { readonly kind: 'call'; readonly of: Path; readonly name: string; readonly args: readonly Path[] }
  | { readonly kind: 'operator'; readonly name: string; readonly left: Path; readonly right: Path }
  | { readonly kind: 'type'; readonly of: Path; readonly test: boolean; readonly type: string }

const longestPath = 1000
const deepestPath = 100
const operators: ReadonlySet<string> = new Set(['or', 'xor', 'and', '=', '!='])
const this_: Path = { kind: 'this' }

export function parsePath(text: string, expression: string): Path {
  try {
    if (text.length > longestPath) throw new ExpressionError(`is longer than ${longestPath} characters`)
    return buildPath(parseExpression(text), 0)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw new Refusal(
      'invalid',
      `The path of this operation ${error.message}. Use a simple FHIRPath, such as Patient.name[0].given.`,
      { expression },
    )
  }
}

function buildPath(expression: Expression, depth: number): Path {
  if (depth > deepestPath) throw new ExpressionError('is nested too deep')
  const below = (part: Expression): Path => buildPath(part, depth + 1)
  switch (expression.kind) {
    case 'literal':
      return { kind: 'literal', value: expression.value }
    case 'variable':
      if (expression.name === '$this') return this_
      throw new ExpressionError(`has ${expression.name.slice(0, 40)}, which paths of patches do not know`)
    case 'member': {
      const { of, name } = expression
      return { kind: 'child', of: of === undefined ? this_ : below(of), name }
    }
    case 'index':
      return { kind: 'index', of: below(expression.of), index: wholeNumber(expression.at) }
    case 'call': {
      const of = expression.of === undefined ? this_ : below(expression.of)
      const { name, arguments: args } = expression
      if (name === 'ofType' || name === 'as' || name === 'is')
        return { kind: 'type', of, test: name === 'is', type: typeName(args[0]) }
      return { kind: 'call', of, name, args: args.map(below) }
    }
    case 'operator': {
      const { operator: name, left, right } = expression
      if (name === 'as' || name === 'is')
        return { kind: 'type', of: below(left), test: name === 'is', type: typeName(right) }
      if (!operators.has(name)) throw new ExpressionError(`has "${name}", which paths of patches do not know`)
      return { kind: 'operator', name, left: below(left), right: below(right) }
    }
    case 'nothing':
      throw new ExpressionError('has {}, which leads nowhere')
  }
}

function wholeNumber(at: Expression): number {
  if (at.kind === 'literal' && typeof at.value === 'number' && Number.isInteger(at.value)) return at.value
  throw new ExpressionError('has an index that is no whole number')
}

/** `Patient` or `FHIR.Patient`. */
function typeName(expression: Expression | undefined): string {
  if (expression?.kind === 'member') {
    const { of, name } = expression
    if (of === undefined || (of.kind === 'member' && of.of === undefined && of.name === 'FHIR')) return name
  }
  throw new ExpressionError('lacks the name of a type')
}
