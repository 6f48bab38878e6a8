import type { Constraint, Definitions } from '#fhir/definitions.ts'
import type { ElementType } from '#fhir/element-type.ts'
import { ExpressionError } from '#fhir/fhirpath/syntax.ts'
import { compileExpression } from './fhirpath/compile.ts'
import type { Truth, Types } from './fhirpath/compiled.ts'
import { evaluateSlowly } from './fhirpath/evaluate-slowly.ts'
import { TimeSpent } from './limit-time.ts'
import type { Check } from './place.ts'

/** Where a rule stands: what its focus and %resource can be. */
export interface RuleContext {
  readonly definitions: Definitions
  readonly context: Types
  readonly resource: Types
  /** Rules of a clinic's profiles are not trusted with time. */
  readonly foreign: boolean
}

/** Checked by hand, where it is cheaper or R4's expression cannot do it: the file that does. */
export const checkedElsewhere: Readonly<Record<string, string>> = {
  'ele-1': 'object-check.ts, shapes.ts',
  'dom-3': 'contained-rules.ts',
  'ref-1': 'reference-rules.ts',
  'txt-1': 'narrative.ts',
  'txt-2': 'narrative.ts',
}

/** Not asked, with the reason. Warnings only. */
export const notAsked: Readonly<Record<string, string>> = {
  'dom-6': 'A best practice that would warn about every resource without narrative.',
  'cid-0': 'Asks for ChargeItemDefinition.name, which R4 does not have.',
  'con-3': 'Compares a CodeableConcept with a text, so it warns about every category.',
}

/** Faulty in R4, and what was meant: as later releases and the reference implementation read them. */
export const repaired: Readonly<Record<string, string>> = {
  'que-12': 'enableWhen.count() > 1 implies enableBehavior.exists()',
  'rng-2':
    'low.empty() or high.empty() or (low.system | high.system).count() > 1 or (low.code | high.code).count() > 1 or (low.unit | high.unit).count() > 1 or low.value <= high.value',
}

/** Written without anchors, they would accept any text that has a good part. */
const unanchored = /^(?:[a-z]{3}-0|ig-0|eld-19|eld-20)$/

export function expressionOf({ key, expression }: Constraint): string | undefined {
  if (expression === undefined) return undefined
  return (
    repaired[key] ?? (unanchored.test(key) ? expression.replace('.matches(', '.matchesFull(') : expression)
  )
}

/** One rule, or undefined for what is checked elsewhere or not at all. */
export function compileRule(constraint: Constraint, context: RuleContext): Check | undefined {
  const { key, severity, human } = constraint
  if (!context.foreign && (key in checkedElsewhere || key in notAsked)) return undefined
  const expression = expressionOf(constraint)
  if (expression === undefined) return undefined
  const truth = compileTruth(expression, context)
  const sentence = `breaks the rule ${key}: ${human.trim().replace(/\.$/, '').slice(0, 500)}.`
  return (value, place) => {
    place.context = value
    const answer = answerOf(truth, value, place)
    if (answer === true) return
    if (answer === 'unknown') place.warn('not-supported', `could not be held against the rule ${key}.`)
    else if (answer === 'late')
      place.refuse('too-costly', `could not be held against the rule ${key} in time.`)
    else if (severity === 'error') place.refuse('invariant', sentence)
    else place.warn('invariant', sentence)
  }
}

function answerOf(truth: Truth, value: unknown, place: Parameters<Check>[1]): boolean | 'unknown' | 'late' {
  try {
    return truth(value, place) ?? false
  } catch (failure) {
    if (failure instanceof TimeSpent) return 'late'
    if (failure instanceof ExpressionError) return 'unknown'
    throw failure
  }
}

function compileTruth(expression: string, context: RuleContext): Truth {
  try {
    return compileExpression(expression, context)
  } catch (failure) {
    if (!(failure instanceof ExpressionError)) throw failure
    return evaluateSlowly(expression)
  }
}

/** Data types have no place of their own: `%resource` is then whatever stands around. */
export function typeOf(definitions: Definitions, name: string): ElementType {
  return { name, children: definitions.type(name).elements, repeats: false, steps: [] }
}
