import { compartment } from '#fhir/compartment.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { parseClauses } from '#fhir/search-parse.ts'
import type { Clause } from '#fhir/search-query.ts'
import type { Permission } from '../principal.ts'
import { intersect, type Reach } from '../reach.ts'
import { allows, type PolicyRule } from './policy.ts'

/** Whom `within`, `%user` and `%patient` mean, and where. */
export interface Who {
  /** `Practitioner/1` */
  readonly user?: string
  /** Whom the caller is, or acts for. */
  readonly patient?: string
  /** The clinic's: dates without a zone are read in it, as searches read them. */
  readonly timeZone: string
}

/** A rule for one caller; each question is answered from the type's search parameters. */
export interface CompiledRule {
  readonly rule: PolicyRule
  /** Which resources a read, search or delete reaches, and from which a change may start. */
  reach(type: string, permission: Permission): Reach
  /** What a create or update must leave behind. */
  leaves(type: string, permission: Permission): Reach
}

export function compileRule(rule: PolicyRule, who: Who, definitions: Definitions): CompiledRule {
  const always = (type: string): Reach =>
    intersect([withinOf(rule, type, who, definitions), criteria(rule.where, type, who, definitions)])
  return {
    rule,
    reach: (type, permission) => {
      if (!allows(rule, type, permission)) return 'nothing'
      if (permission === 'c') return leaves(type)
      if (permission !== 'u' && permission !== 'd') return always(type)
      return intersect([always(type), criteria(rule.before, type, who, definitions)])
    },
    leaves: (type, permission) => (allows(rule, type, permission) ? leaves(type) : 'nothing'),
  }

  function leaves(type: string): Reach {
    return intersect([always(type), criteria(rule.after, type, who, definitions)])
  }
}

function withinOf(rule: PolicyRule, type: string, who: Who, definitions: Definitions): Reach {
  if (rule.within === undefined) return 'all'
  const id = rule.within === 'Patient' ? who.patient : idOf(who.user, rule.within)
  return id === undefined ? 'nothing' : (compartment(definitions, rule.within, type, id) ?? 'nothing')
}

function idOf(reference: string | undefined, type: string): string | undefined {
  return reference?.startsWith(`${type}/`) === true ? reference.slice(type.length + 1) : undefined
}

/** Criteria that cannot be asked of a type, or of this caller, leave the rule without effect there. */
function criteria(text: string | undefined, type: string, who: Who, definitions: Definitions): Reach {
  if (text === undefined) return 'all'
  const pairs = readPairs(text)
  const named: [string, string][] = []
  for (const [name, value] of pairs) {
    const placed = fill(value, who)
    if (placed === undefined) return 'nothing'
    named.push([name, placed])
  }
  const clauses = tryClauses(type, named, definitions, who.timeZone)
  return clauses === undefined ? 'nothing' : intersect(clauses)
}

export function readPairs(text: string): readonly (readonly [name: string, value: string])[] {
  return text.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals), decodeURIComponent(pair.slice(equals + 1))] as const
  })
}

function fill(value: string, { user, patient }: Who): string | undefined {
  if (value.includes('%user') && user === undefined) return undefined
  if (value.includes('%patient') && patient === undefined) return undefined
  return value.replaceAll('%user', user ?? '').replaceAll('%patient', `Patient/${patient}`)
}

function tryClauses(
  type: string,
  pairs: readonly (readonly [string, string])[],
  definitions: Definitions,
  timeZone: string,
): readonly Clause[] | undefined {
  try {
    return parseClauses(definitions, type, pairs, { timeZone })
  } catch {
    // A check that cannot answer refuses; checkPolicy has told whoever wrote the rule.
    return undefined
  }
}
