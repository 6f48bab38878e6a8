import type { ElementBinding, ElementDefinition } from '#fhir/definitions.ts'
import { choiceName } from '#fhir/element-tree.ts'
import { numberText } from '#fhir/json.ts'
import type { ProfileElement } from '#fhir/profiles/profile.ts'
import { lastSegment } from '#fhir/structure-definition.ts'
import { checkBinding, mustHaveCode } from '../binding-rules.ts'
import { isNode, type Node, type Types } from '../fhirpath/compiled.ts'
import { order } from '../fhirpath/order.ts'
import type { Check, Place } from '../place.ts'
import { primitiveChecks } from '../primitive-checks.ts'
import { checkTargets } from '../reference-rules.ts'
import { compileRule, typeOf } from '../rules.ts'
import { type ElementName, type ElementValue, valuesOf } from './element-values.ts'
import { holdsPattern, isFixed, shown } from './expected-value.ts'
import type { ProfileScope } from './profile-scope.ts'
import { compileSlices } from './slices.ts'

/** What a profile asks of an object, element by element. */
export type OwnerRule = (owner: Node, place: Place) => void

/** Everything that the elements ask beyond the base; an element that is the base's own object asks nothing. */
export function compileElements(
  elements: readonly ProfileElement[],
  base: readonly ElementDefinition[],
  scope: ProfileScope,
): OwnerRule | undefined {
  const rules = elements.flatMap((element) => {
    const own = base.find(({ name }) => name === element.name)
    return own === undefined || (element as unknown) === own
      ? []
      : (compileElement(element, own, scope) ?? [])
  })
  if (rules.length === 0) return undefined
  return (owner, place) => {
    for (const rule of rules) rule(owner, place)
  }
}

export type ValueRule = (one: ElementValue, place: Place) => void

function compileElement(
  element: ProfileElement,
  base: ElementDefinition,
  scope: ProfileScope,
): OwnerRule | undefined {
  const { name, min, max } = element
  const names = namesOf(base)
  const valueRule = compileValue(element, base, scope)
  const slices = element.slices && compileSlices(element, (slice) => compileValue(slice, base, scope), scope)
  const counts = min > base.min || max < base.max
  if (!counts && valueRule === undefined && slices === undefined) return undefined
  return (owner, place) => {
    const values = valuesOf(owner, names)
    if (values.length < min && min > base.min) {
      place.refuse(
        'required',
        min === 1 ? `must have the element '${name}'.` : `must have '${name}' ${min} times at least.`,
      )
    }
    if (values.length === 0 && slices === undefined) return
    place.enter(name)
    if (values.length > max && max < base.max)
      place.refuse(
        'invalid',
        max === 0 ? 'must not be there.' : `may be there ${max === 1 ? 'once' : `${max} times`} at most.`,
      )
    if (valueRule !== undefined) for (const one of values) at(one, place, valueRule)
    slices?.(values, place)
    place.leave()
  }
}

function at(one: ElementValue, place: Place, rule: ValueRule): void {
  if (one.index === undefined) rule(one, place)
  else {
    place.enter(one.index)
    rule(one, place)
    place.leave()
  }
}

function namesOf({ name, types, isChoice }: ElementDefinition): ReadonlyMap<string, ElementName> {
  return new Map(
    (types.length === 0 ? [''] : types).map((type) => [
      isChoice ? choiceName(name, type) : name,
      { type, primitive: primitiveChecks.has(type) },
    ]),
  )
}

/** What the element asks of one of its values. */
export function compileValue(
  element: ProfileElement,
  base: ElementDefinition,
  scope: ProfileScope,
): ValueRule | undefined {
  const byType = new Map<string, readonly Check[]>()
  for (const type of element.types.length === 0 ? [''] : element.types) {
    const checks = checksOfType(element, base, type, scope)
    if (checks.length > 0) byType.set(type, checks)
  }
  const below = new Map<string, OwnerRule>()
  for (const type of primitiveTypes(element)) {
    const rule =
      element.children && compileElements(element.children, scope.definitions.type('Element').elements, scope)
    if (rule !== undefined) below.set(type, rule)
  }
  const narrower = base.types.length > element.types.length
  if (!narrower && byType.size === 0 && below.size === 0) return undefined
  const allowed = element.types.join(' or ')
  return ({ value, twin, type }, place) => {
    if (narrower && !element.types.includes(type)) {
      place.refuse('invalid', `must be of type ${allowed}.`)
      return
    }
    for (const check of byType.get(type) ?? []) check(value ?? twin, place)
    below.get(type)?.(twin ?? {}, place)
  }
}

function primitiveTypes({ types, children }: ProfileElement): readonly string[] {
  return children === undefined ? [] : types.filter((type) => primitiveChecks.has(type))
}

