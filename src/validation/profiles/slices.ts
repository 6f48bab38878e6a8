import { ExpressionError } from '#fhir/fhirpath/syntax.ts'
import type { ProfileElement } from '#fhir/profiles/profile.ts'
import type { Types } from '../fhirpath/compiled.ts'
import type { Place } from '../place.ts'
import { typeOf } from '../rules.ts'
import { type Belongs, compileDiscriminator } from './discriminators.ts'
import type { ElementValue } from './element-values.ts'
import { shown } from './expected-value.ts'
import type { ProfileScope } from './profile-scope.ts'

type ValueRule = (one: ElementValue, place: Place) => void

interface Slice {
  readonly name: string
  readonly min: number
  readonly max: number
  /** undefined: nothing tells what belongs to it. */
  readonly belongs: Belongs | undefined
  readonly rule: ValueRule | undefined
  readonly hint: string
}

/** https://hl7.org/fhir/R4/profiling.html#slicing: each value belongs to the first slice that it fits. */
export function compileSlices(
  element: ProfileElement,
  valueRule: (slice: ProfileElement) => ValueRule | undefined,
  scope: ProfileScope,
): (values: readonly ElementValue[], place: Place) => void {
  const { slicing, slices: elements = [] } = element
  const context = contextOf(element, scope)
  const slices = elements.map((slice): Slice => {
    const { sliceName = '', min, max } = slice
    const rule = valueRule(slice)
    return {
      name: sliceName,
      min,
      max,
      rule,
      belongs: belongsTo(slice, element, context, scope),
      hint: hintOf(slice),
    }
  })
  const { rules = 'open', ordered = false } = slicing ?? {}
  return (values, place) => {
    const counts = new Map<Slice, number>()
    let last = 0
    let closing = false
    for (const one of values) {
      place.spend(slices.length)
      const found = slices.findIndex(({ belongs }) => belongs?.(one, place))
      const slice = slices[found]
      if (one.index !== undefined) place.enter(one.index)
      if (slice === undefined) {
        if (rules === 'closed')
          place.refuse(
            'invalid',
            `fits none of the slices ${slices
              .map(({ name }) => name)
              .join(', ')
              .slice(0, 200)}; no others may be there.`,
          )
        closing ||= rules === 'openAtEnd'
      } else {
        counts.set(slice, (counts.get(slice) ?? 0) + 1)
        if (closing)
          place.refuse('invalid', `must come before those that belong to no slice (${slice.name}).`)
        if (ordered && found < last)
          place.refuse('invalid', `must come before the slice ${slices[last]?.name}.`)
        last = Math.max(last, found)
        slice.rule?.(one, place)
      }
      if (one.index !== undefined) place.leave()
    }
    for (const slice of slices) {
      if (slice.belongs !== undefined) checkCount(slice, counts.get(slice) ?? 0, place)
      else if (slice.min > 0)
        place.warn(
          'not-supported',
          `could not be held against the slice ${slice.name}: nothing tells what belongs to it.`,
        )
    }
  }
}

function checkCount({ name, min, max, hint }: Slice, count: number, place: Place): void {
  if (count < min)
    place.refuse(
      'required',
      `must have the slice ${name} ${min === 1 ? '' : `${min} times`}${hint}.`.replace(/ (?=\.)/, ''),
    )
  else if (count > max)
    place.refuse(
      'invalid',
      max === 0
        ? `must not have the slice ${name}${hint}.`
        : `may have the slice ${name} ${max === 1 ? 'once' : `${max} times`}${hint}.`,
    )
}

/** Without the data around, a slice's name says little: what tells it from others helps. */
function hintOf({ profiles, children, pattern, fixed }: ProfileElement): string {
  const [url] = profiles ?? []
  if (url !== undefined) return ` (${url})`
  if (pattern !== undefined || fixed !== undefined) return ` (${shown(pattern ?? fixed)})`
  const told = children?.filter((child) => child.fixed !== undefined || child.pattern !== undefined) ?? []
  if (told.length === 0) return ''
  return ` (${told
    .map((child) => `${child.name} ${shown(child.fixed ?? child.pattern)}`)
    .join(', ')
    .slice(0, 200)})`
}

function contextOf({ types, children }: ProfileElement, { definitions }: ProfileScope): Types {
  if (types.length === 0 || types.some((type) => type.includes(':'))) return undefined
  return types.map((type) =>
    children === undefined || types.length > 1 || definitions.type(type).kind === 'primitive-type'
      ? typeOf(definitions, type)
      : { ...typeOf(definitions, type), children: [...children] as never },
  )
}

function belongsTo(
  slice: ProfileElement,
  { slicing, types }: ProfileElement,
  context: Types,
  scope: ProfileScope,
): Belongs | undefined {
  const discriminators = slicing?.discriminators ?? []
  if (discriminators.length === 0) {
    // `valueQuantity` is a slice by its type even where nothing says so.
    return types.length > 1 && slice.types.length < types.length
      ? ({ type }) => slice.types.includes(type)
      : undefined
  }
  try {
    const all = discriminators.map((one) => compileDiscriminator(one, slice, context, scope))
    const [first] = all
    return all.length === 1 ? first : (one, place) => all.every((belongs) => belongs(one, place))
  } catch (failure) {
    if (failure instanceof ExpressionError) return undefined
    throw failure
  }
}
