import type { Criteria } from '../criteria.ts'

/** `identifier=system|value`: what a look-up in memory can answer as well as the database. */
export interface IdentifierCriterion {
  readonly system: string
  readonly value: string
  /** As it stands in a search. */
  readonly text: string
}

export function readIdentifierCriterion(criteria: Criteria): IdentifierCriterion | undefined {
  const [pair, ...others] = criteria
  if (pair === undefined || others.length > 0 || pair[0] !== 'identifier') return undefined
  const [system, value, ...rest] = pair[1].split('|')
  if (!system || !value || rest.length > 0 || /[,\\]/.test(pair[1])) return undefined
  return { system, value, text: pair[1] }
}

/** As the token search has it: the system as written, the value in either case. */
export function hasIdentifier(resource: unknown, { system, value }: IdentifierCriterion): boolean {
  const { identifier } = resource as { identifier?: unknown }
  const list = Array.isArray(identifier) ? identifier : [identifier]
  const wanted = value.toLowerCase()
  return list.some(
    (one: { system?: unknown; value?: unknown } | null | undefined) =>
      one?.system === system && typeof one.value === 'string' && one.value.toLowerCase() === wanted,
  )
}