function checksOfType(
  element: ProfileElement,
  base: ElementDefinition,
  type: string,
  scope: ProfileScope,
): readonly Check[] {
  const { definitions } = scope
  const { children, targets, binding, moreBindings = [] } = element
  const context: Types = contextOf(element, base, type, scope)
  const checks: (Check | undefined)[] = [
    ...expectations(element),
    ...[binding, ...moreBindings].map((one) =>
      isNewBinding(one, base.binding) ? checkNewBinding(one, type) : undefined,
    ),
    type === 'Reference' && targets !== undefined && targets.join() !== base.targets?.join()
      ? checkTargets('', targets, definitions)
      : undefined,
    conformance(element, base, type, scope),
    ...(element.constraints ?? [])
      .filter(({ key }) => !base.constraints?.some((one) => one.key === key))
      .map((rule) => compileRule(rule, { definitions, context, resource: undefined, foreign: true })),
  ]
  if (children !== undefined && !primitiveChecks.has(type)) {
    const rule = compileElements(children, baseChildren(base, type, scope), scope)
    if (rule !== undefined) checks.push((value, place) => isNode(value) && rule(value, place))
  }
  return checks.filter((check) => check !== undefined)
}

function isNewBinding(
  binding: ElementBinding | undefined,
  base: ElementBinding | undefined,
): binding is ElementBinding {
  return binding !== undefined && (binding.valueSet !== base?.valueSet || binding.strength !== base.strength)
}

function checkNewBinding(binding: ElementBinding, type: string): Check | undefined {
  const check = checkBinding(binding, type)
  if (check === undefined || type !== 'code' || binding.strength !== 'required') return check
  return (value, place) => (typeof value === 'string' ? check(value, place) : mustHaveCode(value, place))
}

function contextOf(
  element: ProfileElement,
  base: ElementDefinition,
  type: string,
  scope: ProfileScope,
): Types {
  if (type === '' || type.includes(':')) return undefined
  if (element.children === undefined || primitiveChecks.has(type)) return [typeOf(scope.definitions, type)]
  return [{ name: type, children: baseChildren(base, type, scope), repeats: false, steps: [] }]
}

/** Below a backbone element, below what a content reference leads to, or below the data type. */
function baseChildren(
  base: ElementDefinition,
  type: string,
  scope: ProfileScope,
): readonly ElementDefinition[] {
  if (base.children !== undefined) return base.children
  const { definitions } = scope
  if (base.contentReference === undefined) return type === '' ? [] : definitions.type(type).elements
  const [root = '', ...names] = base.contentReference.slice(base.contentReference.indexOf('#') + 1).split('.')
  let children = definitions.type(root).elements
  for (const name of names) children = children.find((child) => child.name === name)?.children ?? []
  return children
}

function expectations({ fixed, pattern, maxLength, minValue, maxValue }: ProfileElement): readonly Check[] {
  const checks: Check[] = []
  if (fixed !== undefined) {
    checks.push(
      (value, place) => isFixed(value, fixed) || place.refuse('invalid', `must be ${shown(fixed)}.`),
    )
  }
  if (pattern !== undefined) {
    checks.push(
      (value, place) =>
        holdsPattern(value, pattern) || place.refuse('invalid', `must hold ${shown(pattern)}.`),
    )
  }
  if (maxLength !== undefined) {
    checks.push((value, place) => {
      if (typeof value === 'string' && value.length > maxLength)
        place.refuse('invalid', `may be ${maxLength} characters long at most.`)
    })
  }
  for (const [limit, sign, word] of [
    [minValue, -1, 'least'],
    [maxValue, 1, 'most'],
  ] as const) {
    if (limit === undefined) continue
    checks.push((value, place) => {
      const difference = order(value, limit, typeof limit === 'string' && numberText(value) === undefined)
      if (difference !== undefined && difference * sign > 0)
        place.refuse('invalid', `must be ${shown(limit)} at ${word}.`)
    })
  }
  return checks
}

/** Profiles of the value's type: one of those for it must be met. An extension's own definition is looked at wherever it stands. */
function conformance(
  { profiles = [] }: ProfileElement,
  base: ElementDefinition,
  type: string,
  { definitions }: ProfileScope,
): Check | undefined {
  const more = profiles.filter((canonical) => !base.profiles?.includes(lastSegment(canonical)))
  if (more.length === 0) return undefined
  if (type === 'Extension') {
    const urls = new Set(more.map((canonical) => canonical.replace(/\|.*/, '')))
    const names = more.slice(0, 3).map(shown).join(' or ')
    return (value, place) => {
      if (isNode(value) && !urls.has(String(value.url)))
        place.refuse('extension', `must be the extension ${names}.`)
    }
  }
  return (value, place) => {
    const known = more.filter((canonical) => {
      const profile = place.known.profile(canonical)
      return (
        profile !== undefined && isForType(profile.type, type, value, (name) => definitions.type(name).base)
      )
    })
    if (known.length === 0) return
    const [only] = known
    if (known.length === 1) place.hold(value, only as string)
    else if (!known.some((canonical) => place.conforms(value, canonical)))
      place.refuse('invalid', `must meet one of the profiles ${known.slice(0, 4).join(', ')}.`)
  }
}

function isForType(
  profileType: string,
  type: string,
  value: unknown,
  baseOf: (name: string) => string | undefined,
): boolean {
  const own = isNode(value) && typeof value.resourceType === 'string' ? value.resourceType : type
  for (let name: string | undefined = own; name !== undefined; name = baseOf(name)) {
    if (name === profileType) return true
  }
  return false
}
