import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { covers, type Interval, merge } from '../availability/interval.ts'
import { loadSchedulesOfSlots } from '../availability/load-schedules-of-slots.ts'
import { openTimes } from '../availability/open-times.ts'
import { referencesIn } from '../availability/roster-resource.ts'
import type { Candidate } from '../find/candidate.ts'

/** An appointment that cannot stay where it is. */
export interface Hit extends Interval {
  readonly id: string
  readonly before: StoredVersion
  readonly appointment: Resource
  /** Whose time it takes, patients too. */
  readonly actors: readonly string[]
  readonly patients: readonly string[]
  readonly slots: readonly string[]
  /** Of its slots. */
  readonly schedules: readonly string[]
  /** As rules count them. */
  readonly types: readonly string[] | null
}

export interface Hits {
  readonly hits: readonly Hit[]
  /** Those that the caller may not see. */
  readonly hidden: number
}

/** More than a clinic has in a bad week. */
const mostHits = 1_000

/** What is closed: persons and things by themselves, and the schedules of all. */
export interface Closed {
  readonly actors: readonly string[]
  readonly schedules: readonly Candidate[]
}

/** Appointments with a claim over the range; holds end by themselves and cannot be booked where it is closed. */
export async function findHits(
  tx: Transaction,
  { actors, schedules }: Closed,
  range: Interval,
  rosterChange: boolean,
): Promise<Hits> {
  const rows = await tx.query<{ id: string; actors: string[]; types: string[] | null }>(
    `WITH hit AS MATERIALIZED (
       SELECT appointment FROM booking_claim
       WHERE tenant = $1 AND actor = ANY($2) AND period && tstzrange($4, $5) AND expires IS NULL
       UNION
       SELECT c.appointment FROM ${tableOf('Slot')} s JOIN booking_claim c ON c.tenant = $1 AND c.actor = 'Slot/' || s.id
       WHERE s.tenant = $1 AND s.by_schedule = ANY($3) AND s.by_start_start > $4::timestamptz - interval '7 days'
         AND s.by_start_start < $5 AND s.by_end_start > $4 AND c.period && tstzrange($4, $5) AND c.expires IS NULL)
     SELECT a.id, a.by_service_type AS types, array_agg(c.actor ORDER BY c.actor) AS actors
     FROM hit JOIN ${tableOf('Appointment')} a ON a.tenant = $1 AND a.id = hit.appointment
       JOIN booking_claim c ON c.tenant = $1 AND c.appointment = a.id
     GROUP BY a.id, a.by_service_type ORDER BY a.id LIMIT ${mostHits + 1}`,
    [
      tx.tenant,
      actors,
      schedules.map(({ roster }) => roster.schedule),
      new Date(range.start),
      new Date(range.end),
    ],
  )
  if (rows.length > mostHits)
    throw new Refusal('too-costly', `More than ${mostHits} appointments are hit: re-plan less at once.`, {
      expression: ['start', 'end'],
    })
  const versions =
    rows.length === 0 ? [] : await tx.readMany(rows.map(({ id }) => ({ type: 'Appointment', id })))
  const seen = new Map(versions.filter(({ deleted }) => !deleted).map((one) => [one.id, one]))
  const scheduleOf = await loadSchedulesOfSlots(
    tx,
    rows.flatMap((row) => row.actors.filter((actor) => actor.startsWith('Slot/'))),
  )
  const hits = rows.flatMap(({ id, actors: taken, types }) => {
    const before = seen.get(id)
    if (before === undefined) return []
    const appointment = parseJson(before.text) as Resource
    const slots = referencesIn(appointment.slot, 'Slot')
    return {
      id,
      before,
      appointment,
      start: Date.parse(String(appointment.start)),
      end: Date.parse(String(appointment.end)),
      actors: taken.filter((actor) => !actor.startsWith('Slot/')),
      patients: taken.filter((actor) => actor.startsWith('Patient/')),
      slots,
      schedules: [...new Set(slots.flatMap((slot) => scheduleOf.get(slot) ?? []))],
      types,
    }
  })
  return {
    hits: rosterChange ? hits.filter((hit) => isUncovered(hit, schedules, range)) : hits,
    hidden: rows.length - hits.length,
  }
}

/** Somebody it needs is no longer there by their roster. */
function isUncovered(hit: Hit, schedules: readonly Candidate[], range: Interval): boolean {
  const around = { start: Math.min(range.start, hit.start), end: Math.max(range.end, hit.end) }
  return schedules
    .filter(({ roster }) => hit.schedules.includes(roster.schedule))
    .some(({ roster }) => !roster.active || !covers(merge(openTimes(roster, around).open), hit))
}
