import { createHash } from 'node:crypto'
import type { Principal } from '#access/principal.ts'
import type { StoredVersion } from '#fhir/resource.ts'
import type { FhirRequest } from '#interaction/exchange.ts'
import type { Road } from '#interaction/walk.ts'
import type { Change } from '#interaction/write-rule.ts'
import type { Database, Transaction } from '#store/store.ts'
import { keepWorklist } from '../keep-worklist.ts'
import { type GenerateParts, generate, type ScheduleReport } from './generate.ts'
import type { Roster } from './roster.ts'

export interface KeepParts extends GenerateParts {
  readonly database: Pick<Database, 'acrossClinics' | 'asSystem'>
  readonly road: Pick<Road, 'write'>
  readonly principalOf: (tenant: string) => Principal
  /** As bookings see them. */
  readonly rostersOf: (tx: Transaction) => Promise<readonly Roster[]>
}

const day = 86_400_000
/** A quarter ahead, where neither horizon nor booking window say otherwise. */
const usualReach = 91 * day
/** A transaction's worth. */
const schedulesAtOnce = 2

const request: FhirRequest = {
  interaction: 'operation',
  method: 'POST',
  type: 'Schedule',
  operation: 'generate-slots',
  query: [],
  headers: {},
  base: '',
  requestId: 'rolling',
}

/**
 * Keeps every clinic's slots made as far as may be booked, and anew after a roster, or the rules of a time zone, have
 * changed. One server at a time for a clinic; what nobody changed costs two short statements. Answers with how many
 * schedules it was about.
 */
export async function keepGenerated(parts: KeepParts): Promise<number> {
  const clinics = await parts.database.acrossClinics<{ tenant: string }>(
    'SELECT DISTINCT tenant FROM schedule',
  )
  let kept = 0
  for (const { tenant } of clinics)
    for (;;) {
      const done = await parts.database.asSystem(tenant).transaction((tx) => keepSome(parts, tx))
      kept += done
      if (done < schedulesAtOnce) break
    }
  return kept
}

async function keepSome(parts: KeepParts, tx: Transaction): Promise<number> {
  const [lock] = await tx.query<{ mine: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('slots of clinic ' || $1, 20261121)) AS mine`,
    [tx.tenant],
  )
  if (lock?.mine !== true) return 0
  const now = parts.clock().getTime()
  const due = (await findDue(parts, tx, now)).slice(0, schedulesAtOnce)
  for (const { roster, until, changed } of due) {
    const id = roster.schedule.slice('Schedule/'.length)
    const write = (change: Change) => parts.road.write(change, tx, request, parts.principalOf(tx.tenant))
    const reports = until > now ? await generate(parts, tx, [id], { start: now, end: until }, write) : []
    if (changed) await listHit(parts, tx, reports, write)
    await tx.query(
      `INSERT INTO roster_state (tenant, schedule, fingerprint, until) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant, schedule) DO UPDATE SET fingerprint = excluded.fingerprint, until = excluded.until`,
      [tx.tenant, roster.schedule, fingerprint(roster), new Date(until)],
    )
  }
  return due.length
}

interface Due {
  readonly roster: Roster
  readonly until: number
  /** Since its slots were made. */
  readonly changed: boolean
}

async function findDue(parts: KeepParts, tx: Transaction, now: number): Promise<readonly Due[]> {
  const states = await tx.query<{ schedule: string; fingerprint: string; until: Date }>(
    'SELECT schedule, fingerprint, until FROM roster_state WHERE tenant = $1',
    [tx.tenant],
  )
  const known = new Map(states.map((state) => [state.schedule, state]))
  return (await parts.rostersOf(tx)).flatMap((roster) => {
    const state = known.get(roster.schedule)
    const until = reachOf(roster, now)
    // Without a length of slots it is nobody's to make any, unless some were made before.
    if (state === undefined && roster.cutting === undefined) return []
    const changed = state !== undefined && state.fingerprint !== fingerprint(roster)
    const reached = state !== undefined && state.until.getTime() >= until
    return reached && !changed ? [] : [{ roster, until, changed }]
  })
}

/** Whom a changed roster no longer covers comes on the worklist; a slot that people made outside of the hours was meant. */
async function listHit(
  parts: KeepParts,
  tx: Transaction,
  reports: readonly ScheduleReport[],
  write: (change: Change) => Promise<StoredVersion>,
): Promise<void> {
  const hit = reports.flatMap((report) => report.hit).filter(({ generated }) => generated)
  const ids = [...new Set(hit.flatMap(({ appointments }) => appointments))].map(
    (one) => one.split('/')[1] ?? '',
  )
  if (ids.length === 0) return
  const left = await tx.query<{ id: string; patient: string | null }>(
    `SELECT appointment AS id, min(actor) FILTER (WHERE actor LIKE 'Patient/%') AS patient FROM booking_claim
     WHERE tenant = $1 AND appointment = ANY($2) GROUP BY 1 ORDER BY 1`,
    [tx.tenant, ids],
  )
  const listed = left.map(({ id, patient }) => ({ id, why: uncovered, ...(patient !== null && { patient }) }))
  await keepWorklist({ ...parts, write }, tx, listed, { text: 'The roster has changed.' })
}

const uncovered = 'The roster no longer covers its time: move it, or re-plan with roster-change.'

/** In whole days, so that it is due once a day. */
function reachOf({ horizon, notice }: Roster, now: number): number {
  const reach = Math.ceil((now + Math.min(notice.maximum ?? usualReach, 400 * day)) / day) * day
  return Math.min(horizon.end, reach)
}

/** SCHED-156: other rules of a time zone are another roster. */
function fingerprint({ sources }: Roster): string {
  return createHash('sha256')
    .update([process.versions.tz, ...sources].join('\n'))
    .digest('base64url')
}
