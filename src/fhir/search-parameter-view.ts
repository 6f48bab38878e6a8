import type { Definitions, SearchKind, SearchParameter } from './definitions.ts'
import { type ElementType, impliedSystemOf, typeOfResource } from './element-type.ts'
import { compileCondition } from './extract-condition.ts'
import { parseSearchExpression, splitUnion } from './extract-expression.ts'
import { compilePath, type Scope } from './extract-path.ts'
import { isConvertible } from './extract-value.ts'

/** The parts of FHIR's SearchParameter that are read: https://hl7.org/fhir/R4/searchparameter.html. */
export interface SearchParameterResource {
  readonly resourceType: 'SearchParameter'
  readonly url: string
  readonly version?: string
  readonly code: string
  readonly base: readonly string[]
  readonly type: SearchKind
  readonly expression?: string
  readonly target?: readonly string[]
  readonly component?: readonly { readonly definition: string; readonly expression: string }[]
}

/** One type's view of a parameter as it lies in fhir-profiles/r4; components name their parameters by URL. */
export interface CompactParameter {
  readonly code: string
  readonly url: string
  readonly kind: SearchKind
  readonly expression?: string
  readonly repeats?: true
  /** ['Resource'] stands for every type. */
  readonly targets?: readonly string[]
  readonly dataTypes?: readonly string[]
  readonly impliedSystem?: string
  readonly components?: readonly { readonly url: string; readonly expression: string }[]
}

/** Undefined when no branch of the expression is about the type. Throws for an expression that cannot be evaluated. */
export function buildParameterView(
  parameter: SearchParameterResource,
  type: string,
  definitions: Definitions,
): CompactParameter | undefined {
  const { url, code, component } = parameter
  if (parameter.expression === undefined) return { code, url, kind: 'special' }
  const expression = narrow(parameter.expression, type, definitions)
  if (expression === '') return undefined
  const found = findElementTypes(expression, type, definitions)
  const kind = parameter.type
  const targets = kind === 'reference' ? findTargets(found, parameter.target ?? []) : undefined
  const impliedSystem = kind === 'token' ? findImpliedSystem(found) : undefined
  return {
    code,
    url,
    kind,
    expression,
    ...(isRepeating(found) ? { repeats: true } : {}),
    ...(targets === undefined ? {} : { targets }),
    dataTypes: [...new Set(found.map(({ name }) => name))].filter((name) => isConvertible(kind, name)),
    ...(impliedSystem === undefined ? {} : { impliedSystem }),
    ...(component === undefined
      ? {}
      : { components: component.map(({ definition, expression }) => ({ url: definition, expression })) }),
  }
}

/** The branches that start at the type; those that start at no type at all are relative to it and stay. */
function narrow(expression: string, type: string, definitions: Definitions): string {
  const branches = splitUnion(expression).filter((branch) => {
    const [first = ''] = /[A-Za-z]+/.exec(branch) ?? []
    return (
      first === type ||
      !(definitions.isResourceType(first) || abstractTypes.has(first)) ||
      abstractTypes.has(first)
    )
  })
  return branches
    .map((branch) => branch.replace(/^(\(*)(?:Resource|DomainResource)\b/, `$1${type}`))
    .join(' | ')
}

const abstractTypes: ReadonlySet<string> = new Set(['Resource', 'DomainResource'])

/** Each way the expression can end. A branch without any is an error: it would find nothing, ever. */
function findElementTypes(
  expression: string,
  type: string,
  definitions: Definitions,
): readonly ElementType[] {
  const root = typeOfResource(definitions, type)
  const found: ElementType[] = []
  for (const branch of splitUnion(expression)) {
    const scope: Scope = { definitions, compileCondition, text: branch, root }
    const before = found.length
    compilePath(parseSearchExpression(branch), root, scope, (end) => {
      found.push(end)
      return () => undefined
    })
    if (found.length === before) throw new Error(`The expression "${branch}" finds nothing in ${type}`)
  }
  return found
}

function isRepeating(ends: readonly ElementType[]): boolean {
  if (ends.some(({ repeats }) => repeats)) return true
  return ends.some((end, index) => ends.slice(index + 1).some((other) => !areExclusive(end, other)))
}

/** onset:Age and onset:Period are never in one resource. */
function areExclusive(a: ElementType, b: ElementType): boolean {
  const index = a.steps.findIndex((step, at) => step !== b.steps[at])
  const [one, other] = [a.steps[index], b.steps[index]]
  if (one === undefined || other === undefined) return false
  return one.includes(':') && other.includes(':') && one.split(':')[0] === other.split(':')[0]
}

/** R4 spells out all types but Parameters where it means any. */
const nearlyAll = 100

function findTargets(ends: readonly ElementType[], declared: readonly string[]): readonly string[] {
  const possible = new Set(
    ends.flatMap(({ resolved, element }) => resolved ?? element?.targets ?? ['Resource']),
  )
  if (declared.length === 0) return possible.has('Resource') ? ['Resource'] : [...possible]
  if (possible.has('Resource')) return declared.length > nearlyAll ? ['Resource'] : declared
  const both = declared.filter((target) => possible.has(target))
  return both.length === 0 ? declared : both
}

function findImpliedSystem(ends: readonly ElementType[]): string | undefined {
  const systems = new Set(ends.map((end) => impliedSystemOf(end)))
  const [system] = systems
  return systems.size === 1 ? system : undefined
}

export function expandParameter(
  compact: CompactParameter,
  type: string,
  definitions: Definitions,
  componentOf: (url: string) => SearchParameter | undefined,
): SearchParameter {
  const {
    code,
    url,
    kind,
    expression = '',
    repeats = false,
    targets = [],
    dataTypes = [],
    impliedSystem,
  } = compact
  const components = compact.components?.map((component) => {
    const parameter = componentOf(component.url)
    if (parameter === undefined)
      throw new Error(`${url} is made of ${component.url}, which ${type} does not have`)
    return { parameter, expression: component.expression }
  })
  return {
    code,
    url,
    kind,
    type,
    expression,
    repeats,
    targets: targets[0] === 'Resource' ? definitions.resourceTypes : targets,
    dataTypes,
    ...(impliedSystem === undefined ? {} : { impliedSystem }),
    ...(components === undefined ? {} : { components }),
  }
}
