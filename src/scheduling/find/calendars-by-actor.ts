import type { Candidate } from './candidate.ts'
import { whoOf } from './fits-wish.ts'

/** By whose time it is; a role's is its person's. */
export function calendarsByActor(candidates: Iterable<Candidate>): ReadonlyMap<string, readonly Candidate[]> {
  const found = new Map<string, Candidate[]>()
  for (const candidate of candidates)
    for (const actor of new Set([...candidate.roster.actors, ...whoOf(candidate.of)]))
      found.set(actor, [...(found.get(actor) ?? []), candidate])
  return found
}
