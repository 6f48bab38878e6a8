import type { Definitions, SearchParameter } from './definitions.ts'
import { type ElementType, isKindOf, typesOfMember } from './element-type.ts'
import { type Expression, ExpressionError } from './fhirpath/syntax.ts'
import type { IndexValue } from './index-values.ts'
import { Refusal } from './refusal.ts'
import type { Resource } from './resource.ts'

/** One extraction under way. */
export interface Run {
  readonly resource: Resource
  readonly localBases: readonly string[]
  readonly timeZone: string
  /** The search parameter at work. */
  parameter: SearchParameter | undefined
  /** Where converters put what they find. */
  values: IndexValue[]
  /** Where collectors put what they find. */
  found: unknown[]
}

export type Visit = (value: unknown, run: Run) => void
/** Called at compile time, once for each static type; undefined: no value of that type is wanted. */
export type Then = (type: ElementType) => Visit | undefined

/** FHIRPath's three answers: undefined is its empty collection. */
export type Condition = (value: unknown, run: Run) => boolean | undefined

export interface Scope {
  readonly definitions: Definitions
  /** Paths hold conditions and conditions paths; whoever opens the scope brings the two together. */
  readonly compileCondition: (expression: Expression, input: ElementType, scope: Scope) => Condition
  /** The whole expression, for errors. */
  readonly text: string
  readonly root: ElementType
}

/**
 * An expression becomes closures that know each value's type beforehand: nothing is parsed, looked up or collected
 * when a resource is written, unless an indexer or a condition needs it.
 */
export function compilePath(
  expression: Expression,
  input: ElementType,
  scope: Scope,
  then: Then,
): Visit | undefined {
  switch (expression.kind) {
    case 'variable':
      return expression.name === '$this' ? then(input) : compileVariable(expression.name, scope, then)
    case 'member':
      if (expression.of === undefined)
        return isRootName(expression.name, input, scope)
          ? then(input)
          : compileMember(input, expression.name, scope, then)
      return compilePath(expression.of, input, scope, (type) =>
        compileMember(type, expression.name, scope, then),
      )
    case 'index':
      return compileIndex(expression.of, placeOf(expression.at, scope), input, scope, then)
    case 'call':
      return compileCall(expression, input, scope, then)
    case 'operator':
      return compileOperator(expression, input, scope, then)
    case 'literal':
    case 'nothing':
      return fail(scope, 'A literal where a path should be')
  }
}

/** What a function or member without anything before it is of. */
export const self: Expression = { kind: 'variable', name: '$this' }

function placeOf(at: Expression, scope: Scope): number {
  if (at.kind === 'literal' && Number.isSafeInteger(at.value)) return at.value as number
  return fail(scope, 'An index that is no whole number')
}

function isRootName(name: string, input: ElementType, scope: Scope): boolean {
  return (
    input.steps.length === 0 &&
    input.name === scope.root.name &&
    isKindOf(scope.definitions, input.name, name)
  )
}

function compileMember(type: ElementType, name: string, scope: Scope, then: Then): Visit | undefined {
  const members = typesOfMember(scope.definitions, type, name)
  return visitAll(members.map(([key, member]) => visitKey(key, then(member))))
}

function compileVariable(name: string, scope: Scope, then: Then): Visit | undefined {
  if (name !== '%resource') return fail(scope, `Unknown variable ${name}`)
  const visit = then(scope.root)
  return visit && ((_, run) => visit(run.resource, run))
}

function compileOperator(
  expression: Extract<Expression, { kind: 'operator' }>,
  input: ElementType,
  scope: Scope,
  then: Then,
): Visit | undefined {
  const { operator, left, right } = expression
  if (operator === '|') {
    return visitAll([compilePath(left, input, scope, then), compilePath(right, input, scope, then)])
  }
  if (operator === 'as') return compileOfType(left, typeNameOf(right, scope), input, scope, then)
  return compileBoolean(expression, input, scope, then)
}

function compileCall(
  expression: Extract<Expression, { kind: 'call' }>,
  input: ElementType,
  scope: Scope,
  then: Then,
): Visit | undefined {
  const { name, of = self } = expression
  const [argument] = expression.arguments
  switch (name) {
    case 'where':
      return argument === undefined
        ? fail(scope, 'where() without a condition')
        : compileWhere(of, argument, input, scope, then)
    case 'ofType':
    case 'as':
      return compileOfType(of, typeNameOf(argument, scope), input, scope, then)
    case 'first':
      return compileIndex(of, 0, input, scope, then)
    case 'extension': {
      const isUrl: Expression =
        argument === undefined
          ? fail(scope, 'extension() without a URL')
          : { kind: 'operator', operator: '=', left: { kind: 'member', name: 'url' }, right: argument }
      return compileWhere({ kind: 'member', of, name: 'extension' }, isUrl, input, scope, then)
    }
    default:
      return compileBoolean(expression, input, scope, then)
  }
}

