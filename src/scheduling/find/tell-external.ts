import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import { loadCalendars } from '../external/calendar-rows.ts'
import { ageOf } from '../external/external-busy.ts'
import { chooseCandidates } from './choose-candidates.ts'
import type { FindParts } from './find-times.ts'
import type { FindWish } from './find-wish.ts'

/** How old what is known of other calendars is; undefined: nobody who was asked for has any. */
export async function tellExternal(
  { calendars, timeZone, clock }: FindParts,
  tx: Transaction,
  wish: FindWish,
): Promise<Resource | undefined> {
  const calendar = await calendars.of(tx)
  if (calendar.external.size === 0) return undefined
  const { mains, rooms, devices } = await chooseCandidates(tx, calendar, wish, timeZone)
  const actors = [...mains, ...rooms, ...devices].flatMap((one) =>
    one.actors.map(({ reference }) => reference),
  )
  const asked = [...new Set(actors)].filter((actor) => calendar.external.has(actor))
  const known = asked.length === 0 ? [] : await loadCalendars(tx, asked)
  if (known.length === 0) return undefined
  return buildOperationOutcome(
    known.map(({ actor, fetched }) => ({
      severity: 'information',
      code: 'informational',
      diagnostics: `External calendar of ${actor}: ${ageOf(fetched, clock().getTime())}.`,
    })),
  )
}
