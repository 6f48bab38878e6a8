import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { type Busy, busyWith, idle } from '../find/busy.ts'
import type { Candidate } from '../find/candidate.ts'
import type { Reason } from '../rules/calendar-reasons.ts'

/** Time that another calendar takes of somebody. */
export interface ExternalBusy extends Interval {
  readonly actor: string
  /** When it was last looked at; null: never yet. */
  readonly fetched: Date | null
  /** Nothing is known, and the clinic wants that to count as busy. */
  readonly unknown: boolean
}

/** Of those who have other calendars; what is too old counts as the clinic has chosen for it. */
export async function loadExternalBusy(
  tx: Transaction,
  known: ReadonlySet<string>,
  actors: readonly string[],
  { start, end }: Interval,
): Promise<readonly ExternalBusy[]> {
  const asked = [...new Set(actors)].filter((actor) => known.has(actor))
  if (asked.length === 0) return []
  const rows = await tx.query<{
    actor: string
    begins: Date
    ends: Date
    fetched: Date | null
    unknown: boolean
  }>(
    `WITH c AS (
       SELECT id, actor, fetched, when_stale,
         coalesce(fetched, '-infinity') <= almanac_now() - make_interval(mins => stale_minutes) AS stale
       FROM external_calendar WHERE tenant = $1 AND actor = ANY($2))
     SELECT c.actor, b.begins, b.ends, c.fetched, false AS unknown
     FROM c JOIN external_busy b ON b.tenant = $1 AND b.calendar = c.id AND b.begins < $4 AND b.ends > $3
     WHERE c.when_stale = 'keep' OR NOT c.stale
     UNION ALL SELECT actor, $3, $4, fetched, true FROM c WHERE when_stale = 'busy' AND stale`,
    [tx.tenant, asked, new Date(start), new Date(end)],
  )
  return rows.map(({ begins, ends, ...row }) => ({ ...row, start: begins.getTime(), end: ends.getTime() }))
}

/** As if it were claimed by a visit that shares with nobody. */
export function withExternalBusy(
  busy: ReadonlyMap<string, Busy>,
  external: readonly ExternalBusy[],
): ReadonlyMap<string, Busy> {
  if (external.length === 0) return busy
  const all = new Map(busy)
  for (const [actor, times] of Map.groupBy(external, (one) => one.actor)) {
    const claims = times.map(({ start, end }) => ({ start, end, capacity: 1 }))
    all.set(actor, busyWith([...(busy.get(actor) ?? idle).claims, ...claims]))
  }
  return all
}

const staff = ['front-desk', 'practitioner', 'clinic-admin']

/** Why a candidate's other calendars speak against a visit; its buffers are kept there too. */
export async function externalReasons(
  tx: Transaction,
  known: ReadonlySet<string>,
  { roster, actors }: Pick<Candidate, 'roster' | 'actors'>,
  { start, end }: Interval,
  now: number,
): Promise<readonly Reason[]> {
  const { before = 0, after = 0 } = roster.cutting ?? {}
  const named = actors.map(({ reference }) => reference)
  const busy = await loadExternalBusy(tx, known, named, { start: start - before, end: end + after })
  const first = [...Map.groupBy(busy, ({ actor }) => actor).values()].flatMap((of) => of[0] ?? [])
  return first.map(({ actor, fetched, unknown }) => ({
    rule: 'external-calendar',
    source: actor,
    sentence: `${unknown ? `What ${actor} has in another calendar is not known` : `${actor} is busy in another calendar`} (${ageOf(fetched, now)}): choose another time.`,
    severity: 'refuse',
    overridableBy: staff,
  }))
}

/** As it is told to whoever looks for a time. */
export function ageOf(fetched: Date | null, now: number): string {
  if (fetched === null) return 'never fetched yet'
  const minutes = Math.max(0, Math.round((now - fetched.getTime()) / 60_000))
  return `fetched ${minutes} minute${minutes === 1 ? '' : 's'} ago`
}
