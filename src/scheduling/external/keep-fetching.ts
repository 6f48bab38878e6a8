import type { Database } from '#store/store.ts'
import { subtract } from '../availability/interval.ts'
import { startSweeper } from '../holds/every-second.ts'
import { type BusySource, SourceFault } from './busy-source.ts'
import { keepFault, keepFetched, loadOwnVisits, takeTurn } from './calendar-rows.ts'

export interface FetchParts {
  readonly database: Pick<Database, 'acrossClinics' | 'asSystem'>
  readonly sources: readonly BusySource[]
  readonly timeZone: string
  /** Between two looks at a calendar. */
  readonly minutes: number
  /** Time may have come free. */
  readonly stir: (tenant: string) => void
}

const day = 86_400_000
/** As far ahead as $find looks, twice; and today's visits that have begun. */
const reach = { back: day, ahead: 368 * day }
/** At once, so that slow ones do not keep all others waiting. */
const together = 4
const pause = 3_000

/** Fetches what is due, in the background alone: nobody who books ever waits for an answer. */
async function fetchDue(parts: FetchParts): Promise<number> {
  const due = await parts.database.acrossClinics<{ tenant: string; id: string }>(
    'SELECT tenant, id FROM external_calendar WHERE due <= almanac_now() ORDER BY due LIMIT 40',
  )
  for (let at = 0; at < due.length; at += together)
    await Promise.all(due.slice(at, at + together).map(({ tenant, id }) => fetchOne(parts, tenant, id)))
  return due.length
}

async function fetchOne(parts: FetchParts, tenant: string, id: string): Promise<void> {
  const { sources, timeZone, minutes } = parts
  const system = parts.database.asSystem(tenant)
  const calendar = await system.transaction((tx) => takeTurn(tx, id))
  const source = sources.find(({ kind }) => kind === calendar?.kind)
  if (calendar === undefined || source === undefined) return
  const now = Date.now()
  const range = { start: now - reach.back, end: now + reach.ahead }
  try {
    const busy = await source.load({
      address: calendar.address,
      clinic: tenant,
      range,
      timeZone,
      ownSuffix: `@${tenant}.almanac`,
    })
    await system.transaction(async (tx) => {
      const own = source.tellsOwn ? [] : await loadOwnVisits(tx, calendar.actor, range)
      await keepFetched(tx, id, subtract(busy, own), minutes)
    })
    parts.stir(tenant)
  } catch (failure) {
    if (!(failure instanceof SourceFault)) throw failure
    await system.transaction((tx) => keepFault(tx, id, failure.message, minutes))
  }
}

export function keepFetching(parts: FetchParts, onFault: (cause: unknown) => void): AsyncDisposable {
  return startSweeper(() => fetchDue(parts), onFault, pause)
}
