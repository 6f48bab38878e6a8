import type { Definitions } from '#fhir/definitions.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import { parseClauses } from '#fhir/search-parse.ts'
import { isDecidable } from '../admits.ts'
import { readPairs } from './compile-rule.ts'
import type { Policy, PolicyRule } from './policy.ts'

/** Beyond its schema: does every type, element and criterion of the policy mean something? */
export function checkPolicy(policy: Policy, definitions: Definitions): readonly Issue[] {
  return [
    ...policy.rules.flatMap((rule, i) => checkRule(rule, `rules[${i}]`, definitions)),
    ...Object.entries(policy.hides ?? {}).flatMap(([type, names]) => checkHidden(type, names, definitions)),
    ...Object.entries(policy.hidesOthers ?? {}).flatMap(([type, names]) =>
      checkLists(type, names, definitions),
    ),
  ]
}

function checkRule(rule: PolicyRule, place: string, definitions: Definitions): readonly Issue[] {
  const { types, except = [], allows, changes } = rule
  const unknown = [...types, ...except].filter((type) => type !== '*' && !definitions.isResourceType(type))
  if (unknown.length > 0)
    return [issue(`${place}.types`, `${unknown.join(', ')}: no such resource type in R4.`)]
  const issues: Issue[] = []
  if (types.includes('AuditEvent') && /[cud]/.test(allows)) {
    issues.push(issue(`${place}.allows`, 'The audit trail is read and searched, and written by nobody.'))
  }
  if (changes !== undefined && allows !== 'u') {
    issues.push(issue(`${place}.changes`, 'What may change is said of a rule that allows "u" alone.'))
  }
  const writes = /[cud]/.test(allows)
  for (const name of ['where', 'before', 'after'] as const) {
    const criteria = rule[name]
    if (criteria === undefined) continue
    // A rule for all types holds where its criteria can be asked.
    const asked = types.includes('*') ? ['Patient'] : types
    for (const type of asked) {
      const fault = faultOf(criteria, type, writes, definitions)
      if (fault !== undefined) issues.push(issue(`${place}.${name}`, `${type}: ${fault}`))
    }
  }
  return issues
}

function faultOf(
  criteria: string,
  type: string,
  writes: boolean,
  definitions: Definitions,
): string | undefined {
  try {
    const pairs = readPairs(
      criteria.replaceAll('%user', 'Practitioner/1').replaceAll('%patient', 'Patient/1'),
    )
    const clauses = parseClauses(definitions, type, pairs, { timeZone: 'UTC' })
    if (writes && !clauses.every(isDecidable)) {
      return 'what limits writing is told by codes and references of the resource itself, without chains.'
    }
    return undefined
  } catch (failure) {
    if (failure instanceof Refusal || failure instanceof URIError) return failure.message
    throw failure
  }
}

/** What must be there cannot be hidden: its absence would be a fault, or tell. */
function checkHidden(type: string, names: readonly string[], definitions: Definitions): readonly Issue[] {
  const place = `hides.${type}`
  if (!definitions.isResourceType(type)) return [issue(place, 'There is no such resource type in R4.')]
  const { elements } = definitions.type(type)
  return names.flatMap((name) => {
    const element = elements.find((one) => one.name === name)
    if (element === undefined) return [issue(place, `${type} has no element "${name}".`)]
    if (element.min > 0 || element.isModifier || name === 'id' || name === 'meta') {
      return [issue(place, `${type}.${name} must be seen by whoever sees the resource.`)]
    }
    return []
  })
}

/** Only of a list can some be left out. */
function checkLists(type: string, names: readonly string[], definitions: Definitions): readonly Issue[] {
  const place = `hidesOthers.${type}`
  if (!definitions.isResourceType(type)) return [issue(place, 'There is no such resource type in R4.')]
  const { elements } = definitions.type(type)
  return names
    .filter((name) => (elements.find((one) => one.name === name)?.max ?? 0) <= 1)
    .map((name) => issue(place, `${type} has no list "${name}".`))
}

function issue(place: string, diagnostics: string): Issue {
  return { severity: 'error', code: 'business-rule', diagnostics, expression: [place] }
}
