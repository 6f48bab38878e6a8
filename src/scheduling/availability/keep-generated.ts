import { createHash } from 'node:crypto'
import type { Principal } from '#access/principal.ts'
import type { FhirRequest } from '#interaction/exchange.ts'
import type { Road } from '#interaction/walk.ts'
import type { Database, Transaction } from '#store/store.ts'
import { type GenerateParts, generate } from './generate.ts'
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
  for (const { roster, until } of due) {
    const id = roster.schedule.slice('Schedule/'.length)
    if (until > now)
      await generate(parts, tx, [id], { start: now, end: until }, (change) =>
        parts.road.write(change, tx, request, parts.principalOf(tx.tenant)),
      )
    await tx.query(
      `INSERT INTO roster_state (tenant, schedule, fingerprint, until) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant, schedule) DO UPDATE SET fingerprint = excluded.fingerprint, until = excluded.until`,
      [tx.tenant, roster.schedule, fingerprint(roster), new Date(until)],
    )
  }
  return due.length
}

async function findDue(
  parts: KeepParts,
  tx: Transaction,
  now: number,
): Promise<readonly { readonly roster: Roster; readonly until: number }[]> {
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
    const same = state?.fingerprint === fingerprint(roster) && state.until.getTime() >= until
    return same ? [] : [{ roster, until }]
  })
}

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