function compileWhere(
  of: Expression,
  condition: Expression,
  input: ElementType,
  scope: Scope,
  then: Then,
): Visit | undefined {
  return compilePath(of, input, scope, (type) => {
    const holds = scope.compileCondition(condition, type, scope)
    const target = resolvedType(condition)
    const visit = then(target === undefined ? type : { ...type, resolved: [target] })
    return (
      visit &&
      ((value, run) => {
        if (holds(value, run) === true) visit(value, run)
      })
    )
  })
}

/** `resolve() is Patient` */
function resolvedType(condition: Expression): string | undefined {
  if (condition.kind !== 'operator' || condition.operator !== 'is') return undefined
  const { left, right } = condition
  return left.kind === 'call' && left.name === 'resolve' && right.kind === 'member' ? right.name : undefined
}

function compileOfType(
  of: Expression,
  wanted: string,
  input: ElementType,
  scope: Scope,
  then: Then,
): Visit | undefined {
  return compilePath(of, input, scope, (type) => {
    if (type.name === 'Resource' && scope.definitions.isResourceType(wanted)) {
      const visit = then({ ...type, name: wanted, children: scope.definitions.type(wanted).elements })
      return (
        visit && ((value, run) => void ((value as Resource).resourceType === wanted && visit(value, run)))
      )
    }
    return isKindOf(scope.definitions, type.name, wanted) ? then(type) : undefined
  })
}

export function typeNameOf(expression: Expression | undefined, scope: Scope): string {
  if (expression?.kind === 'member') return expression.name
  return fail(scope, 'No type name where one should be')
}

function compileIndex(
  of: Expression,
  index: number,
  input: ElementType,
  scope: Scope,
  then: Then,
): Visit | undefined {
  const collect = compilePath(of, input, scope, (type) => {
    const visit = then({ ...type, repeats: input.repeats })
    return visit && ((value, run) => void run.found.push(visit, value))
  })
  return (
    collect &&
    ((value, run) => {
      const found = collectWith(collect, value, run)
      const visit = found[2 * index] as Visit | undefined
      visit?.(found[2 * index + 1], run)
    })
  )
}

export function collectWith(collect: Visit, value: unknown, run: Run): readonly unknown[] {
  const outer = run.found
  const found: unknown[] = []
  run.found = found
  collect(value, run)
  run.found = outer
  return found
}

/** A condition as a value: `Patient.deceased.exists() and Patient.deceased != false`. */
function compileBoolean(
  expression: Expression,
  input: ElementType,
  scope: Scope,
  then: Then,
): Visit | undefined {
  const holds = scope.compileCondition(expression, input, scope)
  const visit = then({ name: 'boolean', children: [], repeats: input.repeats, steps: [...input.steps, '()'] })
  return (
    visit &&
    ((value, run) => {
      const answer = holds(value, run)
      if (answer !== undefined) visit(answer, run)
    })
  )
}

function visitKey(key: string, visit: Visit | undefined): Visit | undefined {
  if (visit === undefined) return undefined
  return (value, run) => {
    const child = (value as Record<string, unknown>)[key]
    if (child === undefined || child === null) return
    if (!Array.isArray(child)) visit(child, run)
    else for (const one of child) if (one !== null) visit(one, run)
  }
}

function visitAll(candidates: readonly (Visit | undefined)[]): Visit | undefined {
  const visits = candidates.filter((visit) => visit !== undefined)
  const [first, second] = visits
  if (second === undefined) return first
  return (value, run) => {
    for (const visit of visits) visit(value, run)
  }
}

export function fail(scope: Scope, problem: string): never {
  throw new ExpressionError(`${problem} in the search parameter expression "${scope.text}"`)
}

/** For what the structure check leaves to the index: a value that cannot be ordered. */
export function refuseElement(run: Run, problem: string): never {
  const expression = run.parameter?.expression ?? run.resource.resourceType
  throw new Refusal('value', `${problem}: the element could not be found by the date or number it holds.`, {
    expression,
  })
}
