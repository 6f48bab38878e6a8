import { type ElementType, isKindOf } from '#fhir/element-type.ts'
import { type Expression, ExpressionError, parseExpression } from '#fhir/fhirpath/syntax.ts'
import type { Discriminator, ProfileElement } from '#fhir/profiles/profile.ts'
import { compilePath } from '../fhirpath/compile.ts'
import type { Compiled, Types } from '../fhirpath/compiled.ts'
import { isNode } from '../fhirpath/compiled.ts'
import type { Check, Place } from '../place.ts'
import { typeOfReference } from '../reference-rules.ts'
import type { ElementValue } from './element-values.ts'
import { holdsPattern, isFixed } from './expected-value.ts'
import type { ProfileScope } from './profile-scope.ts'
import { followPath, type Step, type Wanted } from './slice-path.ts'

/** Does a value belong to the slice, as far as one discriminator tells? https://hl7.org/fhir/R4/profiling.html#discriminator */
export type Belongs = (one: ElementValue, place: Place) => boolean

export function compileDiscriminator(
  { type, path }: Discriminator,
  slice: ProfileElement,
  context: Types,
  scope: ProfileScope,
): Belongs {
  const steps = readSteps(path)
  if (type === 'type') return ofType(steps, slice, context, path, scope)
  const wanted = followPath(slice, steps, scope)
  if (path === 'url' && slice.types.includes('Extension')) return ofUrl(wanted, slice)
  const values = itemsOf(path, context, scope)
  switch (type) {
    case 'exists':
      return ofExistence(wanted, values)
    case 'profile':
      return ofProfile(wanted, values)
    default:
      return ofValue(wanted, values, scope)
  }
}

type ItemsOf = (one: ElementValue, place: Place) => readonly unknown[]

function itemsOf(path: string, context: Types, scope: ProfileScope): ItemsOf {
  if (path === '$this') return ({ value, twin }) => [value ?? twin]
  const compiled: Compiled = compilePath(path, { ...scope, context, resource: undefined, foreign: true })
  return ({ value, twin }, place) => compiled.items(value ?? twin, place)
}

function ofValue({ fixed, pattern, element }: Wanted, values: ItemsOf, scope: ProfileScope): Belongs {
  if (fixed !== undefined) return (one, place) => values(one, place).some((item) => isFixed(item, fixed))
  if (pattern !== undefined)
    return (one, place) => values(one, place).some((item) => holdsPattern(item, pattern))
  // Nothing fixed right there: what the profile says below, or of codes, tells the slices apart.
  const check: Check | undefined = element && scope.valueCheck(element)
  if (check === undefined) throw new ExpressionError('has a slice that its discriminator cannot tell')
  return (one, place) => {
    place.spend(10)
    return values(one, place).some((item) => place.isRight(check, item))
  }
}

function ofExistence({ element }: Wanted, values: ItemsOf): Belongs {
  const wanted = element !== undefined && element.max > 0 && element.min > 0
  if (element === undefined || (element.max > 0 && element.min === 0))
    throw new ExpressionError('has a slice that its discriminator cannot tell')
  return (one, place) => values(one, place).length > 0 === wanted
}

function ofProfile({ element }: Wanted, values: ItemsOf): Belongs {
  const profiles = element?.profiles ?? element?.targetProfiles ?? []
  if (profiles.length === 0) throw new ExpressionError('has a slice that its discriminator cannot tell')
  return (one, place) =>
    values(one, place).some((item) => profiles.some((profile) => place.conforms(item, profile) ?? false))
}

/** An extension's definition names its URL: `profile` of the slice, or a fixed url below it. */
function ofUrl({ fixed, pattern }: Wanted, slice: ProfileElement): Belongs {
  const urls = new Set(
    [fixed ?? pattern ?? slice.profiles ?? []].flat().map((url) => String(url).replace(/\|.*/, '')),
  )
  if (urls.size === 0) throw new ExpressionError('has a slice that its discriminator cannot tell')
  return ({ value }) => isNode(value) && typeof value.url === 'string' && urls.has(value.url)
}

function ofType(
  steps: readonly Step[],
  slice: ProfileElement,
  context: Types,
  path: string,
  scope: ProfileScope,
): Belongs {
  const { definitions } = scope
  const resolved = steps.at(-1)?.kind === 'resolve'
  const { element } = followPath(slice, resolved ? steps.slice(0, -1) : steps, scope)
  if (element === undefined) throw new ExpressionError('has a slice that its discriminator cannot tell')
  if (resolved) {
    const targets = new Set(element.targets ?? [])
    const way = path.replace(/\.?resolve\(\)$/, '') || '$this'
    const references = itemsOf(way, context, scope)
    return (one, place) =>
      references(one, place).some((item) => targets.has(typeOfReference(item, place, definitions) ?? ''))
  }
  const types = element.types
  if (path === '$this') {
    return ({ type, value }) =>
      types.includes(type) || (isNode(value) && types.includes(String(value.resourceType)))
  }
  const compiled = compilePath(path, { ...scope, context, resource: undefined, foreign: true })
  const known = compiled.types
  if (known?.every(({ name }) => name !== 'Resource') && compiled.narrow !== undefined) {
    const kept = types.filter((name) =>
      known.some((one: ElementType) => isKindOf(definitions, one.name, name)),
    )
    const ways = kept.map((name) => compiled.narrow?.(name) as Compiled)
    return ({ value }, place) => ways.some((way) => way.items(value, place).length > 0)
  }
  return ({ value }, place) =>
    compiled.items(value, place).some((item) => isNode(item) && types.includes(String(item.resourceType)))
}

/** `$this`, `code.coding`, `extension('url').value`, `resolve().code`, `value.ofType(Coding)` */
function readSteps(path: string): readonly Step[] {
  const steps: Step[] = []
  let expression: Expression | undefined = parseExpression(path)
  while (expression !== undefined) {
    if (expression.kind === 'variable' && expression.name === '$this') break
    if (expression.kind === 'member') steps.unshift({ kind: 'name', name: expression.name })
    else if (expression.kind === 'call' && expression.name === 'resolve') steps.unshift({ kind: 'resolve' })
    else if (expression.kind === 'call' && expression.name === 'extension') {
      const [url] = expression.arguments
      if (url?.kind !== 'literal') throw new ExpressionError('has a discriminator that cannot be read')
      steps.unshift({ kind: 'extension', url: String(url.value) })
    } else if (expression.kind === 'call' && expression.name === 'ofType') steps.unshift({ kind: 'as' })
    else throw new ExpressionError('has a discriminator that cannot be read')
    expression = expression.of
  }
  return steps
}
