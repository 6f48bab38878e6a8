import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { CalendarVisit } from './visit-event.ts'

/** More than a person has in a feed's time. */
const most = 2_000

/**
 * SCHED-175: SEQUENCE counts how often the time was changed, and the cancellation. It is read from the versions, so that
 * no write has to keep a number.
 */
export async function loadVisits(
  tx: Transaction,
  where: { readonly ids: readonly string[] } | { readonly actor: string; readonly since: Date },
): Promise<readonly CalendarVisit[]> {
  const [condition, values] =
    'ids' in where
      ? ['a.id = ANY($2)', [where.ids]]
      : [`a.by_actor @> ARRAY[$2] AND a.by_date_start >= $3`, [where.actor, where.since]]
  const rows = await tx.query<{
    appointment: Resource
    updated: Date
    sequence: number
    place: string | null
  }>(
    `SELECT a.content AS appointment, a.updated, coalesce(h.sequence, 0)::integer AS sequence,
       (SELECT min(l.content ->> 'name') FROM ${tableOf('Location')} l WHERE l.tenant = $1 AND 'Location/' || l.id = ANY(a.by_actor)) AS place
     FROM ${tableOf('Appointment')} a
     LEFT JOIN LATERAL (
       SELECT count(*) FILTER (WHERE v.moved OR v.cancelled) AS sequence FROM (
         SELECT version,
           (text::jsonb ->> 'start', text::jsonb ->> 'end') IS DISTINCT FROM
             (lag(text::jsonb ->> 'start') OVER w, lag(text::jsonb ->> 'end') OVER w) AND version > 1 AS moved,
           text::jsonb ->> 'status' = 'cancelled' AND lag(text::jsonb ->> 'status') OVER w <> 'cancelled' AS cancelled
         FROM history WHERE tenant = $1 AND type = 'Appointment' AND id = a.id AND NOT deleted
         WINDOW w AS (ORDER BY version)) v) h ON true
     WHERE a.tenant = $1 AND ${condition} ORDER BY a.by_date_start, a.id LIMIT ${most}`,
    [tx.tenant, ...values],
  )
  return rows.map(({ appointment, updated, sequence, place }) => ({
    appointment,
    updated: updated.getTime(),
    sequence,
    ...(place !== null && { place }),
  }))
}

/** What the clinic calls itself. */
export async function loadOrganizer(tx: Transaction): Promise<string> {
  const rows = await tx.query<{ name: string | null }>(
    `SELECT content ->> 'name' AS name FROM ${tableOf('Organization')}
     WHERE tenant = $1 AND by_partof IS NULL ORDER BY id LIMIT 1`,
    [tx.tenant],
  )
  return rows[0]?.name ?? 'Clinic'
}
