import { type Expression, ExpressionError } from '#fhir/fhirpath/syntax.ts'
import type { Compiled, Scope, Truth, Types } from '../compiled.ts'

export type Arguments = readonly Expression[]

type Make<Made> = (
  of: Compiled,
  args: Arguments,
  input: Types,
  scope: Scope,
  ofExpression?: Expression,
) => Made

/** A function that answers with values, compiled where it is called. */
export type MakeItems = Make<Compiled>

/** One that answers yes or no. */
export type MakeTruth = Make<Truth>

export type Named<Made> = readonly (readonly [name: string, make: Made])[]

export function needed(argument: Expression | undefined): Expression {
  if (argument === undefined) throw new ExpressionError('calls a function without its argument')
  return argument
}
