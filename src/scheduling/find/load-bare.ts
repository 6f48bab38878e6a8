import type { Transaction } from '#store/store.ts'
import { loadRosters } from '../availability/load-rosters.ts'
import type { Neighbours } from '../availability/roster-neighbours.ts'
import type { RosterResource } from '../availability/roster-resource.ts'
import { buildCandidate, type Candidate } from './candidate.ts'
import type { ClinicCalendar } from './clinic-calendar.ts'

/** Rooms and machines without a calendar, as if they had one: their closures, hours and houses are read the same way. */
export async function loadBare(
  tx: Transaction,
  { bare }: Pick<ClinicCalendar, 'bare'>,
  references: readonly string[],
  timeZone: string,
): Promise<readonly Candidate[]> {
  const missing = references.filter((reference) => !bare.has(reference))
  if (missing.length > 0) {
    const schedules = missing.map((reference): RosterResource => {
      const resource = { resourceType: 'Schedule', active: true, actor: [{ reference }] }
      return { reference: `Schedule/of ${reference}`, version: 0, resource }
    })
    const { rosters, neighbours, resources } = await loadRosters(tx, schedules, timeZone)
    for (const [at, reference] of missing.entries()) {
      const [roster, of] = [rosters[at], neighbours[at]]
      if (roster !== undefined)
        bare.set(reference, buildCandidate(roster, of as Neighbours, resources, false))
    }
  }
  return references.flatMap((reference) => bare.get(reference) ?? [])
}
