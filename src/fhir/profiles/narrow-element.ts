import type { Constraint, ElementBinding } from '../definitions.ts'
import { narrowSlicing } from './narrow-slicing.ts'
import { narrowTypes, typeOfSuffix } from './narrow-types.ts'
import type { ProfileElement } from './profile.ts'
import { fitsPattern, isSameJson } from './same-json.ts'
import type { SnapshotParts } from './snapshot-parts.ts'
import { choiceOf, type SourceElement, splitCanonical } from './structure-source.ts'

type Narrow<Part> = (
  base: ProfileElement,
  element: SourceElement,
  index: number | undefined,
  parts: SnapshotParts,
) => Part

/** One element as the profile says it: each part may become stricter than the base, never looser. */
export function narrowElement(
  base: ProfileElement,
  element: SourceElement,
  index: number | undefined,
  parts: SnapshotParts,
): ProfileElement {
  if (element.isModifier === true && !base.isModifier)
    parts.faults.addAt(
      index,
      `${element.path} does not modify the meaning in the base, so it cannot here.`,
      'isModifier',
    )
  if (element.mustSupport === false && base.mustSupport)
    parts.faults.addAt(
      index,
      `${element.path} must be supported in the base, so it must here.`,
      'mustSupport',
    )
  const narrowed: ProfileElement = {
    ...base,
    ...narrowCardinality(base, element, index, parts),
    ...narrowTypes(base, element, index, parts),
    ...narrowBinding(base, element, index, parts),
    ...narrowLength(base, element, index, parts),
    ...narrowConstraints(base.constraints, element, index, parts),
    ...narrowSlicing(base, element, index, parts),
    ...(element.mustSupport === true ? { mustSupport: true } : {}),
  }
  return {
    ...narrowed,
    ...narrowValue(narrowed, element, index, parts),
    ...narrowLimits(narrowed, element, index, parts),
  }
}

const narrowCardinality: Narrow<Pick<ProfileElement, 'min' | 'max'>> = (base, element, index, { faults }) => {
  const { path } = element
  const min = element.min ?? base.min
  const max = element.max === undefined ? base.max : maximum(element.max)
  if (!Number.isInteger(min) || min < 0 || Number.isNaN(max)) {
    faults.addAt(index, `${path} needs a whole number as min, and a whole number or * as max.`, 'max')
    return { min: base.min, max: base.max }
  }
  if (min < base.min)
    faults.addAt(
      index,
      `${path} must occur ${base.min} times in the base: min ${min} would loosen it.`,
      'min',
    )
  if (max > base.max)
    faults.addAt(
      index,
      `${path} may occur ${base.max} times in the base: max ${element.max} would loosen it.`,
      'max',
    )
  if (min > max) faults.addAt(index, `${path} cannot occur at least ${min} times and at most ${max}.`, 'min')
  return { min, max }
}

export function maximum(max: string): number {
  if (max === '*') return Number.POSITIVE_INFINITY
  return /^\d{1,9}$/.test(max) ? Number(max) : Number.NaN
}

const strengths = ['example', 'preferred', 'extensible', 'required']

const narrowBinding: Narrow<Pick<ProfileElement, 'binding' | 'moreBindings'>> = (
  base,
  element,
  index,
  { faults },
) => {
  const said = element.binding
  if (said === undefined) return base.binding === undefined ? {} : { binding: base.binding }
  const before = base.binding
  if (before !== undefined && strengths.indexOf(said.strength) < strengths.indexOf(before.strength)) {
    faults.addAt(
      index,
      `${element.path} is bound to ${before.valueSet} as ${before.strength} in the base: ${said.strength} would loosen it.`,
      'binding.strength',
    )
  }
  const valueSet = said.valueSet ?? before?.valueSet
  if (valueSet === undefined) return before === undefined ? {} : { binding: before }
  const same = before !== undefined && splitCanonical(valueSet)[0] === splitCanonical(before.valueSet)[0]
  const binding: ElementBinding = {
    ...(same ? before : {}),
    strength: said.strength,
    valueSet: same ? before.valueSet : valueSet,
  }
  // The base's codes go on being the only ones, whatever the other value set holds.
  if (before?.strength !== 'required' || same) return { binding }
  return { binding, moreBindings: [...(base.moreBindings ?? []), before] }
}

const narrowLength: Narrow<Pick<ProfileElement, 'maxLength'>> = (
  base,
  { path, maxLength },
  index,
  { faults },
) => {
  if (maxLength === undefined) return {}
  if (base.maxLength !== undefined && maxLength > base.maxLength)
    faults.addAt(index, `${path} has at most ${base.maxLength} characters in the base.`, 'maxLength')
  return { maxLength }
}

