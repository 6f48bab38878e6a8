import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import type { BookingRule } from './booking-rule.ts'

/** Time that is taken of somebody: what rules count. */
export interface CountedVisit extends Interval {
  readonly appointment: string
  readonly actor: string
  /** Absent for what the same transaction is about to write. */
  readonly types?: readonly string[]
}

const day = 86_400_000
const reachOf = { hour: day, day, week: 7 * day, month: 31 * day } as const

/** How far around a booking its rules look; undefined: at nothing but itself. */
function reachOfRules(rules: readonly BookingRule[]): number | undefined {
  const reaches = rules.flatMap(({ demand }) => {
    if (demand.kind === 'limit') return reachOf[demand.period]
    if (demand.kind === 'buffer') return demand.length
    return demand.kind === 'crowd' ? 0 : []
  })
  return reaches.length === 0 ? undefined : Math.max(...reaches)
}

/** One statement, over claims: they are there before the rows of their appointments are. */
export async function loadCountedVisits(
  tx: Transaction,
  rules: readonly BookingRule[],
  actors: readonly string[],
  { start, end }: Interval,
): Promise<readonly CountedVisit[]> {
  const reach = reachOfRules(rules)
  if (reach === undefined) return []
  const everyone = rules.some(({ demand }) => demand.kind === 'limit' && demand.per === 'clinic')
  const range = [new Date(start - reach), new Date(end + reach)]
  const rows = await tx.query<CountedVisit & { types: readonly string[] | null }>(
    `SELECT c.appointment, c.actor, a.by_service_type AS types,
       extract(epoch FROM lower(c.period))::float8 * 1000 AS start, extract(epoch FROM upper(c.period))::float8 * 1000 AS end
     FROM booking_claim c LEFT JOIN ${tableOf('Appointment')} a ON a.tenant = c.tenant AND a.id = c.appointment
     WHERE c.tenant = $1 AND c.period && tstzrange($2, $3) AND c.actor NOT LIKE 'Slot/%'
       AND (c.expires IS NULL OR c.expires > almanac_now())
       ${everyone ? '' : 'AND c.actor = ANY($4)'}`,
    everyone ? [tx.tenant, ...range] : [tx.tenant, ...range, actors],
  )
  return rows.map(({ types, ...visit }) => (types === null ? visit : { ...visit, types }))
}
