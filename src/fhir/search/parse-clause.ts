import type { SearchParameter } from '../definitions.ts'
import { Refusal } from '../refusal.ts'
import type { ChainTarget, Clause } from '../search-query.ts'
import { limits, tooCostly } from './limits.ts'
import { checkModifier } from './modifiers.ts'
import type { ParseContext, Place } from './parse-context.ts'
import { parseSpecial } from './parse-special.ts'
import { parseValue } from './parse-value.ts'
import { splitUnescaped } from './split.ts'

/** Names: code[:modifier], chains, `_has`. */
export function parseClause(
  context: ParseContext,
  types: readonly string[],
  name: string,
  value: string,
  place: Place,
): Clause {
  checkDepth(place)
  if (name.startsWith('_has:')) return parseHas(context, types, name, value, place)
  const dot = name.indexOf('.')
  if (dot >= 0) {
    const inner = (type: string, below: Place) => [
      parseClause(context, [type], name.slice(dot + 1), value, below),
    ]
    return parseLink(context, types, name.slice(0, dot), place, inner)
  }
  const colon = name.indexOf(':')
  const code = colon < 0 ? name : name.slice(0, colon)
  const modifier = colon < 0 ? undefined : name.slice(colon + 1)
  const texts = readValues(value, place)
  return (
    parseSpecial(context, code, modifier, texts, place) ??
    parseParameter(context, findParameter(context, types, code, place), modifier, texts, place)
  )
}

/** The non-empty members of an OR list, still escaped. */
export function readValues(value: string, place: Place): string[] {
  const { expression } = place
  const texts = splitUnescaped(value, ',').filter((text) => text !== '')
  if (texts.length === 0) throw new Refusal('value', `"${expression}" has no value.`, { expression })
  for (const text of texts)
    if (text.length > limits.valueLength) {
      throw tooCostly(
        `A value of "${expression}" is longer than ${limits.valueLength} characters.`,
        expression,
      )
    }
  return texts
}

/** The parameter as the first of the types sees it; all of them must know it, as the same kind of thing. */
export function findParameter(
  context: ParseContext,
  types: readonly string[],
  code: string,
  { expression }: Place,
): SearchParameter {
  let found: SearchParameter | undefined
  for (const type of types) {
    const parameter = context.definitions.searchParameter(type, code)
    if (parameter === undefined || (found !== undefined && parameter.kind !== found.kind)) {
      const asked = types.length > 3 ? 'all the types searched' : types.join(' and ')
      throw new Refusal('not-supported', `"${shorten(code)}" is not a search parameter of ${asked}.`, {
        expression,
      })
    }
    found ??= parameter
  }
  if (found === undefined)
    throw new Refusal('not-supported', `"${shorten(code)}" cannot be searched.`, { expression })
  return found
}

function parseParameter(
  context: ParseContext,
  parameter: SearchParameter,
  modifier: string | undefined,
  texts: readonly string[],
  { expression }: Place,
): Clause {
  if (modifier === 'missing') return { kind: 'missing', parameter, missing: readBoolean(texts, expression) }
  const { kind } = parameter
  const asType =
    kind === 'reference' && modifier !== undefined && context.definitions.isResourceType(modifier)
  const targets = asType ? [modifier] : parameter.targets
  const known = modifier === undefined || asType ? undefined : checkModifier(parameter, modifier, expression)
  const values = texts.map((text) => parseValue(context, parameter, known, targets, text, expression))
  if (asType) checkTargets(values, modifier, expression)
  return known === undefined
    ? { kind: 'param', parameter, values }
    : { kind: 'param', parameter, modifier: known, values }
}

function checkTargets(values: readonly { kind: string }[], type: string, expression: string): void {
  for (const value of values as readonly { references?: readonly string[] }[])
    for (const reference of value.references ?? [])
      if (!reference.includes(':') && !reference.startsWith(`${type}/`)) {
        throw new Refusal('value', `"${expression}" asks for a ${type} and names something else.`, {
          expression,
        })
      }
}

/** `subject:Patient.name`: what stands before the dot, then `inner` for each type that the link may lead to. */
export function parseLink(
  context: ParseContext,
  types: readonly string[],
  link: string,
  place: Place,
  inner: (type: string, below: Place) => readonly Clause[],
): Clause {
  const { expression } = place
  const [code = '', type] = link.split(':')
  const parameter = findParameter(context, types, code, place)
  if (parameter.kind !== 'reference') {
    throw new Refusal(
      'invalid',
      `"${code}" is a ${parameter.kind} parameter: only references can be followed.`,
      {
        expression,
      },
    )
  }
  if (type !== undefined && !parameter.targets.includes(type)) {
    throw new Refusal('invalid', `"${code}" does not lead to a resource of type "${shorten(type)}".`, {
      expression,
    })
  }
  const below = { ...place, depth: place.depth + 1 }
  const targets = chainTargets(type === undefined ? parameter.targets : [type], (target) =>
    inner(target, below),
  )
  context.budget.takeTargets(targets.length, expression)
  return { kind: 'chain', parameter, targets }
}

/** Types that do not know the rest of the chain drop out; when none knows it, the first one's refusal tells why. */
function chainTargets(types: readonly string[], where: (type: string) => readonly Clause[]): ChainTarget[] {
  const targets: ChainTarget[] = []
  let refusal: unknown
  for (const type of types) {
    try {
      targets.push({ type, where: where(type) })
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind === 'too-costly') throw error
      refusal ??= error
    }
  }
  if (targets.length === 0) throw refusal
  return targets
}

/** https://hl7.org/fhir/R4/search.html#has: `_has:Observation:patient:code=1234-5` */
function parseHas(
  context: ParseContext,
  types: readonly string[],
  name: string,
  value: string,
  place: Place,
): Clause {
  const { expression } = place
  const [, type = '', code = '', rest = ''] = /^_has:([^:]*):([^:]*):(.+)$/s.exec(name) ?? []
  if (!context.definitions.isResourceType(type)) {
    throw new Refusal('invalid', '_has is written _has:Type:reference:parameter, with a resource type.', {
      expression,
    })
  }
  const parameter = findParameter(context, [type], code, place)
  if (parameter.kind !== 'reference' || !types.some((target) => parameter.targets.includes(target))) {
    throw new Refusal('invalid', `"${code}" of ${type} does not refer to the resources searched.`, {
      expression,
    })
  }
  const below = { ...place, depth: place.depth + 1 }
  return { kind: 'has', type, parameter, where: [parseClause(context, [type], rest, value, below)] }
}

function checkDepth({ depth, expression }: Place): void {
  if (depth > limits.chainDepth) {
    throw tooCostly(`A chain may have ${limits.chainDepth} links: ask in steps.`, expression)
  }
}

function readBoolean(texts: readonly string[], expression: string): boolean {
  const [text] = texts
  if (texts.length === 1 && (text === 'true' || text === 'false')) return text === 'true'
  throw new Refusal('value', `"${expression}" takes true or false.`, { expression })
}

/** What a caller wrote, in a sentence: never longer than a name can be. */
function shorten(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…` : text
}
