import type { Definitions, SearchParameter } from './definitions.ts'
import { type ElementType, typeOfResource } from './element-type.ts'
import { compileCondition } from './extract-condition.ts'
import { parseSearchExpression } from './extract-expression.ts'
import { narrativeText } from './extract-narrative.ts'
import { compilePath, type Run, type Scope, type Visit } from './extract-path.ts'
import { convert } from './extract-value.ts'
import type { IndexValue } from './index-values.ts'
import { numberText } from './json.ts'
import type { Resource } from './resource.ts'

export { narrativeText }

export interface ExtractionContext {
  /** Base URLs of this clinic, without trailing slash: references below them are local. */
  readonly localBases: readonly string[]
  /** IANA name: the clinic's zone, for dates without one. */
  readonly timeZone: string
}

export interface Extractor {
  /**
   * Parameter code → what the resource holds for it; parameters without a value are left out, and so are `_id`,
   * `_lastUpdated` and the special ones but `_text` (a string) and `near` (latitude and longitude as a composite).
   */
  extract(resource: Resource, context: ExtractionContext): ReadonlyMap<string, readonly IndexValue[]>
}

interface CompiledParameter {
  readonly parameter: SearchParameter
  readonly visit: Visit
}

/** Types are compiled when first met. */
export function createExtractor(definitions: Definitions): Extractor {
  const compiled = new Map<string, readonly CompiledParameter[]>()
  return {
    extract(resource, { localBases, timeZone }) {
      const { resourceType } = resource
      let parameters = compiled.get(resourceType)
      if (parameters === undefined) {
        parameters = compileType(definitions, resourceType)
        compiled.set(resourceType, parameters)
      }
      const run: Run = { resource, localBases, timeZone, parameter: undefined, values: [], found: [] }
      const index = new Map<string, readonly IndexValue[]>()
      for (const { parameter, visit } of parameters) {
        run.parameter = parameter
        visit(resource, run)
        if (run.values.length === 0) continue
        index.set(parameter.code, run.values)
        run.values = []
      }
      return index
    },
  }
}

/** Throws for an expression that cannot be evaluated, so that none silently finds nothing. */
export function compileType(definitions: Definitions, type: string): readonly CompiledParameter[] {
  return definitions.searchParameters(type).flatMap((parameter) => {
    const visit = compileParameter(definitions, parameter)
    return visit === undefined ? [] : [{ parameter, visit }]
  })
}

function compileParameter(definitions: Definitions, parameter: SearchParameter): Visit | undefined {
  const { code, kind, type, expression } = parameter
  if (code === '_id' || code === '_lastUpdated') return undefined
  if (code === '_text') return visitNarrative
  if (expression === '') return undefined
  const root = typeOfResource(definitions, type)
  const scope: Scope = { definitions, compileCondition, text: expression, root }
  const visit = compilePath(parseSearchExpression(expression), root, scope, (element) => {
    if (kind === 'special') return code === 'near' ? visitPosition : undefined
    return kind === 'composite' ? compileComponents(parameter, element, scope) : convert(parameter, element)
  })
  if (visit === undefined && kind !== 'special') {
    throw new Error(`The search parameter ${code} of ${type} cannot be extracted: "${expression}"`)
  }
  return visit
}

/** All components come from the same element, and an element that lacks one is left out. */
function compileComponents(parameter: SearchParameter, element: ElementType, scope: Scope): Visit {
  const visits = (parameter.components ?? []).map((component) => {
    const visit = compilePath(parseSearchExpression(component.expression), element, scope, (part) =>
      convert(component.parameter, part),
    )
    if (visit === undefined)
      throw new Error(`${parameter.code}: "${component.expression}" finds nothing in ${element.name}`)
    return visit
  })
  return (value, run) => {
    const outer = run.values
    const components: (readonly IndexValue[])[] = []
    for (const visit of visits) {
      run.values = []
      visit(value, run)
      if (run.values.length === 0) break
      components.push(run.values)
    }
    run.values = outer
    if (components.length === visits.length) outer.push({ kind: 'composite', components })
  }
}

function visitNarrative(value: unknown, run: Run): void {
  const text = narrativeText(value as Resource)
  if (text !== '') run.values.push({ kind: 'string', text })
}

function visitPosition(value: unknown, run: Run): void {
  const { latitude, longitude } = value as { latitude?: unknown; longitude?: unknown }
  const components = [latitude, longitude].map(numberText).map((number): IndexValue[] => {
    return number === undefined ? [] : [{ kind: 'number', low: number, high: number }]
  })
  if (components.every((component) => component.length === 1))
    run.values.push({ kind: 'composite', components })
}
