import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'

/** What slots and appointments are counted by. */
export type Grouping = 'practitioner' | 'location' | 'service' | 'day'

export interface UtilizationRow {
  /** `Practitioner/1`, `system|code`, `2026-03-29`; empty for what names none. */
  readonly group: string
  readonly slots: number
  readonly free: number
  readonly taken: number
  readonly blocked: number
  /** Minutes of free and of taken slots. */
  readonly freeMinutes: number
  readonly takenMinutes: number
  readonly booked: number
  readonly fulfilled: number
  readonly cancelled: number
  readonly noShow: number
  /** Days from the first version of an appointment to its start, in the middle. */
  readonly leadDays: number | null
}

/** The least of an array's terms that are like this; a subquery only for the few that have many. */
function leastLike(array: string, pattern: string): string {
  const terms = [1, 2, 3, 4].map(
    (at) => `CASE WHEN ${array}[${at}] LIKE '${pattern}' THEN ${array}[${at}] END`,
  )
  return `CASE WHEN cardinality(${array}) <= ${terms.length} THEN least(${terms.join(', ')})
    ELSE (SELECT min(a) FROM unnest(${array}) a WHERE a LIKE '${pattern}') END`
}

/** Terms of these columns name the group; a slot's is its schedule's. */
const slotGroup: Readonly<Record<Grouping, string>> = {
  practitioner: leastLike('d.by_actor', 'Practitioner%'),
  location: leastLike('d.by_actor', 'Location/%'),
  service: leastLike('d.by_service_type', '%_|_%'),
  day: `(s.by_start_start AT TIME ZONE $4)::date::text`,
}
const visitGroup: Readonly<Record<Grouping, string>> = {
  practitioner: leastLike('v.by_actor', 'Practitioner%'),
  location: leastLike('v.by_actor', 'Location/%'),
  service: leastLike('v.by_service_type', '%_|_%'),
  day: `(v.by_date_start AT TIME ZONE $4)::date::text`,
}

/**
 * When an appointment was made, in seconds: an id of the server's tells it (UUIDv7), so that a year of them costs no look
 * at a year of history; of one whose id a client chose the first version does.
 */
const madeAt = `CASE WHEN length(v.id) = 36 AND substr(v.id, 9, 1) = '-' AND substr(v.id, 14, 2) = '-7'
    AND translate(substr(v.id, 1, 13), '0123456789abcdef', '') = '-'
  THEN ('x' || substr(v.id, 1, 8) || substr(v.id, 10, 4))::bit(48)::bigint::float8 / 1000
  ELSE (SELECT extract(epoch FROM h.updated)::float8 FROM history h
    WHERE h.tenant = $1 AND h.type = 'Appointment' AND h.id = v.id AND h.version = 1) END`

/**
 * One statement over typed columns: slots are counted from their index alone, a schedule at a time, and a year of them
 * in the time of a page.
 */
export async function loadUtilization(
  tx: Transaction,
  grouping: Grouping,
  range: Interval,
  timeZone: string,
  actors: readonly string[],
): Promise<readonly UtilizationRow[]> {
  const wanted = actors.length > 0
  return tx.query<UtilizationRow>(
    `WITH counted AS MATERIALIZED (
       SELECT s.by_schedule, s.by_status AS status${grouping === 'day' ? `, ${slotGroup.day} AS day` : ''}, count(*) AS many,
         extract(epoch FROM sum(s.by_end_start - s.by_start_start)) / 60 AS minutes
       FROM ${tableOf('Slot')} s
       WHERE s.tenant = $1 AND s.by_start_start >= $2 AND s.by_start_start < $3 AND $4::text IS NOT NULL
       GROUP BY 1, 2${grouping === 'day' ? ', 3' : ''}),
     slots AS (
       SELECT coalesce(${grouping === 'day' ? 's.day' : slotGroup[grouping]}, '') AS name,
         sum(many) AS slots, sum(many) FILTER (WHERE status = 'free') AS free,
         sum(many) FILTER (WHERE status IN ('busy', 'busy-tentative')) AS taken,
         sum(many) FILTER (WHERE status = 'busy-unavailable') AS blocked,
         sum(minutes) FILTER (WHERE status = 'free') AS free_minutes,
         sum(minutes) FILTER (WHERE status IN ('busy', 'busy-tentative')) AS taken_minutes
       FROM counted s JOIN ${tableOf('Schedule')} d ON d.tenant = $1 AND 'Schedule/' || d.id = s.by_schedule
       WHERE s.status <> 'entered-in-error' ${wanted ? 'AND d.by_actor && $5' : ''} GROUP BY 1),
     made AS MATERIALIZED (
       SELECT coalesce(${visitGroup[grouping]}, '') AS name, v.by_status AS status,
         (date_part('epoch', v.by_date_start) - ${madeAt}) / 86400 AS lead
       FROM ${tableOf('Appointment')} v
       WHERE v.tenant = $1 AND v.by_date_start >= $2 AND v.by_date_start < $3 ${wanted ? 'AND v.by_actor && $5' : ''}),
     visits AS (
       SELECT name, count(*) FILTER (WHERE status IN ('booked', 'arrived', 'checked-in', 'pending')) AS booked,
         count(*) FILTER (WHERE status = 'fulfilled') AS fulfilled,
         count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
         count(*) FILTER (WHERE status = 'noshow') AS no_show,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY lead) FILTER (WHERE lead > 0) AS lead
       FROM made GROUP BY 1)
     SELECT coalesce(s.name, v.name) AS group, coalesce(s.slots, 0)::integer AS slots, coalesce(s.free, 0)::integer AS free,
       coalesce(s.taken, 0)::integer AS taken, coalesce(s.blocked, 0)::integer AS blocked,
       coalesce(s.free_minutes, 0)::integer AS "freeMinutes", coalesce(s.taken_minutes, 0)::integer AS "takenMinutes",
       coalesce(v.booked, 0)::integer AS booked, coalesce(v.fulfilled, 0)::integer AS fulfilled,
       coalesce(v.cancelled, 0)::integer AS cancelled, coalesce(v.no_show, 0)::integer AS "noShow", v.lead::float8 AS "leadDays"
     FROM slots s FULL JOIN visits v ON v.name = s.name ORDER BY 1`,
    [tx.tenant, new Date(range.start), new Date(range.end), timeZone, ...(wanted ? [actors] : [])],
  )
}
