import type { Transaction } from '#store/store.ts'
import { type Interval, merge } from '../availability/interval.ts'

export interface ExternalCalendar {
  readonly id: string
  readonly actor: string
  readonly kind: string
  readonly address: string
  readonly when_stale: string
  readonly fetched: Date | null
  readonly failures: number
  readonly fault: string | null
  readonly entries: number
}

export function loadCalendars(
  tx: Transaction,
  actors: readonly string[],
): Promise<readonly ExternalCalendar[]> {
  return tx.query<ExternalCalendar>(
    `SELECT id, actor, kind, address, when_stale, fetched, failures, fault,
       (SELECT count(*)::integer FROM external_busy b WHERE b.tenant = c.tenant AND b.calendar = c.id) AS entries
     FROM external_calendar c WHERE tenant = $1 AND actor = ANY($2) ORDER BY id`,
    [tx.tenant, actors],
  )
}

/** Those whose time another calendar may take: kept with the clinic's rosters. */
export async function loadActorsWithCalendars(tx: Transaction): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ actor: string }>(
    'SELECT DISTINCT actor FROM external_calendar WHERE tenant = $1',
    [tx.tenant],
  )
  return new Set(rows.map(({ actor }) => actor))
}

/** Its next turn is moved on at once, so that one server fetches it, and another one should that one die. */
export async function takeTurn(tx: Transaction, id: string): Promise<ExternalCalendar | undefined> {
  const [taken] = await tx.query<ExternalCalendar>(
    `UPDATE external_calendar SET due = almanac_now() + interval '2 minutes'
     WHERE tenant = $1 AND id = $2 AND due <= almanac_now()
     RETURNING id, actor, kind, address, when_stale, fetched, failures, fault, 0 AS entries`,
    [tx.tenant, id],
  )
  return taken
}

export async function keepFetched(
  tx: Transaction,
  id: string,
  busy: readonly Interval[],
  minutes: number,
): Promise<void> {
  const there = await tx.query(
    `UPDATE external_calendar SET fetched = almanac_now(), failures = 0, fault = NULL,
       due = almanac_now() + make_interval(mins => $3)
     WHERE tenant = $1 AND id = $2 RETURNING 1`,
    [tx.tenant, id, minutes],
  )
  if (there.length === 0) return
  await tx.query('DELETE FROM external_busy WHERE tenant = $1 AND calendar = $2', [tx.tenant, id])
  await tx.query(
    `INSERT INTO external_busy (tenant, calendar, begins, ends)
     SELECT $1, $2, * FROM unnest($3::timestamptz[], $4::timestamptz[])`,
    [tx.tenant, id, busy.map(({ start }) => new Date(start)), busy.map(({ end }) => new Date(end))],
  )
}

/** What was known stays; who does not answer is asked less and less often, but twice a day at least. */
export async function keepFault(tx: Transaction, id: string, fault: string, minutes: number): Promise<void> {
  await tx.query(
    `UPDATE external_calendar SET failures = failures + 1, fault = $3,
       due = almanac_now() + make_interval(mins => least($4 * (2 ^ least(failures, 10))::integer, 720))
     WHERE tenant = $1 AND id = $2`,
    [tx.tenant, id, fault, minutes],
  )
}

/** What is taken here anyway, where a calendar cannot tell that from what else it has. */
export async function loadOwnVisits(
  tx: Transaction,
  actor: string,
  { start, end }: Interval,
): Promise<readonly Interval[]> {
  const rows = await tx.query<{ begins: Date; ends: Date }>(
    `SELECT lower(period) AS begins, upper(period) AS ends FROM booking_claim
     WHERE tenant = $1 AND actor = $2 AND period && tstzrange($3, $4) AND expires IS NULL`,
    [tx.tenant, actor, new Date(start), new Date(end)],
  )
  return merge(rows.map(({ begins, ends }) => ({ start: begins.getTime(), end: ends.getTime() })))
}
