import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import type { Wanted } from '../advice.ts'
import { codesOf } from '../availability/roster-neighbours.ts'
import { referencesIn } from '../availability/roster-resource.ts'
import { type FindParts, findTimes } from './find-times.ts'
import { type FindWish, noWishes } from './find-wish.ts'
import type { FoundTime } from './found-time.ts'
import { makeOffers } from './make-offers.ts'

const hour = 3_600_000
const day = 24 * hour
/** First the day itself and its neighbours; only when that is full, the weeks around. */
const reaches = [day, 14 * day]
/** Another clinician is as good as waiting for the same one until the afternoon. */
const otherClinician = 4 * hour

/** What could be booked instead, best first: near in time, with the same clinician, in the same service. */
export async function findAlternatives(
  parts: FindParts,
  tx: Transaction,
  { appointment }: Wanted,
  most: number,
): Promise<readonly Resource[]> {
  const { start, end, serviceType, participant, slot } = appointment
  const from = Date.parse(String(start))
  const to = Date.parse(String(end))
  if (!(from < to)) return []
  const actors = Array.isArray(participant) ? referencesIn(participant.map(({ actor }) => actor)) : []
  const clinicians = actors.filter((actor) => /^Practitioner(?:Role)?\//.test(actor))
  const owners = await loadOwners(tx, referencesIn(slot))
  const visitTypes = [...new Set([...codesOf(serviceType), ...owners.visitTypes])]
  const same = new Set([...clinicians, ...owners.actors])
  const wish: Omit<FindWish, 'range'> = {
    ...noWishes,
    length: to - from,
    patients: actors.filter((actor) => actor.startsWith('Patient/')),
    ...(visitTypes.length > 0 ? { visitTypes } : { practitioners: [...same].filter(isClinician) }),
  }
  if (visitTypes.length === 0 && wish.practitioners.length === 0) return []
  for (const [at, reach] of reaches.entries()) {
    const range = { start: Math.max(parts.clock().getTime(), from - reach), end: from + reach }
    const found = await findTimes(parts, tx, { ...wish, range })
    if (found.length < most && at < reaches.length - 1) continue
    const best = rank(found, from, same).slice(0, most)
    return makeOffers(tx, best, { ...wish, range }, (number) => `alternative-${number + 1}`)
  }
  return []
}

function rank(found: readonly FoundTime[], from: number, same: ReadonlySet<string>): readonly FoundTime[] {
  const cost = ({ start, main }: FoundTime) =>
    Math.abs(start - from) +
    (main.roster.actors.some((actor) => isClinician(actor) && same.has(actor)) ? 0 : otherClinician)
  return found.toSorted((a, b) => cost(a) - cost(b) || a.start - b.start || a.load - b.load)
}

function isClinician(reference: string): boolean {
  return /^Practitioner(?:Role)?\//.test(reference)
}

/** Whose slots these are, and what for. */
async function loadOwners(
  tx: Transaction,
  slots: readonly string[],
): Promise<{ actors: readonly string[]; visitTypes: readonly string[] }> {
  if (slots.length === 0) return { actors: [], visitTypes: [] }
  const rows = await tx.query<{ content: Resource }>(
    `SELECT content FROM schedule WHERE tenant = $1 AND id IN (
       SELECT substr(by_schedule, 10) FROM slot WHERE tenant = $1 AND id = ANY($2))`,
    [tx.tenant, slots.map((slot) => slot.slice('Slot/'.length))],
  )
  return {
    actors: rows.flatMap(({ content }) => referencesIn(content.actor)),
    visitTypes: rows.flatMap(({ content }) => codesOf(content.serviceType)),
  }
}
