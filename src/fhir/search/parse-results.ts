import { Refusal } from '../refusal.ts'
import type { Include, SortKey } from '../search-query.ts'
import { limits, tooCostly } from './limits.ts'
import { findParameter } from './parse-clause.ts'
import type { ParseContext, Place } from './parse-context.ts'

/** The parameters that shape the answer and choose no resource: https://hl7.org/fhir/R4/search.html#return */

export function parseSort(
  context: ParseContext,
  types: readonly string[],
  value: string,
  place: Place,
): SortKey[] {
  const { expression } = place
  const keys = value.split(',').filter((key) => key !== '')
  if (keys.length > limits.sortKeys) {
    throw tooCostly(`A search is sorted by ${limits.sortKeys} parameters at most.`, expression)
  }
  return keys.map((key) => {
    const descending = key.startsWith('-')
    const code = descending ? key.slice(1) : key
    if (code === '_id' || code === '_lastUpdated') return { parameter: code, descending }
    const parameter = findParameter(context, types, code, place)
    if (
      parameter.kind === 'composite' ||
      parameter.kind === 'special' ||
      code === '_text' ||
      code === '_content'
    ) {
      throw new Refusal('not-supported', `Results cannot be sorted by "${code}".`, { expression })
    }
    return { parameter, descending }
  })
}

export function parseCount(value: string, most: number, { expression }: Place): number {
  if (!/^\d{1,15}$/.test(value)) {
    throw new Refusal('value', '"_count" takes a whole number from 0 up.', { expression })
  }
  return Math.min(Number(value), most)
}

export function parseChoice<const Choice extends string>(
  value: string,
  choices: readonly Choice[],
  { expression }: Place,
): Choice {
  const choice = choices.find((known) => known === value)
  if (choice === undefined) {
    throw new Refusal('value', `"${expression}" takes one of ${choices.join(', ')}.`, { expression })
  }
  return choice
}

/** `_include`, `_revinclude`, each with `:iterate`: `*`, Type:*, Type:parameter or Type:parameter:Target. */
export function parseIncludes(
  context: ParseContext,
  types: readonly string[],
  name: string,
  value: string,
  place: Place,
): Include[] {
  const { expression } = place
  const [code, modifier, ...more] = name.split(':')
  if (more.length > 0 || (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse')) {
    throw new Refusal('invalid', `"${code}" takes :iterate and no other modifier.`, { expression })
  }
  const reverse = code === '_revinclude'
  const iterate = modifier !== undefined
  if (value === '*') {
    const sources = reverse || iterate ? context.definitions.resourceTypes : types
    // Each reading of a resource leaves an event that refers to it: these would soon be all that is shown.
    const told = reverse ? sources.filter((source) => source !== 'AuditEvent') : sources
    return told.map((type) => ({ reverse, iterate, type, parameter: '*' }))
  }
  const [type = '', parameterCode = '', target, ...rest] = value.split(':')
  const { definitions } = context
  if (!definitions.isResourceType(type) || parameterCode === '' || rest.length > 0) {
    throw new Refusal('value', `"${code}" takes Type:parameter, Type:parameter:Target, Type:* or *.`, {
      expression,
    })
  }
  if (target !== undefined && !definitions.isResourceType(target)) {
    throw new Refusal('value', `"${expression}" names a target that is no resource type.`, { expression })
  }
  const onTarget = target === undefined ? {} : { target }
  if (parameterCode === '*') return [{ reverse, iterate, type, parameter: '*', ...onTarget }]
  const parameter = findParameter(context, [type], parameterCode, place)
  if (parameter.kind !== 'reference') {
    throw new Refusal('value', `"${parameterCode}" of ${type} is no reference: nothing to include.`, {
      expression,
    })
  }
  return [{ reverse, iterate, type, parameter, ...onTarget }]
}