const longestExpression = 5_000

export function narrowConstraints(
  inherited: readonly Constraint[] | undefined,
  element: SourceElement,
  index: number | undefined,
  { faults, url, faultOfExpression }: SnapshotParts,
): { readonly constraints?: readonly Constraint[] } {
  const own: Constraint[] = []
  for (const { source, key, severity, human, expression } of element.constraint ?? []) {
    if (source !== undefined && splitCanonical(source)[0] !== url) continue
    const known = [...(inherited ?? []), ...own].find((constraint) => constraint.key === key)
    if (known !== undefined) {
      if (known.expression !== expression || (known.severity === 'error' && severity === 'warning'))
        faults.addAt(
          index,
          `The key ${key} is taken by another rule of the base: choose a new one.`,
          'constraint',
        )
      continue
    }
    const fault = expression === undefined ? undefined : checkExpression(expression, faultOfExpression)
    if (fault !== undefined) faults.addAt(index, `The expression of the rule ${key} ${fault}.`, 'constraint')
    own.push({ key, severity, human, ...(expression === undefined ? {} : { expression }) })
  }
  return own.length === 0 ? {} : { constraints: [...(inherited ?? []), ...own] }
}

function checkExpression(
  expression: string,
  faultOfExpression: SnapshotParts['faultOfExpression'],
): string | undefined {
  if (expression.length > longestExpression) return `is longer than ${longestExpression} characters`
  return faultOfExpression(expression)
}

const narrowValue: Narrow<{ fixed?: unknown; pattern?: unknown }> = (base, element, index, { faults }) => {
  const values: { fixed?: unknown; pattern?: unknown } = {}
  for (const kind of ['fixed', 'pattern'] as const) {
    const said = choiceOf(element, kind)
    if (said === undefined) continue
    const [suffix, value] = said
    const place = `${kind}${suffix}`
    if (base.types.length > 1 && base.isChoice)
      faults.addAt(
        index,
        `${element.path} has several types: narrow them to one before giving its value.`,
        place,
      )
    else if (
      base.types.length > 0 &&
      typeOfSuffix(base.types, suffix) === undefined &&
      !isIdText(base, suffix)
    )
      faults.addAt(
        index,
        `${element.path} is a ${base.types.join(' or ')}, so ${place} cannot be its value.`,
        place,
      )
    if (base.fixed !== undefined && !fitsKnown(kind, base.fixed, value))
      faults.addAt(index, `${element.path} has another fixed value in the base, which cannot change.`, place)
    if (base.pattern !== undefined && !fitsPattern(value, base.pattern))
      faults.addAt(index, `${element.path} has a pattern in the base that this value does not fit.`, place)
    values[kind] = value
  }
  return values
}

function fitsKnown(kind: 'fixed' | 'pattern', fixed: unknown, value: unknown): boolean {
  return kind === 'fixed' ? isSameJson(fixed, value) : fitsPattern(fixed, value)
}

/** R4's own definitions fix ids and URLs of extensions as strings, URIs or ids as they like. */
function isIdText(base: ProfileElement, suffix: string): boolean {
  return base.types.some((type) => type === 'id' || type === 'uri') && /^(?:String|Uri|Url|Id)$/.test(suffix)
}

const narrowLimits: Narrow<{ minValue?: unknown; maxValue?: unknown }> = (
  base,
  element,
  index,
  { faults },
) => {
  const limits: { minValue?: unknown; maxValue?: unknown } = {}
  for (const name of ['minValue', 'maxValue'] as const) {
    const said = choiceOf(element, name)
    if (said === undefined) continue
    const [suffix, value] = said
    const before = base[name]
    if (before !== undefined && !isTighter(name, before, value))
      faults.addAt(
        index,
        `${element.path} has a ${name} in the base that this would loosen.`,
        `${name}${suffix}`,
      )
    limits[name] = value
  }
  return limits
}

function isTighter(name: 'minValue' | 'maxValue', before: unknown, value: unknown): boolean {
  if (isSameJson(before, value)) return true
  const [low, high] = name === 'minValue' ? [before, value] : [value, before]
  if (typeof low === 'string' && typeof high === 'string') return low.length === high.length && low <= high
  return Number(numberText(low)) <= Number(numberText(high))
}

function numberText(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'rawJSON' in value ? value.rawJSON : value
}
