import { isDeepStrictEqual } from 'node:util'
import type { Definitions } from '#fhir/definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { admits, extractorOf } from './admits.ts'
import type { CompiledRule, Who } from './policy/compile-rule.ts'
import { allows } from './policy/policy.ts'
import type { Objection } from './principal.ts'
import type { Reach } from './reach.ts'

/**
 * Rules that limit how a resource may change are asked one by one, before and after: what one rule lets a change start
 * from and another lets it end in is allowed by neither.
 */
export function buildObjection(
  type: string,
  permission: 'c' | 'u',
  rules: readonly CompiledRule[],
  who: Who,
  definitions: Definitions,
): Objection | undefined {
  const applicable = rules.filter(({ rule }) => allows(rule, type, permission))
  if (applicable.every(({ rule }) => isPlain(rule))) return undefined
  const named = applicable.map(({ rule }) => `"${rule.name}"`).join(', ')
  const sentence = `Your role lets you ${permission === 'c' ? 'create' : 'change'} ${type} only as its rules say: ${named}.`

  return ({ before, after, said, base }) => {
    const context = { localBases: [base], timeZone: 'UTC' }
    const holds = (reach: Reach, resource: Resource) =>
      admits(reach, resource, extractorOf(definitions), context)
    const mayStart = ({ rule, reach }: CompiledRule): boolean => {
      if (permission === 'c') return true
      if (before === undefined) return rule.before === undefined && rule.changes === undefined
      return (
        holds(reach(type, permission), before) &&
        (rule.changes === undefined || keepsTo(rule.changes, before, after))
      )
    }
    const fits = (one: CompiledRule): boolean =>
      mayStart(one) &&
      holds(one.leaves(type, permission), after) &&
      (one.rule.about === undefined || isAboutSelf(said, who, base))
    return applicable.some(fits) ? undefined : sentence
  }
}

function isPlain({ before, after, changes, about }: CompiledRule['rule']): boolean {
  return before === undefined && after === undefined && changes === undefined && about === undefined
}

function keepsTo(names: readonly string[], before: Resource, after: Resource): boolean {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) =>
    name === 'meta'
      ? !isDeepStrictEqual(labelsOf(before), labelsOf(after))
      : !isDeepStrictEqual(plain(before[name]), plain(after[name])),
  )
  return changed.every((name) => names.includes(name.replace(/^_/, '')))
}

/** The server's own part of meta changes with every version. */
function labelsOf({ meta = {} }: Resource): unknown {
  const { versionId: _, lastUpdated: __, ...labels } = meta
  return plain(labels)
}

/** Raw numbers compare by what they are written as. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

const people = /^(?:Patient|RelatedPerson)\//

/** Whoever else is named would find it in their record, or be found through it. */
function isAboutSelf(value: unknown, who: Who, base: string): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every((item) => isAboutSelf(item, who, base))
  const { reference } = value as { reference?: unknown }
  if (typeof reference === 'string') {
    const local = (reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference).replace(
      /\/_history\/.*$/,
      '',
    )
    if (people.test(local) && local !== `Patient/${who.patient}` && local !== who.user) return false
    // A person may be named by a query of the transaction, or at another server: neither is known to be them.
    if (/(?:^|\/)(?:Patient|RelatedPerson)[/?]/.test(local) && !people.test(local)) return false
  }
  return Object.values(value).every((item) => isAboutSelf(item, who, base))
}
