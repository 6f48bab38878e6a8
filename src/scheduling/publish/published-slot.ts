import type { PublishedSlotRequest } from '#interaction/published-request.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { explainVisit } from '../explain/explain-visit.ts'
import type { PublishedParts } from './published-files.ts'
import { type PublishedPlace, publishedPlace } from './published-place.ts'

/** What a link of a published slot leads to. */
export interface PublishedSlot {
  readonly slot: string
  readonly isFree: boolean
  readonly start: Date
  readonly end: Date
  readonly timeZone: string
  readonly place: PublishedPlace
}

export interface SlotParts extends PublishedParts {
  readonly recordVisit: (request: PublishedSlotRequest, slot: string) => Promise<void>
}

/** Undefined: nothing is published there, or not any more. */
export async function readPublishedSlot(
  parts: SlotParts,
  request: PublishedSlotRequest,
): Promise<PublishedSlot | undefined> {
  const { tenant, handle } = request
  const id = parts.isPublic(tenant) ? parts.namesOf(tenant).open(handle) : undefined
  if (id === undefined) return undefined
  const found = await parts.database.asSystem(tenant).transaction((tx) => look(parts, tx, id))
  if (found !== undefined) await parts.recordVisit(request, found.slot)
  return found
}

async function look(parts: SlotParts, tx: Transaction, id: string): Promise<PublishedSlot | undefined> {
  const [slot] = await tx.query<{ schedule: string; start: number; end: number }>(
    `SELECT by_schedule AS schedule, extract(epoch FROM by_start_start)::float8 * 1000 AS start,
       extract(epoch FROM by_end_start)::float8 * 1000 AS end
     FROM ${tableOf('Slot')} WHERE tenant = $1 AND id = $2 AND by_status <> 'entered-in-error'`,
    [tx.tenant, id],
  )
  const calendar = await parts.calendars.of(tx)
  const candidate = calendar.candidates.get(slot?.schedule ?? '')
  const place = candidate && publishedPlace(candidate.of)
  if (slot === undefined || candidate === undefined || place === undefined) return undefined
  const { start, end } = slot
  const reasons = await explainVisit(parts, tx, calendar, candidate, { start, end }, [])
  return {
    slot: id,
    isFree: reasons.length === 0,
    start: new Date(start),
    end: new Date(end),
    timeZone: candidate.roster.timeZone,
    place,
  }
}
